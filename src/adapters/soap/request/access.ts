import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'
import type { SoapSettings } from '#adapters/soap/settings/settings.ts'
import type { HeaderElement, TokenFacts } from './envelope.ts'

/** By what the source knows the hub, each in its place. */
export interface SoapAccess {
  /** The secret or setting that is to blame where the source does not let us in. */
  readonly setting: string
  readonly headers: Readonly<Record<string, string>>
  /** Parameters that take a secret. */
  readonly parameters: Readonly<Record<string, string>>
  token(nowMs: number): TokenFacts | undefined
  readonly element: HeaderElement | undefined
}

type Parts = Pick<AdapterParts<SoapSettings>, 'settings' | 'secrets'>

/** @throws AdapterError config where a secret is not set */
export function accessOf({ settings: { auth = {} }, secrets }: Parts): SoapAccess {
  const secretOf = (name: string): string => {
    const secret = secrets[name]
    if (secret) return secret
    throw new AdapterError('config', `the secret ${name} is not set`, { setting: `/secrets/${name}` })
  }
  const { basic, header, parameter, usernameToken, element } = auth
  const headers: Record<string, string> = {}
  if (basic)
    headers['authorization'] =
      `Basic ${Buffer.from(`${basic.username}:${secretOf('password')}`).toString('base64')}`
  if (header) headers[header.name.toLowerCase()] = headerText((header.prefix ?? '') + secretOf('token'))
  const password = usernameToken || element ? secretOf('password') : ''
  return {
    setting:
      basic || usernameToken || element
        ? '/secrets/password'
        : header || parameter
          ? '/secrets/token'
          : '/settings/auth',
    headers,
    parameters: parameter ? { [parameter.name]: secretOf('token') } : {},
    token: (nowMs) =>
      usernameToken && {
        username: usernameToken.username,
        type: usernameToken.type ?? 'text',
        password,
        nowMs,
      },
    element: element && {
      name: element.name,
      namespace: element.namespace,
      values: { ...texts(element.values), [element.field]: password },
    },
  }
}

const texts = (values: Readonly<Record<string, unknown>> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, String(value)]))

function headerText(value: string): string {
  if (/^[\x20-\x7e\t]*$/.test(value)) return value
  throw new AdapterError('config', 'the secret has characters that no header takes', {
    setting: '/secrets/token',
  })
}
