import { DISPOSAL_METHODS, DISPOSALS } from '#core/cases/disposal-method.ts'
import type { Table } from '#core/mapping/backward/workbook.ts'
import type { CaseDisposals } from './case-disposals.ts'
import { countedWord, methodWord, severityWord } from './code-words.ts'
import type { DayFigures, Goods, Sold, Words } from './day-figures.ts'

type Pair = readonly [en: string, zh: string]
type Cells = readonly [part: Pair | Words, figure: Pair | Words | string, ...numbers: readonly string[]]

const COLUMNS: readonly Pair[] = [
  ['Part', '部分'],
  ['Figure', '指标'],
  ['Number', '数量'],
  ['Kilograms', '重量（公斤）'],
  ['Yuan', '金额（元）'],
]

const FIGURES = [2, 3, 4]

const goods = ({ records, mass }: Goods): readonly string[] => [String(records), mass]
const sold = ({ records, mass, amount }: Sold): readonly string[] => [String(records), mass, amount ?? '']

/** Cases of a day; `disposed` is null where that is not shown, and not there in a report of before 0.4.0. */
interface Cases {
  readonly opened: number
  readonly cleared: number
  readonly closed: number
  readonly open: number
  readonly disposed?: CaseDisposals | null
}

/** The figures of a day, with what stands around them in a report. */
export interface DaySummary extends DayFigures {
  readonly cases: Cases
  readonly silent: readonly { readonly system: string; readonly record: string | null }[]
  readonly day: string
  readonly scope: { readonly name: string | null }
}

/** The summary of a day as a table for a report: a row for each figure, in the order of the report. */
export function summarySheet(summary: DaySummary, language: 'zh' | 'en'): Table {
  const said = (text: Pair | Words | string): string => {
    if (typeof text === 'string') return text
    if ('zh' in text) return text[language]
    return language === 'zh' ? text[1] : text[0]
  }
  const rows: Cells[] = [
    [
      ['Report', '日报'],
      [`${summary.scope.name ?? 'all'} ${summary.day}`, `${summary.scope.name ?? '全部'} ${summary.day}`],
    ],
    ...entryRows(summary),
    ...saleRows(summary),
    ...testRows(summary),
    ...paperRows(summary),
    ...actionRows(summary),
    ...aroundRows(summary),
    ...summary.sources.flatMap(({ of, system, counted, leftOut }): Cells[] => {
      const [en, zh] = countedWord(of)
      const source: Pair = [`${en} ${system}`, `${zh} ${system}`]
      return [
        [['Counted from', '计入来源'], source, ...sold(counted)],
        [['Left out, the same goods', '重复未计'], source, ...sold(leftOut)],
      ]
    }),
  ]
  return {
    columns: COLUMNS.map(said),
    figures: FIGURES,
    rows: rows.map(([part, figure, ...numbers]) => {
      const cells = [said(part), said(figure), ...numbers]
      return [...cells, ...Array<string>(COLUMNS.length - cells.length).fill('')]
    }),
  }
}

function entryRows({ entries }: DayFigures): Cells[] {
  const part: Pair = ['Entries', '进场准入']
  const { papers } = entries
  return [
    [part, ['All', '合计'], ...goods(entries.all)],
    [part, ['Admitted', '准予'], ...goods(entries.admitted)],
    [part, ['Refused', '拒绝'], ...goods(entries.refused)],
    [part, ['Pending', '待定'], ...goods(entries.pending)],
    [part, ['Without a word on it', '未注明结论'], ...goods(entries.untold)],
    [part, ['With the papers required', '凭证齐全'], ...goods(papers.complete)],
    [part, ['Without a paper', '无凭证'], ...goods(papers.none)],
    [part, ['With papers of an unknown type', '凭证类型不明'], ...goods(papers.unknown)],
    [part, ['With some of the papers', '凭证不全'], ...goods(papers.incomplete)],
    ...entries.byClass.map(({ title, ...own }): Cells => [part, title, ...goods(own)]),
  ]
}

function saleRows({ sales, payments }: DayFigures): Cells[] {
  const part: Pair = ['Sales', '交易']
  return [
    [part, ['All', '合计'], ...sold(sales.all)],
    [part, ['Wholesale', '批发'], ...sold(sales.wholesale)],
    [part, ['Tickets', '零售小票'], ...sold(sales.tickets)],
    [part, ['Daily summaries', '日汇总'], ...sold(sales.summaries)],
    [part, ['Refunds', '退货'], ...sold(sales.refunds)],
    ...sales.byClass.map(({ title, ...own }): Cells => [part, title, ...sold(own)]),
    ...payments.byMethod.map(
      ({ method, records, amount }): Cells => [
        ['Payments', '支付'],
        methodWord(method),
        String(records),
        '',
        amount ?? '',
      ],
    ),
  ]
}

function testRows({ tests }: DayFigures): Cells[] {
  const part: Pair = ['Tests', '检测']
  const rows: readonly (readonly [Pair, number])[] = [
    [['All', '合计'], tests.all],
    [['Passed', '合格'], tests.passed],
    [['Failed', '不合格'], tests.failed],
    [['Suspect', '可疑'], tests.suspect],
    [['Invalid', '无效'], tests.invalid],
    [['By 08:30', '八点半前'], tests.byHalfPastEight],
    [
      ['Main products without a result by 08:30', '八点半前无结果的主要品种（市场×品种）'],
      tests.main.missing,
    ],
  ]
  const share = tests.failedShare === null ? '' : `${(tests.failedShare * 100).toFixed(2)} %`
  return [
    ...rows.map(([figure, number]): Cells => [part, figure, String(number)]),
    [part, ['Share of failed', '不合格率'], share],
    ...tests.byItem.flatMap(({ item, tests: all, failed }): Cells[] => [
      [['Tests by item', '检测项目'], item, String(all)],
      ...(failed > 0 ? [[['Failed by item', '不合格项目'], item, String(failed)] as Cells] : []),
    ]),
    ...tests.main.products
      .filter(({ missing }) => missing > 0)
      .map(({ title, missing }): Cells => [['Not tested by 08:30', '八点半前未检'], title, String(missing)]),
  ]
}

const paperRows = ({ papers }: DayFigures): Cells[] =>
  papers.byType.flatMap(({ title, records, mass, void: withdrawn, lastDay }): Cells[] => [
    [['Papers issued', '开具凭证'], title, String(records), mass],
    [['Papers made void', '作废凭证'], title, String(withdrawn)],
    [['Papers on their last valid day', '当日到期凭证'], title, String(lastDay)],
  ])

function actionRows({ holds, disposals, inspections, findings }: DayFigures): Cells[] {
  const inspected: readonly (readonly [Pair, number])[] = [
    [['All', '合计'], inspections.all],
    [['Passed', '通过'], inspections.pass],
    [['Failed', '不通过'], inspections.fail],
    [['To be put right', '责令整改'], inspections.rectify],
  ]
  return [
    [['Measures', '处置'], ['Stop of sale', '停止销售'], String(holds.stopSale)],
    [['Measures', '处置'], ['Release', '解除停售'], String(holds.release)],
    [['Measures', '处置'], ['Recall', '召回'], String(holds.recall)],
    ...DISPOSALS.map(
      (code): Cells => [['Measures', '处置'], DISPOSAL_METHODS[code], ...goods(disposals[code])],
    ),
    ...inspected.map(([figure, number]): Cells => [['Inspections', '监管检查'], figure, String(number)]),
    ...findings.bySeverity.flatMap(({ severity, all, pending }): Cells[] => [
      [['Findings', '监管发现'], severityWord(severity), String(all)],
      [['Findings to be dealt with', '待处理发现'], severityWord(severity), String(pending)],
    ]),
  ]
}

function aroundRows({
  cases,
  silent,
}: {
  readonly cases: Cases
  readonly silent: readonly { readonly system: string; readonly record: string | null }[]
}): Cells[] {
  const part: Pair = ['Cases', '案件']
  return [
    [part, ['Opened', '当日立案'], String(cases.opened)],
    [part, ['Cleared', '当日解除'], String(cases.cleared)],
    [part, ['Closed', '当日结案'], String(cases.closed)],
    [part, ['Open at the end of the day', '当日末未结'], String(cases.open)],
    ...(cases.disposed ? disposedRows(cases.disposed) : []),
    ...silent.map(
      ({ system, record }): Cells => [
        ['Silent', '中断上报'],
        record === null ? system : `${system}/${record}`,
        '1',
      ],
    ),
  ]
}

const disposedRows = (disposed: CaseDisposals): Cells[] => {
  const part: Pair = ['Disposed of in cases', '在案处置']
  return [
    [part, ['All', '合计'], ...goods(disposed.all)],
    ...DISPOSALS.map((code): Cells => [part, DISPOSAL_METHODS[code], ...goods(disposed[code])]),
  ]
}
