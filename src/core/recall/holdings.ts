import { type Joined, joiner } from '#core/joiner.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import { boughtOn } from './bought-on.ts'
import type { GoodsFact } from './goods-fact.ts'
import { type Likely, type LikelySale, NOTHING_LIKELY, shareLikely, type Unsure } from './likely.ts'
import { orderOf } from './order.ts'
import { goingOn, joinPapers, joinToSources, TURNS } from './papers.ts'
import { shareRefunds } from './refunds.ts'
import { type Group, takeOutReturns } from './returns.ts'
import { byTime, joinTraded, joinVouchers } from './same-goods.ts'
import { sharedAmong, wentOnAlone, wentOnMost } from './shared.ts'

/** Goods in one hand at one time: a lot, with every code and record under which systems know it. */
export interface Holding {
  /** Place in the list, which stands in the order in which goods went: parents first. */
  readonly index: number
  readonly codes: readonly GraphCode[]
  /** Records that tell how the goods came. */
  readonly came: readonly GoodsFact[]
  /** Records that tell how goods left without going into another holding. */
  readonly left: readonly GoodsFact[]
  /** Records by which who gave the goods took some of them back. */
  readonly back: readonly GoodsFact[]
  /** Holdings that its goods came from, nearest first only. */
  readonly parents: readonly number[]
  /** Those of the parents whose goods were turned into other goods. */
  readonly madeFrom: readonly number[]
  /** Of sales that may be of this lot what is not sure; only where there are some. */
  readonly unsure?: Unsure
}

/** The part of the graph that a recall reaches. */
export interface Reached {
  readonly sources: readonly GraphCode[]
  /** What is reached on the way back to the sources: of whatever goods, a recall is of these. */
  readonly back?: readonly GraphCode[]
  readonly direction?: 'source' | 'forward'
  readonly codes: readonly GraphCode[]
  readonly links: readonly Link[]
  readonly facts: readonly GoodsFact[]
  /** What is known of sales that name no lot. */
  readonly likely?: Likely
}

const LEFT: ReadonlySet<string> = new Set(['ticket', 'summary', 'disposed', 'returned'])

/**
 * The lots that a recall reaches, each once however many systems wrote it down. One lot are: the codes by which a record calls the same
 * goods; what two systems wrote down of one lot (rule `same`); papers of the same goods (`joinPapers`); a sale and the arrival that names its voucher; and a sale and an arrival
 * under the same paper between the same two. Goods came from the nearest holdings only: what was bought on came from whom it was bought.
 */
export function holdingsOf({
  sources,
  codes,
  links: all,
  facts: told,
  likely = NOTHING_LIKELY,
}: Reached): Holding[] {
  const links = goingOn(all)
  const known = new Set(codes)
  const joined = joiner(codes)
  const { facts, refunds } = asSold(told)
  const isReached = (code: GraphCode): boolean => known.has(code)
  const arrivals = facts.filter(
    ({ tells, goods, from }) =>
      !LEFT.has(tells) &&
      (goods.some(isReached) || (tells === 'sold' && goods.every(isUnnamed) && from.some(isReached))),
  )
  for (const { tells, goods } of arrivals) if (tells === 'sold') for (const code of goods) joined.add(code)
  const within = (list: readonly GraphCode[]): GraphCode[] => list.filter((code) => joined.has(code))
  for (const { goods, papers } of arrivals) {
    const [first, ...others] = within([...goods, ...papers])
    if (first !== undefined) for (const other of others) joined.join(first, other)
  }
  const sold = new Set(arrivals.filter(({ tells }) => tells === 'sold').flatMap(({ goods }) => goods))
  for (const { rule, from, to } of links)
    if ((rule === 'same' || (rule === 'supplier' && sold.has(from))) && joined.has(from) && joined.has(to))
      joined.join(from, to)
  joinVouchers(arrivals, sold, joined)
  joinToSources(all, sources, joined)
  joinPapers(arrivals, sold, joined)
  joinTraded(arrivals, links, joined)
  return assemble(arrivals, { facts, refunds }, links, joined, { known, sources, likely })
}

/**
 * Sales as they count, and what was taken back of them. A ticket under whose number goods came in, such as those of a canteen, is the voucher of a sale to it. The number of a refund of its own is no
 * goods, as that of a ticket.
 */
function asSold(told: readonly GoodsFact[]): { readonly facts: GoodsFact[]; readonly refunds: GoodsFact[] } {
  const brought = new Set(told.flatMap(({ tells, from }) => (tells === 'entered' ? from : [])))
  const all = told.map((fact): GoodsFact => {
    const { tells, goods, papers, from } = fact
    return tells === 'ticket' && papers.some((code) => brought.has(code))
      ? { ...fact, tells: 'sold', goods: papers, papers: [], from: [...goods, ...from] }
      : fact
  })
  const [refunds = [], facts = []] = [true, false].map((isRefund) =>
    all.filter(({ tells, refund }) => (tells === 'sold' && refund) === isRefund),
  )
  const sold = new Set(facts.flatMap(({ tells, goods }) => (tells === 'sold' ? goods : [])))
  const own = refunds.flatMap((fact): GoodsFact[] => {
    const { goods } = fact
    if (goods.some((code) => sold.has(code))) return []
    return [{ ...fact, tells: 'ticket', goods: [], papers: goods, measures: [] }]
  })
  return { facts: [...facts, ...own], refunds }
}

/** Sold without a voucher: nothing but the record names what the buyer got. */
const isUnnamed = (code: GraphCode): boolean => code.startsWith('rec:')

function assemble(
  arrivals: readonly GoodsFact[],
  { facts, refunds }: ReturnType<typeof asSold>,
  links: readonly Link[],
  joined: Joined,
  {
    known,
    sources,
    likely,
  }: {
    readonly known: ReadonlySet<GraphCode>
    readonly sources: readonly GraphCode[]
    readonly likely: Likely
  },
): Holding[] {
  const isTicket = ticketsOf(facts, arrivals, links)
  const groups = new Map<GraphCode, Group>()
  const groupOf = (code: GraphCode): Group => {
    const top = joined.find(code)
    const found = groups.get(top) ?? { codes: [], came: [], left: [], back: [] }
    groups.set(top, found)
    return found
  }
  for (const code of known) if (!isTicket(code)) groupOf(code).codes.push(code)
  for (const fact of arrivals) {
    const [code] = fact.goods.filter(joined.has)
    if (code !== undefined) groupOf(code).came.push(fact)
  }
  const back = takeOutReturns([...groups.values()], joined.find)
  const takenFrom = Map.groupBy(
    links.filter(({ to }) => isTicket(to)),
    ({ to }) => to,
  )
  const gone = facts.toSorted(byTime).flatMap((fact) => {
    if (!LEFT.has(fact.tells)) return []
    const { codes, isLikely } = leftFrom(fact, { known, isTicket, takenFrom })
    return [{ fact, from: [...new Set(codes.map(groupOf))], isLikely }]
  })
  const taken = new Set(back.map(({ id }) => id))
  const onward = links.filter(({ recordId }) => !taken.has(recordId))
  const edges = edgesOf(groups, arrivals, onward, joined, isTicket)
  const first = [...new Set(sources.filter(joined.has).map(joined.find))].sort()
  const holdings = orderOf(
    groups,
    edges,
    first.filter((top) => groups.has(top)),
  )
  // What is told of one lot alone is known before what is told of several is shared out.
  const reached = new Set([...groups.values()].flatMap(({ came }) => came.map(({ id }) => id)))
  const othersOf = ({ id }: GoodsFact): GoodsFact[] =>
    (likely.others.get(id) ?? []).filter((one) => !reached.has(one.id))
  const isOfOne = ({ fact, from, isLikely }: (typeof gone)[number]): boolean =>
    from.length === 1 && !(isLikely && othersOf(fact).length > 0)
  for (const one of gone) if (isOfOne(one)) one.from[0]?.left.push(one.fact)
  const wentOn = wentOnAlone(holdings)
  for (const { fact, from, isLikely } of gone)
    if (from.length > 1 && !isLikely)
      for (const [i, part] of sharedAmong(from, fact, wentOn).entries()) from[i]?.left.push(part)
  const sales = gone.flatMap((one): LikelySale[] =>
    one.isLikely && one.from.length > 0 && !isOfOne(one)
      ? [{ ...one, others: othersOf(one.fact), isOfThese: true }]
      : [],
  )
  const unsure = shareLikely([...sales, ...summariesOf(likely, [...groups.values()], othersOf)], {
    ...{ surely: wentOn, most: wentOnMost(holdings) },
  })
  shareRefunds([...groups.values()], [...refunds, ...back], joined.find)
  const unsureOf = new Map([...unsure].map(([{ came }, one]) => [came as readonly GoodsFact[], one]))
  return holdings.map((holding) => {
    const own = unsureOf.get(holding.came)
    return own === undefined ? holding : { ...holding, unsure: own }
  })
}

/** Summaries of days that name no lot, of the lots that were there. */
function summariesOf(
  { summaries }: Likely,
  groups: readonly Group[],
  othersOf: (fact: GoodsFact) => readonly GoodsFact[],
): LikelySale[] {
  const byRecord = new Map(groups.flatMap((group) => group.came.map(({ id }) => [id, group] as const)))
  return summaries.flatMap(({ fact, of, isOfThese }) => {
    const from = [...new Set(of.flatMap((id) => byRecord.get(id) ?? []))]
    return from.length === 0 ? [] : [{ fact, from, others: othersOf(fact), isOfThese }]
  })
}

/**
 * Codes under which goods are gone that came from others: a ticket's own, and what a summary is called that names no lot. What other records tell of, or nothing leads to, is a lot that was sold.
 */
function ticketsOf(
  facts: readonly GoodsFact[],
  arrivals: readonly GoodsFact[],
  links: readonly Link[],
): (code: GraphCode) => boolean {
  const own = facts.flatMap(({ tells, goods, papers }) =>
    tells === 'ticket' ? [...goods, ...papers] : tells === 'summary' ? papers : [],
  )
  const tickets = new Set(own)
  for (const { goods, papers, from } of arrivals)
    for (const code of [...goods, ...papers, ...from]) tickets.delete(code)
  const taken = new Set(links.flatMap(({ to }) => (tickets.has(to) ? [to] : [])))
  return (code) => taken.has(code)
}

/** The goods that a ticket, a summary or a disposal took from: what it names, else what they came from by its own words, else what it was matched to, which may be several lots (`isLikely`). */
function leftFrom(
  fact: GoodsFact,
  in_: {
    readonly known: ReadonlySet<GraphCode>
    readonly isTicket: (code: GraphCode) => boolean
    readonly takenFrom: ReadonlyMap<GraphCode, readonly Link[]>
  },
): { readonly codes: GraphCode[]; readonly isLikely: boolean } {
  const { known, isTicket, takenFrom } = in_
  const named = fact.goods.filter((code) => known.has(code) && !isTicket(code))
  if (named.length > 0) return { codes: named, isLikely: false }
  const from = fact.from.filter((code) => known.has(code))
  if (from.length > 0) return { codes: from, isLikely: false }
  const matched = [...fact.goods, ...fact.papers].flatMap((code) =>
    (takenFrom.get(code) ?? []).map((link) => link.from),
  )
  return { codes: matched.sort(), isLikely: true }
}

/** From which groups the goods of each came, and whether they were turned into others. */
function edgesOf(
  groups: ReadonlyMap<GraphCode, { readonly came: readonly GoodsFact[] }>,
  arrivals: readonly GoodsFact[],
  links: readonly Link[],
  joined: Joined,
  isTicket: (code: GraphCode) => boolean,
): Map<GraphCode, Map<GraphCode, boolean>> {
  const edges = new Map<GraphCode, Map<GraphCode, boolean>>([...groups.keys()].map((top) => [top, new Map()]))
  const lead = (from: GraphCode, to: GraphCode, turns: boolean): void => {
    if (!joined.has(from) || !joined.has(to)) return
    const [a, b] = [joined.find(from), joined.find(to)]
    const parents = edges.get(b)
    if (a === b || !parents || !groups.has(a)) return
    parents.set(a, (parents.get(a) ?? true) && turns)
  }
  for (const { from, to, rule } of links)
    if (!isTicket(to) && rule !== 'same') lead(from, to, TURNS.has(rule))
  // What is sold without a voucher has no code that a link could lead to.
  for (const { tells, goods, from } of arrivals)
    if (tells === 'sold') for (const code of goods) for (const one of from) lead(one, code, false)
  boughtOn(groups, edges)
  return edges
}
