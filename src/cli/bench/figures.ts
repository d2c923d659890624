/** One measured figure, with what it is compared to. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What the ratio is to, in words. */
  readonly baseline: string
  /** value / baseline value, or null where nothing was compared. */
  readonly ratio: number | null
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** A table for the terminal and for docs/benchmarks.md. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, baseline, ratio }) => [
    name,
    value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2),
    unit,
    ratio === null ? '' : ratio.toFixed(2),
    baseline,
  ])
  const lines = [['measured', 'value', 'unit', 'ratio', 'to'], ['---', '--:', '---', '--:', '---'], ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
