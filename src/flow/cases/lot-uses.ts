import { lotFacts } from '#core/balance/lot-facts.ts'
import { flowOf, sameGoods, UNITS_COMPARED } from '#core/balance/measure.ts'
import { compareDecimal } from '#core/decimal.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'

export type UsedUp = 'all' | 'part' | 'unknown'

/** How much of a lot, or of what came under a paper, was used to make others, as its records tell in the first unit in which both are told. */
export function usedUp(code: string, records: readonly TracedRecord[]): UsedUp {
  const facts = records.flatMap((record) => lotFacts(code, record))
  const of = (flow: string) => facts.filter((one) => one.flow === flow)
  for (const unit of UNITS_COMPARED) {
    const used = flowOf(of('used'), unit)
    const { amount: came } = sameGoods([of('made'), of('entered')], unit)
    if (used !== null && came !== null) return compareDecimal(used, came) < 0 ? 'part' : 'all'
  }
  return 'unknown'
}

/** The record, where what it tells of quantity is a total of several lots or papers that were made. */
export function totalOf({ id, kind, body: { output, lots = [] } }: TracedRecord): string | null {
  if (kind !== 'transformation') return null
  const made = [
    ...(output?.lots ?? []),
    ...(output?.documents ?? []),
    ...lots.filter(({ role }) => role === 'output'),
  ]
  return made.length > 1 ? id : null
}
