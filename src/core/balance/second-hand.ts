import { giverOf, takerOf } from '#core/documents/mentioned-paper.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { ToldFact } from './lot-facts.ts'

/**
 * The facts of a lot without those of goods that were bought on: who took them from the one that had the lot tells it, and who then got them of that one, or
 * what that one sold, is told once more under the same lot. Who had the lot himself, and one whose giver nobody names, stay.
 */
export function withoutBoughtOn(
  facts: readonly ToldFact[],
  records: ReadonlyMap<string, TracedRecord>,
): ToldFact[] {
  const handsOf = ({ record }: ToldFact) => {
    const body = records.get(record)?.body
    return { giver: body ? giverOf(body) : null, taker: body ? takerOf(body) : null }
  }
  const holders = new Set<string | null>()
  const takers = new Set<string | null>()
  for (const one of facts) {
    const { giver, taker } = handsOf(one)
    if (one.flow === 'made' || one.flow === 'entered') holders.add(giver).add(taker)
    if (one.flow === 'taken' && taker !== giver) takers.add(taker)
  }
  return facts.filter((one) => {
    if (one.flow !== 'taken' && one.flow !== 'sold') return true
    const { giver } = handsOf(one)
    return giver === null || holders.has(giver) || !takers.has(giver)
  })
}
