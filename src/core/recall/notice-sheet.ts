import { chinaClock } from '#core/dates/china-day.ts'
import { inLanguage, type WordLanguage } from '#core/lineage/words.ts'
import type { Table } from '#core/mapping/backward/workbook.ts'

/** As much of a notice as a sheet shows. */
export interface SheetNotice {
  readonly hold: string
  readonly version: number
  readonly order: string
  readonly receiver: string
  readonly name: string
  readonly orderedAt: string
  readonly dueAt: string
  readonly firstSentAt: string | null
  readonly deliveredAt: string | null
  readonly delivery: string | null
  readonly event: string | null
  readonly acknowledgedAt: string | null
  readonly acknowledgedBy: string | null
  readonly how: string | null
  readonly late: boolean
  readonly reportedAt: string | null
  readonly level: number
  readonly reportLevel: number
  readonly events: readonly {
    readonly action: string | null
    readonly found: string | null
    readonly sold: string | null
    readonly disposed: string | null
  }[]
}

const COLUMNS = [
  ['Hold', '停售召回记录'],
  ['Version', '版本'],
  ['Order', '措施'],
  ['Receiver', '接收方'],
  ['Name', '名称'],
  ['Ordered', '下达时间'],
  ['Acknowledge by', '确认期限'],
  ['First answered', '首次应答'],
  ['Delivered', '送达时间'],
  ['Delivery', '投递编号'],
  ['Event', '事件标识'],
  ['Acknowledged', '确认时间'],
  ['By', '确认方'],
  ['How', '方式'],
  ['Late', '逾期'],
  ['Reported', '上报时间'],
  ['Level', '升级次数'],
  ['Level of the report', '上报升级次数'],
  ['Action', '措施落实'],
  ['Found, kg', '找到（公斤）'],
  ['Sold, kg', '已售（公斤）'],
  ['Disposed of, kg', '已处置（公斤）'],
] as const
/** Version, levels, and kilograms that were found, sold and disposed of. */
const FIGURES = [1, 16, 17, 19, 20, 21]
const YES = ['yes', '是'] as const

const clock = (at: string | null): string => (at === null ? '' : chinaClock(at))

/** Who was told when, as a table; of action and quantities the last that was told. */
export function noticeSheet(notices: readonly SheetNotice[], language: WordLanguage): Table {
  const last = ({ events }: SheetNotice, of: 'action' | 'found' | 'sold' | 'disposed'): string =>
    events.findLast((event) => event[of] !== null)?.[of] ?? ''
  return {
    columns: COLUMNS.map((words) => inLanguage(words, language)),
    figures: FIGURES,
    rows: notices.map((one) => [
      one.hold,
      String(one.version),
      one.order,
      one.receiver,
      one.name,
      chinaClock(one.orderedAt),
      chinaClock(one.dueAt),
      clock(one.firstSentAt),
      clock(one.deliveredAt),
      one.delivery ?? '',
      one.event ?? '',
      clock(one.acknowledgedAt),
      one.acknowledgedBy ?? '',
      one.how ?? '',
      one.late ? inLanguage(YES, language) : '',
      clock(one.reportedAt),
      String(one.level),
      String(one.reportLevel),
      last(one, 'action'),
      last(one, 'found'),
      last(one, 'sold'),
      last(one, 'disposed'),
    ]),
  }
}
