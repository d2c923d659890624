import { addDecimal } from '#core/decimal.ts'
import { DOCUMENT_TYPES, type DocumentType } from '#core/documents/document-type.ts'
import { FINDING_SEVERITIES } from '#core/findings/finding-kinds.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'
import type { Figure } from './choose.ts'
import { MAIN_PRODUCTS } from './main-products.ts'

export interface Words {
  readonly zh: string
  readonly en: string
}
/** Records with their kilograms. */
export interface Goods {
  readonly records: number
  readonly mass: string
}
export interface Sold extends Goods {
  /** Yuan. */
  readonly amount: string
}
interface Named {
  readonly code: string
  readonly title: Words
}

export interface DayFigures {
  readonly entries: {
    readonly all: Goods
    readonly admitted: Goods
    readonly refused: Goods
    readonly pending: Goods
    /** The source does not say whether they were admitted. */
    readonly untold: Goods
    readonly byClass: readonly (Named & Goods)[]
    readonly papers: {
      readonly complete: Goods
      readonly missing: Goods
      readonly none: Goods
      readonly unknown: Goods
      readonly incomplete: Goods
      readonly notRequired: Goods
      readonly untold: Goods
    }
  }
  readonly sales: {
    readonly all: Sold
    readonly wholesale: Sold
    readonly tickets: Sold
    readonly summaries: Sold
    readonly untold: Sold
    readonly refunds: Sold
    readonly byClass: readonly (Named & Sold)[]
  }
  readonly payments: {
    readonly all: Pick<Sold, 'records' | 'amount'>
    readonly byMethod: readonly {
      readonly method: string
      readonly records: number
      readonly amount: string
    }[]
  }
  readonly tests: {
    readonly all: number
    readonly passed: number
    readonly failed: number
    readonly suspect: number
    readonly invalid: number
    readonly unknown: number
    readonly byHalfPastEight: number
    /** Failed of those that passed or failed; null where there are none. */
    readonly failedShare: number | null
    readonly byItem: readonly { readonly item: string; readonly tests: number; readonly failed: number }[]
    readonly byProduct: readonly (Named & { readonly tests: number; readonly failed: number })[]
    /** Of the twenty main products: how many markets had each, and had its result by 08:30. */
    readonly main: {
      readonly seen: number
      readonly tested: number
      readonly missing: number
      readonly products: readonly (Named & {
        readonly seen: number
        readonly tested: number
        readonly missing: number
      })[]
    }
  }
  readonly papers: {
    readonly issued: Goods
    readonly void: number
    readonly lastDay: number
    readonly byType: readonly (Named & Goods & { readonly void: number; readonly lastDay: number })[]
  }
  readonly holds: { readonly stopSale: number; readonly release: number; readonly recall: number }
  readonly disposals: {
    readonly all: Goods
    readonly destroyed: Goods
    readonly returned: Goods
    readonly rendered: Goods
  }
  readonly inspections: {
    readonly all: number
    readonly pass: number
    readonly fail: number
    readonly rectify: number
    readonly unknown: number
  }
  /** What was found, by how grave it is; `pending`: somebody has still to do something. */
  readonly findings: {
    readonly all: number
    readonly pending: number
    readonly bySeverity: readonly {
      readonly severity: string
      readonly all: number
      readonly pending: number
    }[]
  }
  /** What each system gave, and what of it was left out because another told of more of the same goods. */
  readonly sources: readonly {
    readonly of: string
    readonly system: string
    readonly counted: Sold
    readonly leftOut: Sold
  }[]
}

const NO_GOODS: Sold = { records: 0, mass: '0', amount: '0' }
const plus = (a: Sold, b: Sold): Sold => ({
  records: a.records + b.records,
  mass: addDecimal(a.mass, b.mass),
  amount: addDecimal(a.amount, b.amount),
})
const sum = (figures: readonly Figure[]): Sold =>
  figures.reduce<Sold>((all, { records, mass, amount }) => plus(all, { records, mass, amount }), NO_GOODS)
const goods = (figures: readonly Figure[]): Goods => {
  const { records, mass } = sum(figures)
  return { records, mass }
}
const count = (figures: readonly Figure[]): number => sum(figures).records
const partOf = (figure: Figure, part: number): string => figure.detail.split('|')[part] ?? ''
/** What stands behind the second bar, bars and all: a text of the source. */
const restOf = ({ detail }: Figure): string => detail.split('|').slice(2).join('|')
const words = ([en, zh]: readonly [string, string]): Words => ({ zh, en })

function className(code: string): Words {
  if (Object.hasOwn(PRODUCT_CLASSES, code)) return words(PRODUCT_CLASSES[code as ProductClass])
  return { zh: '未分类', en: 'Without a class' }
}
const MAIN = new Map(MAIN_PRODUCTS.map(({ code, title }) => [code, words(title)]))
const mainName = (code: string): Words => MAIN.get(code) ?? { zh: '其他产品', en: 'Other products' }
const typeName = (code: string): Words => {
  const known = Object.hasOwn(DOCUMENT_TYPES, code) ? DOCUMENT_TYPES[code as DocumentType] : undefined
  return known === undefined ? { zh: code, en: code } : { zh: known[1], en: known[0] }
}

/** What the counters of a scope come to: of one day, or of several together. */
export function dayFigures(figures: readonly Figure[]): DayFigures {
  const by = Map.groupBy(figures, ({ measure }) => measure)
  const of = (...measures: readonly string[]): Figure[] =>
    measures.flatMap((measure) => by.get(measure) ?? [])
  return {
    entries: entriesOf(of('entry')),
    sales: salesOf(of('wholesale', 'retail', 'trade')),
    payments: paymentsOf(of('payment')),
    tests: { ...testsOf(of('test')), main: mainOf(of('main')) },
    papers: papersOf(of('document'), of('paper_end')),
    holds: holdsOf(of('hold')),
    disposals: disposalsOf(of('disposal')),
    inspections: inspectionsOf(of('inspection')),
    findings: findingsOf(of('finding')),
    sources: sourcesOf(by),
  }
}

/** The groups of a list, most kilograms or records first. */
function grouped<T>(
  figures: readonly Figure[],
  keyOf: (figure: Figure) => string,
  make: (code: string, own: readonly Figure[]) => T,
): T[] {
  return [...Map.groupBy(figures, keyOf)]
    .map(([code, own]) => ({ code, own, mass: Number(sum(own).mass), records: count(own) }))
    .sort((a, b) => b.mass - a.mass || b.records - a.records || (a.code < b.code ? -1 : 1))
    .map(({ code, own }) => make(code, own))
}

function entriesOf(entries: readonly Figure[]): DayFigures['entries'] {
  const admission = (begin: string): Goods => goods(entries.filter((one) => partOf(one, 0).startsWith(begin)))
  const papers = (...states: readonly string[]): Goods =>
    goods(entries.filter((one) => states.includes(partOf(one, 1))))
  return {
    all: goods(entries),
    admitted: admission('admitted'),
    refused: admission('refused'),
    pending: admission('pending'),
    untold: admission('untold'),
    byClass: grouped(
      entries,
      (one) => one.class,
      (code, own) => ({ code, title: className(code), ...goods(own) }),
    ),
    papers: {
      complete: papers('complete'),
      missing: papers('none', 'unknown', 'incomplete'),
      none: papers('none'),
      unknown: papers('unknown'),
      incomplete: papers('incomplete'),
      notRequired: papers('not_required'),
      untold: papers('untold'),
    },
  }
}

function salesOf(sales: readonly Figure[]): DayFigures['sales'] {
  const kind = (...details: readonly string[]): Sold =>
    sum(sales.filter(({ detail }) => details.includes(detail)))
  return {
    all: sum(sales),
    wholesale: kind('wholesale'),
    tickets: kind('retail'),
    summaries: kind('summary'),
    untold: kind('untold'),
    refunds: sum(sales.filter(({ detail }) => detail.endsWith('.refund'))),
    byClass: grouped(
      sales,
      (one) => one.class,
      (code, own) => ({ code, title: className(code), ...sum(own) }),
    ),
  }
}

function paymentsOf(payments: readonly Figure[]): DayFigures['payments'] {
  const paid = (own: readonly Figure[]) => {
    const { records, amount } = sum(own)
    return { records, amount }
  }
  return {
    all: paid(payments),
    byMethod: grouped(
      payments,
      ({ detail }) => detail,
      (method, own) => ({ method, ...paid(own) }),
    ),
  }
}

function testsOf(tests: readonly Figure[]): Omit<DayFigures['tests'], 'main'> {
  const verdict = (text: string, own = tests): number => count(own.filter((one) => partOf(one, 0) === text))
  const [passed, failed] = [verdict('pass'), verdict('fail')]
  const judged = passed + failed
  return {
    all: count(tests),
    passed,
    failed,
    suspect: verdict('suspect'),
    invalid: verdict('invalid'),
    unknown: verdict('unknown'),
    byHalfPastEight: count(tests.filter((one) => partOf(one, 1) === 'early')),
    failedShare: judged === 0 ? null : Math.round((failed / judged) * 10_000) / 10_000,
    byItem: grouped(tests, restOf, (item, own) => ({
      item,
      tests: count(own),
      failed: verdict('fail', [...own]),
    })),
    byProduct: grouped(
      tests,
      ({ product }) => product,
      (code, own) => ({
        code,
        title: mainName(code),
        tests: count(own),
        failed: verdict('fail', [...own]),
      }),
    ),
  }
}

function mainOf(main: readonly Figure[]): DayFigures['tests']['main'] {
  const counts = (own: readonly Figure[]) => {
    const of = (text: string): number => count(own.filter(({ detail }) => detail === text))
    return { seen: of('seen'), tested: of('tested'), missing: of('missing') }
  }
  return {
    ...counts(main),
    products: grouped(
      main,
      ({ product }) => product,
      (code, own) => ({ code, title: mainName(code), ...counts(own) }),
    ),
  }
}

function papersOf(papers: readonly Figure[], ends: readonly Figure[]): DayFigures['papers'] {
  const isVoid = (one: Figure): boolean => partOf(one, 1) === 'void'
  const ended = new Map(ends.map(({ detail, records }) => [detail, records]))
  const types = [...papers, ...ends.map((end) => ({ ...end, detail: `${end.detail}|end`, records: 0 }))]
  return {
    issued: goods(papers),
    void: count(papers.filter(isVoid)),
    lastDay: count(ends),
    byType: grouped(
      types,
      (one) => partOf(one, 0),
      (code, own) => ({
        code,
        title: typeName(code),
        ...goods(own),
        void: count(own.filter(isVoid)),
        lastDay: ended.get(code) ?? 0,
      }),
    ),
  }
}

function holdsOf(holds: readonly Figure[]): DayFigures['holds'] {
  const of = (kind: string): number => count(holds.filter(({ detail }) => detail === kind))
  return { stopSale: of('stop_sale'), release: of('release'), recall: of('recall') }
}

function disposalsOf(disposals: readonly Figure[]): DayFigures['disposals'] {
  const of = (kind: string): Goods => goods(disposals.filter(({ detail }) => detail === kind))
  return {
    all: goods(disposals),
    destroyed: of('destroyed'),
    returned: of('returned'),
    rendered: of('rendered'),
  }
}

function inspectionsOf(inspections: readonly Figure[]): DayFigures['inspections'] {
  const of = (result: string): number => count(inspections.filter(({ detail }) => detail === result))
  return {
    all: count(inspections),
    pass: of('pass'),
    fail: of('fail'),
    rectify: of('rectify'),
    unknown: of('unknown'),
  }
}

function findingsOf(findings: readonly Figure[]): DayFigures['findings'] {
  const counts = (own: readonly Figure[]) => ({
    all: count(own),
    pending: count(own.filter((one) => partOf(one, 1) === 'pending')),
  })
  return {
    ...counts(findings),
    bySeverity: FINDING_SEVERITIES.toReversed().map((severity) => ({
      severity,
      ...counts(findings.filter((one) => partOf(one, 0) === severity)),
    })),
  }
}

function sourcesOf(by: ReadonlyMap<string, readonly Figure[]>): DayFigures['sources'] {
  return ['entry', 'wholesale', 'retail', 'trade', 'payment'].flatMap((of) => {
    const [from, left] = [by.get(`${of}.from`) ?? [], by.get(`${of}.left`) ?? []]
    const systems = [...new Set([...from, ...left].map(({ detail }) => detail))].sort()
    const own = (list: readonly Figure[], system: string): Sold =>
      sum(list.filter(({ detail }) => detail === system))
    return systems.map((system) => ({ of, system, counted: own(from, system), leftOut: own(left, system) }))
  })
}
