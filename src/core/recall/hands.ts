import type { GraphCode } from '#core/lineage/codes.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import type { GoodsFact } from './goods-fact.ts'
import type { Reached } from './holdings.ts'
import { givenBy, type Hand, type Hands, handsIn } from './one-code.ts'
import { topsOf } from './order.ts'
import { reachedOver } from './told-apart.ts'

type HandsByCode = ReadonlyMap<GraphCode, Hands>

/**
 * What is reached, with a code that goods keep from hand to hand as a code of each hand, as if each had given them one of its own: a trace code is the same from the farm to the stall. What was made or sent
 * off is a lot, what of it came to places another, and what someone bought of those to whom it came another again.
 */
export function handsApart(reached: Reached): Reached {
  const all = handsByCode(reached)
  if (all.size === 0) return reached
  const byId = new Map(reached.facts.map((fact) => [fact.id, fact]))
  const inHands = (codes: readonly GraphCode[]): GraphCode[] =>
    codes.flatMap((code) => {
      const hands = all.get(code)
      return hands === undefined ? [code] : codesOf(hands.all)
    })
  const links = [...reached.links.flatMap((link) => linkApart(link, all, byId)), ...betweenHands(all)]
  const facts = reached.facts.map((fact) => factApart(fact, all))
  if (reached.back === undefined)
    return { sources: reached.sources, codes: inHands(reached.codes), links, facts }
  const isInCircle = circlesIn(reached.back, reached.links)
  // What is first in hand under a code may be told of nowhere on the way of another hand.
  const back = inHands(reached.back)
  const tops = topsOf(back, links)
  const sources = [...new Set([...reached.sources.filter((code) => !isInCircle(code)), ...tops])].sort()
  const codes = reachedOver(links, [...sources, ...back])
  if (reached.direction === 'forward') return { sources, back, codes, links, facts }
  // A case holds what has the code, in whosoever hand.
  const known = new Set(codes)
  const missing = inHands(reached.codes).filter((code) => !known.has(code))
  return {
    ...{ back, links, facts, codes: [...codes, ...missing] },
    sources: [...sources, ...(missing.length === 0 ? [] : topsOf(missing, links))].sort(),
  }
}

/**
 * Tells which of the codes lead to others and back from them. A code that goods kept when they were sold leads to the number of the sale and this to the code again, but that is the code in another hand.
 */
function circlesIn(codes: readonly GraphCode[], links: readonly Link[]): (code: GraphCode) => boolean {
  const known = new Set(codes)
  const within = links.filter(({ from, to }) => known.has(from) && known.has(to))
  const on = Map.groupBy(within, ({ from }) => from)
  return (code) => {
    const after = new Set((on.get(code) ?? []).map(({ to }) => to))
    // A set is read while it grows.
    for (const one of after) for (const { to } of on.get(one) ?? []) after.add(to)
    return after.has(code)
  }
}

const codesOf = (hands: readonly Hand[]): GraphCode[] => hands.map(({ code }) => code)

function handsByCode({ codes, facts }: Reached): HandsByCode {
  const lots = new Set(codes.filter((code) => !code.startsWith('doc:')))
  const byCode = new Map<GraphCode, GoodsFact[]>()
  for (const fact of facts)
    for (const code of new Set([...fact.goods, ...fact.from])) {
      if (!lots.has(code)) continue
      const told = byCode.get(code)
      if (told) told.push(fact)
      else byCode.set(code, [fact])
    }
  return new Map(
    [...byCode].flatMap(([code, told]) => {
      const hands = handsIn(code, told)
      return hands === null ? [] : [[code, hands]]
    }),
  )
}

/** As what of its goods a record tells of a code: what it tells to have come, else what was there. */
function goodsIn(fact: GoodsFact, hands: Hands): readonly Hand[] {
  const own = hands.byFact.get(fact)
  if (own) return [own]
  return fact.tells === 'papered'
    ? [hands.first]
    : fact.tells === 'dispatched'
      ? [hands.came]
      : givenBy(fact, hands)
}

function factApart(fact: GoodsFact, all: HandsByCode): GoodsFact {
  const names = [...fact.goods, ...fact.from]
  if (!names.some((code) => all.has(code))) return fact
  const map = (codes: readonly GraphCode[], of: (hands: Hands) => readonly Hand[]): GraphCode[] =>
    codes.flatMap((code) => {
      const hands = all.get(code)
      return hands === undefined ? [code] : codesOf(of(hands))
    })
  const sales = fact.goods.flatMap((code) => {
    const hands = all.get(code)
    return hands === undefined ? [] : (hands.byFact.get(fact)?.sales ?? []).flatMap(({ goods }) => goods)
  })
  return {
    ...fact,
    goods: map(fact.goods, (hands) => goodsIn(fact, hands)),
    from: [...map(fact.from, (hands) => fromIn(fact, hands)), ...sales],
  }
}

/** Of which hands goods are that a record tells to have come of a code; a paper is about what was sent off. */
const fromIn = (fact: GoodsFact, hands: Hands): readonly Hand[] =>
  fact.tells === 'papered' ? [hands.first] : givenBy(fact, hands)

function linkApart(link: Link, all: HandsByCode, byId: ReadonlyMap<string, GoodsFact>): Link[] {
  const [before, after] = [all.get(link.from), all.get(link.to)]
  if (before === undefined && after === undefined) return [link]
  const fact = byId.get(link.recordId)
  const other = link.withRecord === null ? undefined : byId.get(link.withRecord)
  const fromHands = (hands: Hands): readonly Hand[] => {
    if (other?.goods.includes(link.from)) return goodsIn(other, hands)
    return fact === undefined ? [hands.first] : fromIn(fact, hands)
  }
  const from = before === undefined ? [link.from] : codesOf(fromHands(before))
  const toHands = (hands: Hands): readonly Hand[] => {
    if (fact === undefined) return [hands.first]
    // What goods came under when they came somewhere they had been sent off under.
    const into = goodsIn(fact, hands)
    return other === undefined && into[0] === hands.came && fact.tells === 'entered' ? [hands.first] : into
  }
  const to = after === undefined ? [link.to] : codesOf(toHands(after))
  return from.flatMap((one) => to.map((two) => ({ ...link, from: one, to: two })))
}

/** The ways by which goods went on under a code: from whom they were bought, else from the first hand. */
function betweenHands(all: HandsByCode): Link[] {
  return [...all.values()].flatMap((hands) => {
    const { first, came, bought } = hands
    const toFirst = first === came ? [] : came.told.map((entry) => linkOf(first, came, entry))
    const toOthers = bought.flatMap((hand) => {
      const traded = [...hand.sales, ...hand.told.filter(({ giver }) => giver !== null)]
      const givers = traded.flatMap((fact) => givenBy(fact, hands).map((giver) => linkOf(giver, hand, fact)))
      const sales = hand.sales.flatMap((sale) => sale.goods.map((code) => linkOf({ code }, hand, sale)))
      if (traded.length === 0) return hand.told.map((entry) => linkOf(came, hand, entry))
      return [...sales, ...givers.filter(({ from, to }) => from !== to)]
    })
    return [...toFirst, ...toOthers]
  })
}

const linkOf = (from: Pick<Hand, 'code'>, to: Hand, { id, version, kind, system }: GoodsFact): Link => ({
  ...{ from: from.code, to: to.code, recordId: id, version, kind, system, rule: 'batch', confidence: 1 },
  ...{ quantity: null, unit: null, occurredAt: null, withRecord: null },
})
