import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'
import type { Draft } from './draft.ts'
import type { PullSettings } from './settings/settings.ts'

/** Puts on a request by what the source knows the hub. */
export interface Access {
  /** The secret or setting that is to blame where the source does not let us in. */
  readonly setting: string
  apply(draft: Draft): Promise<void>
  /** Gives up what may have run out; false where there is nothing of that kind. */
  renew(): boolean
}

type Parts = AdapterParts<PullSettings>

/** @throws AdapterError config where a secret is not set */
export function accessOf(parts: Parts): Access {
  const { header, query, basic } = parts.settings.auth ?? {}
  const steps: ((draft: Draft) => Promise<void> | void)[] = []
  if (header) {
    const value = (header.prefix ?? '') + secretOf(parts, 'token')
    steps.push(({ headers }) => {
      headers[header.name.toLowerCase()] = headerText(value)
    })
  }
  if (query) {
    const token = secretOf(parts, 'token')
    steps.push((draft) => void draft.query.set(query.parameter, token))
  }
  if (basic) {
    const pair = Buffer.from(`${basic.username}:${secretOf(parts, 'password')}`).toString('base64')
    steps.push(({ headers }) => {
      headers['authorization'] = `Basic ${pair}`
    })
  }
  return {
    setting: blamed(parts.settings),
    async apply(draft) {
      for (const step of steps) await step(draft)
    },
    renew: () => false,
  }
}

/** Names that stand in no link that is kept: secrets among the parameters. */
export function secretParameters({ auth }: PullSettings): readonly string[] {
  return auth?.query ? [auth.query.parameter] : []
}

function blamed({ auth }: PullSettings): string {
  if (auth?.basic) return '/secrets/password'
  return auth?.header || auth?.query ? '/secrets/token' : '/settings/auth'
}

function secretOf({ secrets }: Parts, name: string): string {
  const secret = secrets[name]
  if (secret) return secret
  throw new AdapterError('config', `the secret ${name} is not set`, { setting: `/secrets/${name}` })
}

function headerText(value: string): string {
  if (/^[\x20-\x7e\t]*$/.test(value)) return value
  throw new AdapterError('config', 'the secret has characters that no header takes', {
    setting: '/secrets/token',
  })
}
