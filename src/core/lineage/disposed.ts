import type { LotFlow } from '#core/balance/lot-balance.ts'
import { lotFacts, type ToldFact } from '#core/balance/lot-facts.ts'
import { flowOf, sameGoods, sumOf, toleranceOf, UNITS_COMPARED } from '#core/balance/measure.ts'
import { toldOnce } from '#core/balance/told-once.ts'
import { addDecimal, compareDecimal } from '#core/decimal.ts'
import type { GraphCode } from './codes.ts'
import type { TracedRecord } from './traced-record.ts'

/**
 * Whether disposals leave nothing of a lot. What is sent back in trade, or spoils, is a part of it as a rule, and says nothing of the rest: all is gone where what was sent back
 * is all that came, or where what was destroyed is all that was not sold. So it is where nobody tells how much came or went.
 * @param records active ones that mention the lot, with at least one disposal of it
 */
export function isAllGone(code: GraphCode, records: readonly TracedRecord[]): boolean {
  const facts = toldOnce({
    codes: [code],
    facts: records.flatMap((record) => lotFacts(code, record)),
    records: new Map(records.map((record) => [record.id, record])),
  })
  const of = (...flows: LotFlow[]): ToldFact[] => facts.filter(({ flow }) => flows.includes(flow))
  const lost = of('lost')
  const gone = [...lost, ...of('returned')]
  const isMeasured = ({ kilograms, count }: ToldFact): boolean => kilograms !== null || count !== null
  const disposals = records.filter(({ kind }) => kind === 'disposal')
  if (gone.length < disposals.length || !gone.every(isMeasured)) return true
  for (const unit of UNITS_COMPARED) {
    const came = sameGoods([of('made'), of('entered')], unit).amount
    const went = sumOf([flowOf(gone, unit), lost.length > 0 ? flowOf(of('sold'), unit) : null])
    if (came === null || went === null) continue
    return compareDecimal(addDecimal(went, toleranceOf(came, unit)), came) >= 0
  }
  return true
}
