/** Longest cause, in characters: an index entry, and a line on a screen. */
const CAUSE_MAX = 160

/**
 * What refused changes are grouped by: the receiver's code, and its words without what differs from one change to the next (numbers,
 * identifiers, quoted values). Bounded repetitions only: a receiver refuses by the hundred, in words of its own choice.
 */
export function causeOf(code: string | null, detail: string | null): string {
  const words = (detail ?? '')
    .replaceAll(/(["'“‘「『《])[^"'”’」』》]{0,80}(["'”’」』》])/gu, '$1…$2')
    .replaceAll(/[A-Za-z_-]{0,24}\d[\w.:-]*/g, '#')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return [code ?? '', words].filter(Boolean).join(' ').slice(0, CAUSE_MAX).toWellFormed() || 'refused'
}
