import type { GraphCode } from '#core/lineage/codes.ts'
import { isAbout, type Mention, mentionOf, mentionsOf, strongestMentions } from '#core/lineage/mentions.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { type HandsOf, handsIn, LEAVES } from './hands.ts'
import type { ToldFact } from './lot-facts.ts'
import { repeatedRows } from './steps.ts'

/** What is told of a lot, with the records that tell it. */
interface Told {
  /** The lot, and other names of the same goods. */
  readonly codes: readonly GraphCode[]
  readonly facts: readonly ToldFact[]
  readonly records: ReadonlyMap<string, TracedRecord>
}

/** The facts of a lot, each of its goods made, brought in and gone once, whatever the order of the records. */
export function toldOnce(told: Told): ToldFact[] {
  const facts = usedOnce(besideNearest(told), told.records)
  const handsOf = handsIn(told.records, facts)
  const made = madeOnce(notWentOn({ ...told, facts }), handsOf)
  const brought = broughtInOnce(made, handsOf)
  const moved = withoutMoved(sentBackOnce(brought, handsOf), handsOf)
  return placedOnce(withoutBoughtOn(moved, handsOf), handsOf)
}

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

/** Without what rows of further products of one step say once more to have gone in. */
function usedOnce(facts: readonly ToldFact[], records: Told['records']): readonly ToldFact[] {
  if (facts.filter(({ flow }) => flow === 'used').length < 2) return facts
  const repeated = repeatedRows([...records.values()])
  return facts.filter(({ flow, record }) => flow !== 'used' || !repeated.has(record))
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

/** Who calls goods by the code that they came under, and got them of someone who had taken in that lot, or bought of it, brought none of it in: he took of it. */
function broughtInOnce(facts: readonly ToldFact[], handsOf: HandsOf): readonly ToldFact[] {
  const broughtIn = new Set(
    facts.flatMap((one) => {
      const { giver, taker } = handsOf(one)
      const isGot = one.flow === 'entered' || (one.flow === 'sold' && giver !== null)
      return isGot && taker !== giver ? (taker ?? []) : []
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

/**
 * Without dispatches of a lot that was made before, where others than who sent it off brought it in under its own code, and without sales to those by one who brought none of
 * it in: it only moved, and is still there.
 */
function withoutMoved(facts: readonly ToldFact[], handsOf: HandsOf): readonly ToldFact[] {
  const takers = new Set(facts.flatMap((one) => (one.flow === 'entered' ? [handsOf(one).taker] : [])))
  const isMadeBefore = facts.some(isMade)
  const isMoved = (one: ToldFact): boolean => {
    const { giver, taker } = handsOf(one)
    if (one.flow === 'sold')
      return giver !== null && taker !== null && takers.has(taker) && !takers.has(giver)
    return (
      isMadeBefore &&
      one.flow === 'sent' &&
      isDispatch(one) &&
      [...takers].some((other) => other === null || other !== giver)
    )
  }
  return facts.filter((one) => !isMoved(one))
}

const isOut = ({ flow }: ToldFact): boolean => flow === 'taken' || LEAVES.has(flow)

/**
 * Without what became of goods that were bought on: who took them from the one that had the lot is told to have them, and what that one sold, used or lost is told once more under
 * the same lot. Who had the lot himself, and one whose giver nobody names, stay.
 */
function withoutBoughtOn(facts: readonly ToldFact[], handsOf: HandsOf): ToldFact[] {
  const holders = new Set<string>()
  const takersOf = new Map<string, Set<string>>()
  const takers = new Set<string>()
  for (const one of facts) {
    const { giver, taker } = handsOf(one)
    if (isMade(one) || one.flow === 'entered')
      for (const holder of [giver, taker]) if (holder !== null) holders.add(holder)
    if (!isOut(one) || giver === null || taker === null || giver === taker) continue
    takersOf.set(giver, (takersOf.get(giver) ?? new Set()).add(taker))
    takers.add(taker)
  }
  // A set is read while it grows. Where each got it of another one, nobody knows who had it first.
  const first = [...takersOf.keys()].filter((giver) => holders.has(giver) || !takers.has(giver))
  const boughtOn = new Set(first.flatMap((giver) => [...(takersOf.get(giver) ?? [])]))
  for (const one of boughtOn) for (const taker of takersOf.get(one) ?? []) boughtOn.add(taker)
  return facts.filter((one) => {
    const { giver } = handsOf(one)
    return !isOut(one) || giver === null || holders.has(giver) || !boughtOn.has(giver)
  })
}

/**
 * With the places at which it is told to have come in alone: what went out elsewhere may be what was sold or sent there, and what someone took of nobody knows whom may be what
 * another one took before.
 */
function placedOnce(facts: readonly ToldFact[], handsOf: HandsOf): ToldFact[] {
  const siteOf = ({ place = [] }: ToldFact): string => JSON.stringify(place.slice(0, 2))
  const cameTo = new Set(facts.flatMap((one) => (isOut(one) ? [] : siteOf(one))))
  const isPlaced = (one: ToldFact): boolean =>
    one.flow === 'taken' ? handsOf(one).giver !== null : !isOut(one) || cameTo.has(siteOf(one))
  return facts.map((one) => (isPlaced(one) ? one : { ...one, place: [] }))
}
