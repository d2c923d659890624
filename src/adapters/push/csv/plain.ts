/** How the lines of a table without quotation marks are divided. */
export interface PlainDialect {
  readonly delimiter: string
  /** What a line begins with that is a remark. */
  readonly comment: string | undefined
}

/** A quotation mark may make a cell of what looks like several, or like several lines; without one there is nothing to be found out. */
export const isPlain = (text: string, quote: string | null): boolean =>
  quote === null || !text.includes(quote)

/** The lines of a text that are rows: neither empty nor a remark. A line ends with CR LF, LF or CR. */
export function plainLines(text: string, { comment }: PlainDialect): string[] {
  const lines = text.includes('\r') ? text.split(/\r\n|\n|\r/) : text.split('\n')
  return lines.filter((line) => line !== '' && (comment === undefined || !line.startsWith(comment)))
}

/**
 * Length of the whole lines at the front of a text of which more is to come; 0 where it is not sure that there is one. A CR at the end
 * may be half of a CR LF, so lines are counted to the last LF.
 */
export const wholeLines = (text: string): number => text.lastIndexOf('\n') + 1
