import type { SaxesTagPlain } from 'saxes'
import type { SoapVersion } from '#core/answer/answer.ts'

/** Namespaces of the envelope. */
export const ENVELOPE_OF: Readonly<Record<SoapVersion, string>> = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
}

/** The version that an envelope is of; null for a namespace of something else. */
export const versionOf = (namespace: string): SoapVersion | null =>
  namespace === ENVELOPE_OF['1.1'] ? '1.1' : namespace === ENVELOPE_OF['1.2'] ? '1.2' : null

/** What XML itself knows. No prototype, so that no reference is found there. */
export const ENTITIES: Record<string, string> = Object.assign(Object.create(null), {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
})

/** Name without prefix. */
export const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/** Namespace of a name that stands in the innermost of these elements: the parser's own resolving costs far more. */
export function namespaceIn(open: readonly SaxesTagPlain[], name: string): string {
  const colon = name.indexOf(':')
  const attribute = colon < 0 ? 'xmlns' : `xmlns:${name.slice(0, colon)}`
  return open.findLast((tag) => Object.hasOwn(tag.attributes, attribute))?.attributes[attribute] ?? ''
}
