import type { Kind } from './kinds.ts'

const PLAIN = /^[A-Za-z0-9._~-]+$/

/** Longest key part that is kept; longer texts are not codes. */
export const KEY_PART_MAX = 200

/** Longest identifier of a record, in characters and bytes: an entry of an index holds it beside two codes. */
export const RECORD_ID_MAX = 2000

/** Record name under which canonical records are kept that came as such. No mapping may have it: two records would have one identifier. */
export const CANONICAL = 'canonical'

/**
 * Identifier of a canonical record: `urn:cnft:<kind>:<system>:<record>:<key parts>`, parts percent-encoded and joined by a colon.
 * The record's name is in it because two records of one system may use the same numbers (a market's entry and its trade);
 * the source's own key is kept as it is, never renumbered (异构识别).
 */
export function recordId(kind: Kind, system: string, record: string, key: readonly string[]): string {
  return `urn:cnft:${kind}:${recordKey(system, record, key)}`
}

/** What an identifier has behind its kind: `<system>:<record>:<key parts>`, the same for all kinds that one source record becomes. */
export function recordKey(system: string, record: string, key: readonly string[]): string {
  let id = `${system}:${record}`
  for (const part of key) id += `:${PLAIN.test(part) ? part : encodeURIComponent(part)}`
  return id
}

/** The parts of a record identifier, or null where the text is none. */
export function parseRecordId(
  id: string,
): { kind: string; system: string; record: string; key: string[] } | null {
  const parts = id.split(':')
  const [urn, cnft, kind, system, record, ...key] = parts
  if (urn !== 'urn' || cnft !== 'cnft' || !kind || !system || !record || key.length === 0) return null
  try {
    return { kind, system, record, key: key.map(decodeURIComponent) }
  } catch {
    return null
  }
}
