import { type CaseGoods, mayBeSame } from '#core/cases/goods.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import { ANY_GOODS, isAmong } from '#core/lineage/goods-path.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import { codeItself, codeOfGoods } from './code-as.ts'
import type { GoodsFact } from './goods-fact.ts'
import type { Reached } from './holdings.ts'

/** A code as that of one kind of goods, and what its records call these. */
interface Variant {
  readonly code: GraphCode
  readonly told: readonly CaseGoods[]
}

/**
 * What is reached, with each code that stands for several goods as a code of each of them: a voucher, a batch number or a paper under which one system tells several products, told apart as
 * for a case (`mayBe`). What two systems call by two names under one code may be one product.
 */
export function toldApart(reached: Reached): Reached {
  const variants = variantsIn(reached.facts)
  if (![...variants.values()].some((list) => list.length > 1)) return reached
  const of = (code: GraphCode): readonly Variant[] => variants.get(code) ?? [{ code, told: [] }]
  const all = (codes: readonly GraphCode[]): GraphCode[] =>
    codes.flatMap((one) => of(one).map(({ code }) => code))
  const byId = new Map(reached.facts.map((fact) => [fact.id, fact]))
  const links = reached.links.flatMap((link) => linksApart(link, of, byId))
  const back = all(reached.back ?? [])
  const led = new Set(links.map(({ to }) => to))
  // What is furthest back of one kind of goods may be where others came to.
  const first = back.filter((code) => code !== codeItself(code) && !led.has(code))
  const sources = [...new Set([...all(reached.sources), ...first])]
  return {
    ...{ ...reached, sources, back, links },
    codes: reachedOver(links, [...sources, ...back]),
    facts: reached.facts.flatMap((fact) => factsApart(fact, of)),
  }
}

/** What is reached from the sources: a voucher that is reached as one of its goods is none of the others. */
export function reachedOver(links: readonly Link[], sources: readonly GraphCode[]): GraphCode[] {
  const next = new Map<GraphCode, GraphCode[]>()
  const lead = (from: GraphCode, to: GraphCode): void => {
    const known = next.get(from)
    if (known) known.push(to)
    else next.set(from, [to])
  }
  for (const { from, to, rule } of links) {
    lead(from, to)
    if (rule === 'same') lead(to, from)
  }
  const reached = new Set(sources)
  // A set is read while it grows.
  for (const code of reached) for (const to of next.get(code) ?? []) reached.add(to)
  return [...reached]
}

type VariantsOf = (code: GraphCode) => readonly Variant[]

function variantsIn(facts: readonly GoodsFact[]): Map<GraphCode, Variant[]> {
  const told = new Map<GraphCode, Map<string, { readonly system: string; readonly goods: CaseGoods }>>()
  for (const { system, goods, papers, called } of facts)
    for (const code of called ? [...goods, ...papers] : []) {
      const known = told.get(code) ?? new Map()
      told.set(
        code,
        known.set(JSON.stringify([system, called?.goods]), { system, goods: called?.goods as CaseGoods }),
      )
    }
  return new Map([...told].map(([code, list]) => [code, variantsOf(code, [...list.values()])]))
}

function variantsOf(
  code: GraphCode,
  told: readonly { readonly system: string; readonly goods: CaseGoods }[],
): Variant[] {
  const all = [...new Map(told.map(({ goods }) => [JSON.stringify(goods), goods])).values()]
  const most = all.filter((one) => !all.some((other) => other !== one && isAmong(other, one)))
  const kinds = kindsOf(most)
  const isOfSeveral = [...Map.groupBy(told, ({ system }) => system).values()].some(
    (own) => kinds.filter((kind) => own.some(({ goods }) => kind.includes(goods))).length > 1,
  )
  if (!isOfSeveral) return [{ code, told: most }]
  return kinds.map((kind) => ({
    code: codeOfGoods(code, kind.map((one) => JSON.stringify(one)).sort()[0] as string),
    told: kind,
  }))
}

/** The goods by what may be the same, however they are called. */
function kindsOf(all: readonly CaseGoods[]): CaseGoods[][] {
  let kinds: CaseGoods[][] = []
  for (const one of all) {
    const same = kinds.filter((kind) => kind.some((other) => mayBeSame(other, one)))
    kinds = [...kinds.filter((kind) => !same.includes(kind)), [...same.flat(), one]]
  }
  return kinds
}

const isOfAny = (told: readonly CaseGoods[], goods: readonly CaseGoods[]): boolean =>
  told.length === 0 || goods.length === 0 || told.some((one) => goods.some((other) => mayBeSame(one, other)))

/** Those of the codes that the record may mean; all of them where it tells of other goods than any. */
function meant(list: readonly Variant[], goods: readonly CaseGoods[]): readonly Variant[] {
  const own = list.filter(({ told }) => isOfAny(told, goods))
  return own.length > 0 ? own : list
}

const codesOf = (list: readonly Variant[]): GraphCode[] => list.map(({ code }) => code)

function linksApart(link: Link, of: VariantsOf, byId: ReadonlyMap<string, GoodsFact>): Link[] {
  const { recordId, withRecord, kind } = link
  const called = byId.get(recordId)?.called
  const before = byId.get(withRecord ?? recordId)?.called
  const from = meant(of(link.from), [(withRecord === null ? before?.from : before?.goods) ?? ANY_GOODS])
  // As a case does, what went into other goods is followed whatever these are called.
  const isTurned = kind === 'transformation'
  const to = isTurned ? of(link.to) : meant(of(link.to), [called?.goods ?? ANY_GOODS])
  return from.flatMap((one) =>
    (isTurned ? to : meant(to, one.told)).map((other) => ({
      ...link,
      from: one.code,
      to: other.code,
    })),
  )
}

/** The record as of each of the goods; what a paper says of all of them together is of none of them alone. */
function factsApart(fact: GoodsFact, of: VariantsOf): GoodsFact[] {
  const { goods, papers, from, types, tells, kind, called = { goods: ANY_GOODS, from: ANY_GOODS } } = fact
  const named = goods.map((code) => meant(of(code), [called.goods]))
  const withTypes = (one: GoodsFact): GoodsFact => ({
    ...one,
    types: {
      ...types,
      ...Object.fromEntries(
        [...one.goods, ...one.papers, ...one.from].flatMap((code) => {
          const type = types[codeItself(code)]
          return type === undefined ? [] : [[code, type]]
        }),
      ),
    },
  })
  const fromOf = (told: readonly CaseGoods[]): GraphCode[] =>
    from.flatMap((code) =>
      codesOf(kind === 'transformation' ? meant(of(code), [called.from]) : meant(of(code), told)),
    )
  const several = named.find((list) => list.length > 1)
  if (tells === 'papered' && several)
    return several.map(({ told }) =>
      withTypes({
        ...fact,
        goods: named.flatMap((list) => codesOf(meant(list, told))),
        from: from.flatMap((code) => codesOf(of(code).filter((one) => isOfAny(one.told, told)))),
        measures: [],
      }),
    )
  return [
    withTypes({
      ...fact,
      goods: named.flatMap(codesOf),
      papers: papers.flatMap((code) => codesOf(meant(of(code), [called.goods]))),
      from: fromOf([called.from]),
    }),
  ]
}
