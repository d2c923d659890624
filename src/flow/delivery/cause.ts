/** Longest cause, in characters: an index entry, and a line on a screen. */
const CAUSE_MAX = 160

/**
 * What refused changes are grouped by: the receiver's code, and its words without what differs from one change to the next (numbers,
 * identifiers, quoted values).
 */
export function causeOf(code: string | null, detail: string | null): string {
  const words = (detail ?? '')
    .replaceAll(/(["'“‘「『《])[^"'”’」』》]*(["'”’」』》])/gu, '$1…$2')
    .replaceAll(/[\p{L}_-]*\d[\p{L}\d_.:-]*/gu, '#')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return [code ?? '', words].filter(Boolean).join(' ').slice(0, CAUSE_MAX).toWellFormed() || 'refused'
}
