import type { ReadOptions } from '#core/source.ts'

const DELIMITERS = [',', ';', '\t', '|'] as const

/** CSV with the delimiter that cuts the first lines into the same number of cells most often. */
export function sniffCsv(text: string): ReadOptions {
  const lines = text.split(/\r\n|\n|\r/, 20).filter((line) => line.trim() !== '')
  let best: { delimiter: string; score: number } = { delimiter: ',', score: 0 }
  for (const delimiter of DELIMITERS) {
    const counts = lines.map((line) => cells(line, delimiter))
    const width = counts[0] ?? 1
    if (width < 2) continue
    const score = counts.filter((count) => count === width).length * 100 + width
    if (score > best.score) best = { delimiter, score }
  }
  return { format: 'csv', ...(best.delimiter === ',' ? {} : { csv: { delimiter: best.delimiter } }) }
}

/** Cells of a line; a delimiter inside quotation marks is none. */
function cells(line: string, delimiter: string): number {
  let count = 1
  let quoted = false
  for (const char of line) {
    if (char === '"') quoted = !quoted
    else if (char === delimiter && !quoted) count++
  }
  return count
}
