import { AdapterError } from '#adapters/adapter.ts'
import { localName } from '#adapters/push/soap/names.ts'
import type { XmlValue } from './tree.ts'

/** Only what looks like a code is repeated: the words of a fault may hold anything. */
const CODE = /^[A-Za-z0-9._-]{1,60}$/
/** Codes of WS-Security and of those who write their own. */
const ACCESS = /auth|security|password|login|credential|permission|denied/i

/**
 * What a fault means; its words are not repeated, since they may quote a record or a secret.
 * @param at pointer of the query in the settings
 */
export function faultError(fault: XmlValue, accessSetting: string, at: string): AdapterError {
  const codes = codesOf(fault)
  const shown = codes.filter((code) => CODE.test(code)).join(', ')
  const detail = `a fault of the source${shown === '' ? '' : ` (${shown})`}`
  const [code = ''] = codes
  const [kind] = code.split('.')
  if (codes.some((one) => ACCESS.test(one)))
    return new AdapterError('auth', detail, { setting: accessSetting })
  switch (kind) {
    case 'Server':
    case 'Receiver':
      return new AdapterError('retry', detail)
    case 'Client':
    case 'Sender':
      return new AdapterError('config', detail, { setting: `${at}/parameters` })
    case 'VersionMismatch':
      return new AdapterError('config', detail, { setting: '/settings/version' })
    case 'MustUnderstand':
      return new AdapterError('config', detail, { setting: '/settings/auth' })
    default:
      return new AdapterError('source', detail)
  }
}

/** The code of a fault and those below it, without prefixes, in either version. */
function codesOf(fault: XmlValue): string[] {
  const codes: string[] = []
  const code = member(fault, 'faultcode')
  if (typeof code === 'string') codes.push(localName(code))
  for (let one = member(fault, 'Code'), depth = 0; one && depth < 5; one = member(one, 'Subcode'), depth++) {
    const value = member(one, 'Value')
    if (typeof value === 'string') codes.push(localName(value))
  }
  return codes
}

export function member(value: XmlValue | undefined, name: string): XmlValue | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  const found = value[name]
  return Array.isArray(found) ? found[0] : found
}
