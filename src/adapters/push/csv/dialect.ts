import type { CsvOptions } from '#core/source.ts'

/** Delimiters that `auto` chooses among; of two that the title row has as often the earlier is taken. */
const DELIMITERS = [',', '\t', ';', '|'] as const
const HINT = /^sep=([^\r\n])$/i

/** Where the table of a text begins, and how its cells are divided. */
export interface Table {
  readonly delimiter: string
  /** The text from the title row on. */
  readonly text: string
}

/**
 * Finds the table in the beginning of a text: without the lines above it, with the delimiter of its title row, or the one that a
 * first line `sep=;` names. Null while more of the text is needed to tell.
 * @param complete whether no more of the text will come, or none is to be waited for
 */
export function findTable(head: string, complete: boolean, options: CsvOptions | undefined): Table | null {
  let text = head
  for (let line = 0; line < (options?.skip ?? 0); line++) {
    const end = lineEnd(text, complete)
    if (end === null) return complete ? { delimiter: ',', text: '' } : null
    text = text.slice(end.next)
  }
  const written = options?.delimiter ?? ','
  if (written !== 'auto') return { delimiter: written === 'tab' ? '\t' : written, text }
  return withDelimiter(text, complete, options)
}

function withDelimiter(text: string, complete: boolean, options: CsvOptions | undefined): Table | null {
  for (let from = 0; ; ) {
    const end = lineEnd(text.slice(from), complete)
    if (end === null && !complete) return null
    const line = end === null ? text.slice(from) : text.slice(from, from + end.at)
    const [, hinted] = HINT.exec(line) ?? []
    if (hinted !== undefined && end !== null) return { delimiter: hinted, text: text.slice(from + end.next) }
    const isRemark = options?.comment !== undefined && line.startsWith(options.comment)
    if (end === null || (line.trim() !== '' && !isRemark))
      return { delimiter: mostOf(line, quoteOf(options)), text }
    from += end.next
  }
}

/** The character that quotes cells; null where none does. */
export const quoteOf = (options: CsvOptions | undefined): string | null =>
  options?.quote === 'none' ? null : (options?.quote ?? '"')

/** Where the first line ends, and where the next begins; a CR at the end of what is there may be half of a CR LF. */
function lineEnd(text: string, complete: boolean): { at: number; next: number } | null {
  const at = text.search(/[\r\n]/)
  if (at < 0) return null
  if (text[at] === '\n') return { at, next: at + 1 }
  if (at + 1 === text.length) return complete ? { at, next: at + 1 } : null
  return { at, next: text[at + 1] === '\n' ? at + 2 : at + 1 }
}

/** The delimiter that the title row has most often outside of quotes. */
function mostOf(line: string, quote: string | null): string {
  const counts = new Map<string, number>()
  let quoted = false
  for (const char of line) {
    if (char === quote) quoted = !quoted
    else if (!quoted) counts.set(char, (counts.get(char) ?? 0) + 1)
  }
  let best: string = DELIMITERS[0]
  for (const delimiter of DELIMITERS)
    if ((counts.get(delimiter) ?? 0) > (counts.get(best) ?? 0)) best = delimiter
  return best
}
