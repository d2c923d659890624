import type { AdapterParts } from '#adapters/adapter.ts'
import type { Draft } from '#adapters/pull/draft.ts'
import type { PullSettings } from '#adapters/pull/settings/settings.ts'
import { tokenKeeper } from './oauth2.ts'
import { headerText, secretOf } from './secret.ts'
import { signerOf } from './sign.ts'

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
  const { header, query, basic, oauth2, sign } = parts.settings.auth ?? {}
  const steps: ((draft: Draft) => Promise<void> | void)[] = []
  if (header) {
    const value = headerText((header.prefix ?? '') + secretOf(parts, 'token'), '/secrets/token')
    steps.push(({ headers }) => {
      headers[header.name.toLowerCase()] = value
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
  const tokens = oauth2 && tokenKeeper(parts, oauth2, secretOf(parts, 'clientSecret'))
  if (tokens)
    steps.push(async ({ headers }) => {
      const [name, value] = await tokens.header()
      headers[name] = value
    })
  // Last: it covers what the others put among the parameters.
  if (sign) steps.push(signerOf(sign, secretOf(parts, 'signSecret'), parts.clock))
  return {
    setting: blamed(parts.settings),
    async apply(draft) {
      for (const step of steps) await step(draft)
    },
    renew: () => tokens?.forget() ?? false,
  }
}

/** Names that stand in no link that is kept: secrets among the parameters, and what is another one in each request. */
export function secretParameters({ auth }: PullSettings): readonly string[] {
  const { query, sign } = auth ?? {}
  return [query?.parameter, sign?.parameter, sign?.timestamp?.parameter, sign?.nonce?.parameter].filter(
    (name) => name !== undefined,
  )
}

function blamed({ auth }: PullSettings): string {
  if (auth?.oauth2) return '/secrets/clientSecret'
  if (auth?.basic) return '/secrets/password'
  if (auth?.header || auth?.query) return '/secrets/token'
  return auth?.sign ? '/secrets/signSecret' : '/settings/auth'
}
