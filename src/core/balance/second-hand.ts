import { giverOf, takerOf } from '#core/documents/mentioned-paper.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { ToldFact } from './lot-facts.ts'

/**
 * The facts of a lot without those of goods that were bought on: who took them from the one that had the lot tells it, and who then got them of that one, or
 * what that one sold, is told once more under the same lot. Who had the lot himself, and one whose giver nobody names, stay. Who calls goods by the code that they came
 * under, and got them of someone who had taken in that lot, brought none of it in: he took of it.
 */
export function withoutBoughtOn(
  told: readonly ToldFact[],
  records: ReadonlyMap<string, TracedRecord>,
): ToldFact[] {
  const handsOf = ({ record }: ToldFact) => {
    const body = records.get(record)?.body
    return { giver: body ? giverOf(body) : null, taker: body ? takerOf(body) : null }
  }
  const facts = broughtInOnce(told, handsOf)
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

interface Hands {
  readonly giver: string | null
  readonly taker: string | null
}

function broughtInOnce(facts: readonly ToldFact[], handsOf: (fact: ToldFact) => Hands): readonly ToldFact[] {
  const broughtIn = new Set(
    facts.flatMap((one) => {
      const { giver, taker } = handsOf(one)
      return one.flow === 'entered' && taker !== giver ? (taker ?? []) : []
    }),
  )
  const isTaken = (one: ToldFact): boolean => {
    const { giver, taker } = handsOf(one)
    return one.flow === 'entered' && giver !== null && giver !== taker && broughtIn.has(giver)
  }
  // Where each got it of another one, nobody knows who had it first.
  const isAnyFirst = facts.some((one) => one.flow === 'made' || (one.flow === 'entered' && !isTaken(one)))
  return isAnyFirst ? facts.map((one) => (isTaken(one) ? { ...one, flow: 'taken' } : one)) : facts
}
