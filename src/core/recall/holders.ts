import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import { boothOf, type GoodsFact, LEAVINGS, type Telling } from './goods-fact.ts'
import type { Reached } from './holdings.ts'
import { goingOn, isPlain, TURNS } from './papers.ts'
import { isNotLater, isTraded } from './returns.ts'
import { isElsewhere, isSamePlace, mainOf } from './told-most.ts'
import { isNamedOtherwise, ownerOf } from './traders.ts'

const LEAVES: ReadonlySet<Telling> = new Set<Telling>(LEAVINGS)

/** In whose hand, and where, a record tells goods of a code to be. */
interface Hold {
  readonly code: GraphCode
  readonly fact: GoodsFact
  readonly owner: string | null
  readonly booth: string | null
}
interface Holds {
  readonly byOwner: ReadonlyMap<string | null, readonly Hold[]>
  readonly byBooth: ReadonlyMap<string | null, readonly Hold[]>
}

/**
 * What is reached, with what a record tells to have left, or to have been made into others, as goods of whoever had them. Who names the paper, the voucher or another's code that his goods came
 * under tells of these, and not of all that is under it: they are his who gave them, else of whoever has them at that place, else of what he names.
 */
export function inHolders(reached: Reached): Reached {
  const holders = holdersIn(reached)
  const given = new Map(
    reached.facts.flatMap((fact) => {
      const of = heldBefore(fact, holders)
      return of.size === 0 ? [] : [[fact.id, of] as const]
    }),
  )
  if (given.size === 0) return reached
  const links = reached.links.flatMap((link): Link[] => {
    const of = link.withRecord === null ? given.get(link.recordId) : undefined
    // Of all that came under the paper that a step names, it was made of what its hand had.
    if (of && link.rule === 'entered')
      return [...of.values()].some((own) => own.includes(link.from)) ? [link] : []
    return of?.get(link.from)?.map((from) => ({ ...link, from })) ?? [link]
  })
  const facts = reached.facts.map((fact) => {
    const of = given.get(fact.id)
    if (of === undefined) return fact
    const inHand = (codes: readonly GraphCode[]): GraphCode[] => [
      ...new Set(codes.flatMap((code) => of.get(code) ?? [code])),
    ]
    const goods = LEAVES.has(fact.tells) ? inHand(fact.goods) : fact.goods
    // A paper for goods that its issuer has moves none of them: what went on under it tells how much that was.
    const measures = fact.tells === 'papered' ? [] : fact.measures
    return { ...fact, goods, measures, from: holders.nearest(inHand(fact.from)) }
  })
  return { ...reached, links, facts }
}

/** Of the codes by which a record calls goods before they went those as which whoever gave them had them otherwise. */
function heldBefore(fact: GoodsFact, { of }: Holders): Map<GraphCode, readonly GraphCode[]> {
  const { tells, goods, from } = fact
  const isMixed = tells === 'papered' && !isPlain(fact)
  const isGiven = LEAVES.has(tells) || tells === 'sold' || tells === 'transformed' || isMixed
  const named = isGiven ? [...(LEAVES.has(tells) ? goods : []), ...from] : []
  return new Map(
    [...new Set(named)].flatMap((code) => {
      const held = of(fact, code)
      return held.length === 0 ? [] : [[code, held] as const]
    }),
  )
}

interface Holders {
  /** The codes by which whoever gave goods had them of a code; none where he had them by this one, or nobody tells that he had. */
  readonly of: (fact: GoodsFact, named: GraphCode) => readonly GraphCode[]
  /** Without those of which others among them came. */
  readonly nearest: (codes: readonly GraphCode[]) => GraphCode[]
}

function holdersIn({ codes, links, facts }: Reached): Holders {
  const known = new Set(codes)
  const byCode = holdsByCode(facts)
  const children = childrenOf(links)
  const sent = sentUnder(facts)
  const under = memo((code: GraphCode) => {
    const all = new Set([code, ...(sent.get(code) ?? [])])
    // A set is read while it grows.
    for (const one of all) for (const child of children.get(one) ?? []) all.add(child)
    return all
  })
  const holdsOf = (of: Iterable<GraphCode>): Holds => holdsIn([...of].flatMap((one) => byCode.get(one) ?? []))
  const own = memo((code: GraphCode) => holdsOf([code]))
  const below = memo((code: GraphCode) => holdsOf(under(code)))
  const found = new Map<string, readonly (readonly Hold[])[]>()
  // Thousands of tickets tell of a few hands.
  const tiersOf = (fact: GoodsFact, named: GraphCode): readonly (readonly Hold[])[] => {
    const { tells, system, region, places } = fact
    const key = JSON.stringify([named, tells === 'papered', giverOf(fact), system, region, places])
    const isOwn = (): boolean => inHand(fact, own(named)).some((tier) => tier.length > 0)
    const tiers = found.get(key) ?? (isOwn() ? [] : inHand(fact, below(named)))
    found.set(key, tiers)
    return tiers
  }
  return {
    of: (fact, named) => {
      if (!known.has(named)) return []
      // What was sold is at the buyer's, who may have his place beside the seller's.
      const isSold = ({ code, fact: { giver, taker } }: Hold): boolean =>
        fact.tells === 'sold' &&
        ((taker !== null && taker === fact.taker) ||
          (giver !== null && giver === fact.giver) ||
          fact.goods.some((voucher) => under(voucher).has(code)))
      const may = (one: Hold): boolean =>
        known.has(one.code) && !isSold(one) && (fact.tells === 'papered' || isNotLater(one.fact, fact))
      for (const tier of tiersOf(fact, named)) {
        const held = takenFrom(fact, tier.filter(may))
        if (held.length > 0) return [...new Set(held.map(({ code }) => code))]
      }
      return []
    },
    // Two names of one lot lie each under the other: both stay.
    nearest: (all) =>
      all.filter((code) => !all.some((one) => one !== code && under(code).has(one) && !under(one).has(code))),
  }
}

const memo = <V>(of: (code: GraphCode) => V): ((code: GraphCode) => V) => {
  const known = new Map<GraphCode, V>()
  return (code) => {
    const value = known.get(code) ?? of(code)
    known.set(code, value)
    return value
  }
}

function childrenOf(links: readonly Link[]): ReadonlyMap<GraphCode, readonly GraphCode[]> {
  const children = new Map<GraphCode, GraphCode[]>()
  const lead = (from: GraphCode, to: GraphCode): void => {
    const known = children.get(from)
    if (known) known.push(to)
    else children.set(from, [to])
  }
  for (const { from, to, rule } of goingOn(links)) {
    if (TURNS.has(rule)) continue
    lead(from, to)
    if (rule === 'same') lead(to, from)
  }
  return children
}

/** The lots that left under each paper: it is another name of them. */
const sentUnder = (facts: readonly GoodsFact[]): ReadonlyMap<GraphCode, readonly GraphCode[]> =>
  new Map(
    [
      ...Map.groupBy(
        facts.flatMap(({ tells, papers, goods }) =>
          tells === 'dispatched' ? papers.map((paper) => ({ paper, goods })) : [],
        ),
        ({ paper }) => paper,
      ),
    ].map(([paper, all]) => [paper, all.flatMap(({ goods }) => goods)]),
  )

/** Who has goods of each code: who took them, made them or sent them off. */
function holdsByCode(facts: readonly GoodsFact[]): ReadonlyMap<GraphCode, readonly Hold[]> {
  const holds = facts.flatMap((fact): Hold[] => {
    const { tells, goods, papers, giver, taker, refund } = fact
    if (LEAVES.has(tells) || tells === 'papered' || refund) return []
    const owner = tells === 'dispatched' ? giver : isTraded(fact) ? taker : ownerOf(fact)
    const codes = tells === 'dispatched' ? [...goods, ...papers] : goods
    return codes.map((code) => ({ code, fact, owner, booth: boothOf(fact) }))
  })
  return Map.groupBy(holds, ({ code }) => code)
}

const holdsIn = (holds: readonly Hold[]): Holds => ({
  byOwner: Map.groupBy(holds, ({ owner }) => owner),
  // A sale tells of the place of who gave the goods.
  byBooth: Map.groupBy(
    holds.filter(({ fact }) => fact.tells !== 'sold' && mainOf(fact) !== undefined),
    ({ booth }) => booth,
  ),
})

/** A paper for what was mixed is given by who issues it. */
const giverOf = (fact: GoodsFact): string | null =>
  fact.tells === 'papered' ? (fact.keepers.find(({ role }) => role === 'issuer')?.key ?? null) : ownerOf(fact)

/** Nothing goes on from what a gate refused; it is what was sent back, and may be what was destroyed where there is nothing else. */
function takenFrom({ tells }: GoodsFact, held: readonly Hold[]): readonly Hold[] {
  const sorted = held.toSorted((a, b) => (a.code < b.code ? -1 : 1))
  const [refused, others] = [true, false].map((is) => sorted.filter(({ fact }) => fact.refused === is)) as [
    Hold[],
    Hold[],
  ]
  if (tells === 'returned') return [...refused, ...others]
  return others.length === 0 && tells === 'disposed' ? refused : others
}

/** What is told to be in the hand of the owner whom a record tells of, at its place first; then what is at that place, as far as it is surely nobody else's. */
function inHand(fact: GoodsFact, { byOwner, byBooth }: Holds): readonly (readonly Hold[])[] {
  const [owner, booth] = [giverOf(fact), boothOf(fact)]
  const own = owner === null ? [] : (byOwner.get(owner) ?? [])
  if (fact.tells === 'papered') return [own]
  const here = (all: readonly Hold[]): readonly Hold[] => {
    const near = all.filter(
      (one) => (booth === null || one.booth === null || one.booth === booth) && !isElsewhere(fact, one.fact),
    )
    const same = near.filter((one) => isSamePlace(fact, one.fact))
    return same.length > 0 ? same : near
  }
  if (mainOf(fact) === undefined) return [own]
  const mayBeHis = (one: Hold): boolean => !isNamedOtherwise(owner, one.owner)
  const beside = booth === null ? [...byBooth.values()].flat() : (byBooth.get(null) ?? [])
  const atBooth = booth === null ? [] : (byBooth.get(booth) ?? [])
  return [here(own), own, here([...atBooth, ...beside.filter(mayBeHis)])]
}
