import Type from 'typebox'
import type { ChannelLimits } from './adapter.ts'

/** Bounds of a channel where neither its adapter nor an operator says otherwise. */
export const LIMITS: ChannelLimits = {
  requestsPerSecond: null,
  rowsPerSecond: null,
  pageRows: 500,
  maxBytes: 64 * 1024 * 1024,
  timeoutMs: 30_000,
}

const bounded = (words: readonly [en: string, zh: string], minimum: number, maximum: number) =>
  Type.Integer({ title: `${words[0]} · ${words[1]}`, minimum, maximum })
const rate = (en: string, zh: string) =>
  Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000 }), Type.Null()], {
    title: `${en} · ${zh}`,
    description: 'null: no bound · null 表示不限',
  })

/** The form of the bounds that an operator sets. */
export const LimitsSchema = Type.Partial(
  Type.Object({
    requestsPerSecond: rate('Requests in a second', '每秒请求数'),
    rowsPerSecond: rate('Rows in a second', '每秒记录数'),
    pageRows: bounded(['Rows that are asked for at a time', '每次请求的记录数'], 1, 5000),
    maxBytes: bounded(
      ['Largest answer or file, in bytes once inflated', '单个应答或文件的最大字节数'],
      1024,
      2_000_000_000,
    ),
    timeoutMs: bounded(['Longest wait for an answer, in milliseconds', '等待应答的最长毫秒数'], 100, 600_000),
    fusePercent: Type.Number({
      title:
        'Share of the records that a scan of keys may find missing at once, in percent · 一次核对最多可判定删除的比例（%）',
      minimum: 0,
      maximum: 100,
    }),
    fuseRecords: bounded(
      ['Records that a scan of keys may find missing at once', '一次核对最多可判定删除的记录数'],
      0,
      1_000_000_000,
    ),
  }),
  { additionalProperties: false },
)
