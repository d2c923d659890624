import { addDecimal, isZero } from '#core/decimal.ts'
import { DOCUMENT_TYPES, type DocumentType } from '#core/documents/document-type.ts'
import { FINDING_SEVERITIES } from '#core/findings/finding-kinds.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'
import type { Figure } from './choose.ts'
import type { DayFigures, Goods, Sold, Words } from './day-figures.ts'
import { MAIN_PRODUCTS } from './main-products.ts'

type Sums = Pick<Figure, 'records' | 'mass' | 'amount'>
const NOTHING: Sums = { records: 0, mass: '0', amount: '0' }
const plus = (a: Sums, b: Sums): Sums => ({
  records: a.records + b.records,
  mass: addDecimal(a.mass, b.mass),
  amount: addDecimal(a.amount, b.amount),
})
const sum = (figures: readonly Figure[]): Sums =>
  figures.reduce<Sums>((all, { records, mass, amount }) => plus(all, { records, mass, amount }), NOTHING)
/** What is given back has figures of its own, and goods are not sold for nothing: where each figure comes to no yuan, none of the records tells any. */
const sold = (figures: readonly Figure[]): Sold => {
  const all = sum(figures)
  const isTold = all.records === 0 || figures.some(({ amount }) => !isZero(amount))
  return { ...all, amount: isTold ? all.amount : null }
}
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
  // What a gate refused came in nowhere, with or without papers.
  const cameIn = entries.filter((one) => !partOf(one, 0).startsWith('refused'))
  const papers = (...states: readonly string[]): Goods =>
    goods(cameIn.filter((one) => states.includes(partOf(one, 1))))
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
    sold(sales.filter(({ detail }) => details.includes(detail)))
  return {
    all: sold(sales),
    wholesale: kind('wholesale'),
    tickets: kind('retail'),
    summaries: kind('summary'),
    untold: kind('untold'),
    refunds: sold(sales.filter(({ detail }) => detail.endsWith('.refund'))),
    byClass: grouped(
      sales,
      (one) => one.class,
      (code, own) => ({ code, title: className(code), ...sold(own) }),
    ),
  }
}

function paymentsOf(payments: readonly Figure[]): DayFigures['payments'] {
  const paid = (own: readonly Figure[]) => {
    const { records, amount } = sold(own)
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
      sold(list.filter(({ detail }) => detail === system))
    return systems.map((system) => ({ of, system, counted: own(from, system), leftOut: own(left, system) }))
  })
}
