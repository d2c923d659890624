import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import type { GoodsFact } from './goods-fact.ts'
import { isReverse } from './returns.ts'

/** Codes that mean the same goods, joined. */
export function joiner(codes: readonly GraphCode[]) {
  const above = new Map<GraphCode, GraphCode>(codes.map((code) => [code, code]))
  const find = (code: GraphCode): GraphCode => {
    let top = code
    for (let next = above.get(top); next !== undefined && next !== top; next = above.get(top)) top = next
    for (let at = code; at !== top; ) {
      const next = above.get(at) ?? top
      above.set(at, top)
      at = next
    }
    return top
  }
  return {
    find,
    has: (code: GraphCode): boolean => above.has(code),
    add: (code: GraphCode): void => {
      if (!above.has(code)) above.set(code, code)
    },
    join: (a: GraphCode, b: GraphCode): void => {
      const [x, y] = [find(a), find(b)]
      // The smaller code stands for both, so that the order of records changes nothing.
      if (x < y) above.set(y, x)
      else if (y < x) above.set(x, y)
    },
  }
}

export type Joined = ReturnType<typeof joiner>

/** An arrival that names the voucher of a sale is what was sold, but where it is what came back of it. */
export function joinVouchers(
  arrivals: readonly GoodsFact[],
  sold: ReadonlySet<GraphCode>,
  joined: Joined,
): void {
  const sales = new Map<GraphCode, GoodsFact[]>()
  for (const fact of arrivals)
    if (fact.tells === 'sold')
      for (const code of fact.goods) sales.set(code, [...(sales.get(code) ?? []), fact])
  for (const fact of arrivals) {
    const [own] = fact.goods.filter(joined.has)
    if (fact.tells !== 'entered' || own === undefined) continue
    for (const code of fact.from)
      if (sold.has(code) && joined.has(code) && !sales.get(code)?.some((sale) => isReverse(fact, sale)))
        joined.join(code, own)
  }
}

/**
 * What one told of giving and the other of taking, of goods that came the same way, is the same goods: where they traded more than once, by
 * mass. Records of one system and kind are of different goods and are never joined by this.
 */
export function joinTraded(arrivals: readonly GoodsFact[], links: readonly Link[], joined: Joined): void {
  const trades = Map.groupBy(
    arrivals.filter(
      ({ tells, giver, taker, refund }) =>
        (tells === 'sold' || tells === 'entered') && !refund && giver !== null && taker !== null,
    ),
    ({ giver, taker }) => JSON.stringify([giver, taker]),
  )
  const cameBy = waysOf(links, joined)
  for (const trade of trades.values()) {
    const tellers = [...Map.groupBy(trade, ({ system, tells }) => `${tells} ${system}`)].sort(
      ([a, one], [b, two]) => two.length - one.length || (a < b ? -1 : 1),
    )
    const [[, most] = ['', []], ...others] = tellers
    for (const [, told] of others) joinByMass(most, told, joined, cameBy)
  }
}

/** Whether goods of two records may be the same by the way they came: what one came from is what the other came from, or lies on its way. */
type SameWay = (a: GoodsFact, b: GoodsFact) => boolean

function waysOf(links: readonly Link[], joined: Joined): SameWay {
  const before = new Map<GraphCode, GraphCode[]>()
  for (const { from, to } of links) {
    if (!joined.has(from) || !joined.has(to)) continue
    const top = joined.find(to)
    const known = before.get(top)
    if (known) known.push(joined.find(from))
    else before.set(top, [joined.find(from)])
  }
  const ways = new Map<
    GoodsFact,
    { readonly from: readonly GraphCode[]; readonly way: ReadonlySet<GraphCode> }
  >()
  const wayOf = (fact: GoodsFact) => {
    const known = ways.get(fact)
    if (known) return known
    const from = fact.from.filter(joined.has).map(joined.find)
    const way = new Set(from)
    for (const one of way) for (const earlier of before.get(one) ?? []) way.add(earlier)
    const found = { from, way }
    ways.set(fact, found)
    return found
  }
  return (a, b) => {
    const [one, two] = [wayOf(a), wayOf(b)]
    return one.from.some((code) => two.way.has(code)) || two.from.some((code) => one.way.has(code))
  }
}

function joinByMass(
  most: readonly GoodsFact[],
  told: readonly GoodsFact[],
  joined: Joined,
  isSameWay: SameWay,
): void {
  const isJoined = (a: GoodsFact, b: GoodsFact): boolean => {
    const [x, y] = [a.goods.find(joined.has), b.goods.find(joined.has)]
    return x !== undefined && y !== undefined && joined.find(x) === joined.find(y)
  }
  const free = new Set(most.filter((one) => !told.some((other) => isJoined(one, other))))
  for (const fact of told) {
    if (most.some((one) => isJoined(one, fact))) continue
    const same = [...free].find(
      (one) => massOf(one) !== null && massOf(one) === massOf(fact) && isSameWay(one, fact),
    )
    const partner = same ?? [...free].find((one) => one.product === fact.product && isSameWay(one, fact))
    if (!partner) continue
    free.delete(partner)
    const [a, b] = [partner.goods.find(joined.has), fact.goods.find(joined.has)]
    if (a !== undefined && b !== undefined) joined.join(a, b)
  }
}

const massOf = ({ measures }: GoodsFact): string | null =>
  measures.find(({ unit }) => unit === 'KGM')?.value ?? null
