import { giverOf, takerOf } from '#core/documents/mentioned-paper.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import { isAbout, type Mention, mentionOf, mentionsOf, strongestMentions } from '#core/lineage/mentions.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { ToldFact } from './lot-facts.ts'

/** What is told of a lot, with the records that tell it. */
interface Told {
  /** The lot, and other names of the same goods. */
  readonly codes: readonly GraphCode[]
  readonly facts: readonly ToldFact[]
  readonly records: ReadonlyMap<string, TracedRecord>
}

/** The facts of a lot, each of its goods made, brought in and gone once, whatever the order of the records. */
export function toldOnce(told: Told): ToldFact[] {
  const handsOf: HandsOf = ({ record }) => {
    const body = told.records.get(record)?.body
    return { giver: body ? giverOf(body) : null, taker: body ? takerOf(body) : null }
  }
  const facts = besideNearest(told)
  const made = madeOnce(notWentOn({ ...told, facts }), handsOf)
  const brought = broughtInOnce(made, handsOf)
  return withoutBoughtOn(withoutMoved(sentBackOnce(brought, handsOf), handsOf), handsOf)
}

interface Hands {
  readonly giver: string | null
  readonly taker: string | null
}
type HandsOf = (fact: ToldFact) => Hands

/** Lots that a record names as sources beside the lot, and that the lot itself came from, lie behind it: the goods were taken of the nearest. */
function besideNearest({ codes, facts, records }: Told): readonly ToldFact[] {
  if (facts.every(({ beside }) => beside.length === 0)) return facts
  const mentions = [...records.values()].map(({ body }) => [...strongestMentions(body).values()])
  const isOwn = ({ code }: Mention): boolean => codes.includes(code)
  const behind = new Set(
    mentions
      .filter((all) => all.some((one) => isOwn(one) && isAbout(one.role)))
      .flatMap((all) => all.filter(({ role }) => role === 'source' || role === 'input'))
      .map(({ code }) => code),
  )
  const isSource = ({ record }: ToldFact): boolean => {
    const body = records.get(record)?.body
    return body !== undefined && codes.some((code) => mentionOf(body, code)?.role === 'source')
  }
  return facts.map((one) =>
    one.beside.some((code) => behind.has(code)) && isSource(one)
      ? { ...one, beside: one.beside.filter((code) => !behind.has(code)) }
      : one,
  )
}

const ON: ReadonlySet<ToldFact['flow']> = new Set(['sold', 'sent', 'taken'])

/** Without what went on of goods that were made of the lot, where it is named as their source: it was used of the lot. */
function notWentOn({ codes, facts, records }: Told): readonly ToldFact[] {
  const lotsOf = (record: TracedRecord | undefined, role: 'output' | 'subject'): GraphCode[] =>
    record ? mentionsOf(record.body).flatMap((one) => (one.lot && one.role === role ? one.code : [])) : []
  const made = new Set(
    facts.flatMap(({ flow, record }) => (flow === 'used' ? lotsOf(records.get(record), 'output') : [])),
  )
  if (made.size === 0) return facts
  return facts.filter(({ flow, record }) => {
    const subjects = ON.has(flow) ? lotsOf(records.get(record), 'subject') : []
    return !(subjects.length > 0 && subjects.every((code) => made.has(code) && !codes.includes(code)))
  })
}

const isDispatch = ({ kind }: ToldFact): boolean => kind === 'dispatch'
const isMade = ({ flow }: ToldFact): boolean => flow === 'made'
const tellsAny = ({ kilograms, count }: ToldFact): boolean => kilograms !== null || count !== null

/**
 * A dispatch makes a lot that nothing else tells the making of. Where a harvest or a transformation tells how much was made, or who sent it off how much
 * he had taken in, the dispatch sent off of that.
 */
function madeOnce(facts: readonly ToldFact[], handsOf: HandsOf): readonly ToldFact[] {
  const isMadeBefore = facts.some((one) => isMade(one) && !isDispatch(one) && tellsAny(one))
  const takers = new Set(
    facts.flatMap((one) => (one.flow === 'entered' && tellsAny(one) ? handsOf(one).taker : null)),
  )
  const isSent = (one: ToldFact): boolean => {
    const { giver } = handsOf(one)
    return isMadeBefore || (giver !== null && takers.has(giver))
  }
  return facts.map((one) => (isMade(one) && isDispatch(one) && isSent(one) ? { ...one, flow: 'sent' } : one))
}

/** Who calls goods by the code that they came under, and got them of someone who had taken in that lot, brought none of it in: he took of it. */
function broughtInOnce(facts: readonly ToldFact[], handsOf: HandsOf): readonly ToldFact[] {
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
  const isAnyFirst = facts.some((one) => isMade(one) || (one.flow === 'entered' && !isTaken(one)))
  return isAnyFirst ? facts.map((one) => (isTaken(one) ? { ...one, flow: 'taken' } : one)) : facts
}

/** What was sent back to who gave the lot, and who gave it tells that he has it again, is the same goods: sent by the one, taken by the other. */
function sentBackOnce(facts: readonly ToldFact[], handsOf: HandsOf): readonly ToldFact[] {
  const givers = new Set(facts.flatMap((one) => (one.flow === 'entered' ? (handsOf(one).giver ?? []) : [])))
  const isTakenBack = facts.some(
    (one) => one.flow === 'taken' && tellsAny(one) && givers.has(handsOf(one).taker ?? ''),
  )
  if (!isTakenBack) return facts
  return facts.map((one) => (one.flow === 'returned' ? { ...one, flow: 'sent' } : one))
}

/** Without dispatches of a lot that was made before, where others than who sent it off brought it in under its own code: it only moved, and is still there. */
function withoutMoved(facts: readonly ToldFact[], handsOf: HandsOf): readonly ToldFact[] {
  if (!facts.some(isMade)) return facts
  const takers = new Set(facts.flatMap((one) => (one.flow === 'entered' ? [handsOf(one).taker] : [])))
  const isMoved = (one: ToldFact): boolean => {
    const { giver } = handsOf(one)
    return [...takers].some((taker) => taker === null || taker !== giver)
  }
  return facts.filter((one) => !(one.flow === 'sent' && isDispatch(one) && isMoved(one)))
}

/**
 * Without goods that were bought on: who took them from the one that had the lot tells it, and who then got them of that one, or
 * what that one sold, is told once more under the same lot. Who had the lot himself, and one whose giver nobody names, stay.
 */
function withoutBoughtOn(facts: readonly ToldFact[], handsOf: HandsOf): ToldFact[] {
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
