import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'

/** @throws AdapterError config where it is not set */
export function secretOf({ secrets }: Pick<AdapterParts, 'secrets'>, name: string): string {
  const secret = secrets[name]
  if (secret) return secret
  throw new AdapterError('config', `the secret ${name} is not set`, { setting: `/secrets/${name}` })
}

/** @throws AdapterError config for what no header takes */
export function headerText(value: string, setting: string): string {
  if (/^[\x20-\x7e\t]*$/.test(value)) return value
  throw new AdapterError('config', 'there are characters that no header takes', { setting })
}
