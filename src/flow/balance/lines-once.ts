import { measured } from '#core/balance/goods-move.ts'
import { codedPlace } from '#core/balance/goods-site.ts'
import { compareDecimal, subtractDecimal } from '#core/decimal.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'

/** The links by which a line of another system was likely the lot, written down once more. */
export const linesOf = (code: string, links: readonly Link[]): Link[] =>
  links.filter(({ from, rule }) => from === code && rule === 'same')

/**
 * Codes of lines that are the lot: of those of one system that may each be one record of it only one can be that, first one at its place, then the one that is nearest in mass.
 * @param recordOf records by their identifiers
 */
export function linesOnce(
  lines: readonly Link[],
  recordOf: (id: string) => TracedRecord | undefined,
): string[] {
  const taken = new Set<string>()
  const twins = new Set<string>()
  const far = lines.map((line) => ({
    line,
    ...farness(recordOf(line.withRecord ?? ''), recordOf(line.recordId)),
  }))
  const nearest = far.toSorted(
    (a, b) =>
      Number(a.isElsewhere) - Number(b.isElsewhere) ||
      compareDecimal(a.mass, b.mass) ||
      (a.line.to < b.line.to ? -1 : 1),
  )
  for (const { line } of nearest) {
    const record = `${line.system} ${line.withRecord}`
    if (twins.has(line.to) || taken.has(record)) continue
    taken.add(record)
    twins.add(line.to)
  }
  return [...twins]
}

/** How far two records are from telling of the same goods. */
function farness(own: TracedRecord | undefined, line: TracedRecord | undefined) {
  const [place, there] = [own, line].map((one) => JSON.stringify(one ? codedPlace(one.body) : null))
  const [a, b] = [own, line].map((one) => (one ? measured(one.body, false).kilograms : null) ?? '0')
  const mass = subtractDecimal(a as string, b as string)
  return { isElsewhere: place !== there, mass: mass.startsWith('-') ? mass.slice(1) : mass }
}
