/** How the lines of a table without quotation marks are divided. */
export interface PlainDialect {
  readonly delimiter: string
  /** What a line begins with that is a remark. */
  readonly comment: string | undefined
}

/** A quotation mark may make a cell of what looks like several, or like several lines; without one there is nothing to be found out. */
export const isPlain = (text: string, quote: string | null): boolean =>
  quote === null || !text.includes(quote)

/** The lines of a text that are rows: neither without a value nor a remark. A line ends with CR LF, LF or CR. */
export function plainLines(text: string, { delimiter, comment }: PlainDialect): string[] {
  const lines = text.includes('\r') ? text.split(/\r\n|\n|\r/) : text.split('\n')
  return lines.filter(
    (line) => !isBlank(line, delimiter) && (comment === undefined || !line.startsWith(comment)),
  )
}

/** Spreadsheets write rows that only have a format as delimiters. */
function isBlank(line: string, delimiter: string): boolean {
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i)
    if (character !== delimiter && character.trim() !== '') return false
  }
  return true
}

/**
 * Length of the whole lines at the front of a text of which more is to come; 0 where it is not sure that there is one. A CR at the end
 * may be half of a CR LF, so lines are counted to the last LF.
 */
export const wholeLines = (text: string): number => text.lastIndexOf('\n') + 1
