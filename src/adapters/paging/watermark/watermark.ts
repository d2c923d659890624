import { AdapterError } from '#adapters/adapter.ts'
import type { Parameters, Sheet } from '#adapters/paging/listing.ts'
import { type MemberPath, memberPath } from '#adapters/paging/member.ts'
import type { WatermarkSettings } from '#adapters/paging/settings/watermark.ts'
import { badState } from '#adapters/paging/state.ts'
import { type Scale, scaleOf } from './scale.ts'

const AT = '/settings/watermark'
const OVERLAP_SECONDS = 300
const LAG_SECONDS = 60

/** A watermark, ready to be used. Values are whole numbers: milliseconds of a time. */
export interface Watermark {
  readonly field: MemberPath
  readonly id: MemberPath | null
  readonly isTime: boolean
  readonly isOrdered: boolean
  readonly hasUntil: boolean
  readonly overlap: bigint
  readonly span: bigint | null
  readonly start: bigint | null
  /** Smallest difference between two lower bounds. */
  readonly unit: bigint
  /** Newest value that is held to be complete; null where the values are no times. */
  upper(nowMs: number): bigint | null
  /** Value of a text of a row; null where it is none. */
  read(text: string): bigint | null
  /** Whether the source is asked for rows behind a row, and not only from a value on. */
  readonly takesId: boolean
  /** Parameters that ask for what lies between two values, both included; of rows with the first, for those behind the one of the number. */
  between(from: bigint | null, end: bigint | null, id?: string): Parameters
  /** The value as a lower bound tells it. */
  floor(value: bigint): bigint
  /** Smallest value that the source may give when it is asked from this one on. */
  lowest(from: bigint): bigint
  /** What a person reads of a lower bound. */
  show(value: bigint | null): string
  /** Mark of a row, by which it is known again. */
  mark(sheet: Sheet, index: number): string
}

/** @throws AdapterError config */
export function watermarkOf(settings: WatermarkSettings): Watermark {
  const scale = scaleOf(settings.format, `${AT}/format`)
  const asked = settings.parameterFormat ? scaleOf(settings.parameterFormat, `${AT}/parameterFormat`) : scale
  if (asked.isTime !== scale.isTime)
    throw new AdapterError('config', 'one format is of times, the other of numbers', {
      setting: `${AT}/parameterFormat`,
    })
  const factor = scale.isTime ? 1000n : 1n
  const id = settings.id === undefined ? null : memberPath(settings.id, `${AT}/id`)
  const floor = (value: bigint): bigint => asked.read(asked.write(value)) ?? value
  const isExclusive = settings.bound === 'exclusive'
  const lowest = (from: bigint): bigint => floor(from) - (isExclusive ? asked.unit : 0n)
  if (settings.idParameter !== undefined && id === null)
    throw new AdapterError('config', 'the number of the row is not named', { setting: `${AT}/id` })
  const member = memberPath(settings.field, `${AT}/field`)
  return {
    field: member,
    id,
    isTime: scale.isTime,
    isOrdered: settings.order !== 'unordered',
    hasUntil: settings.until !== undefined,
    overlap: BigInt(settings.overlap ?? (scale.isTime ? OVERLAP_SECONDS : 0)) * factor,
    span: spanOf(settings, scale),
    start: startOf(settings, scale),
    unit: asked.unit,
    upper: (nowMs) =>
      scale.isTime ? BigInt(nowMs) - BigInt(settings.safetyLag ?? LAG_SECONDS) * 1000n : null,
    read: scale.read,
    takesId: settings.idParameter !== undefined,
    between: (from, end, afterId) => ({
      ...(from === null ? {} : { [settings.parameter]: parameter(asked, lowest(from)) }),
      ...(settings.idParameter === undefined || afterId === undefined
        ? {}
        : { [settings.idParameter]: afterId }),
      ...(settings.until === undefined || end === null ? {} : { [settings.until]: parameter(asked, end) }),
    }),
    floor,
    lowest,
    show: (value) => (value === null ? 'from the beginning' : `from ${asked.write(value)}`),
    mark(sheet, index) {
      const known = id && sheet.textOf(index, id)
      return known ? sheet.markOfText(`${known}\n${sheet.textOf(index, member)}`) : sheet.markOf(index)
    },
  }
}

function parameter(scale: Scale, value: bigint): string | number {
  const text = scale.write(value)
  return scale.isNumeric && Number.isSafeInteger(Number(text)) ? Number(text) : text
}

function spanOf({ span, until, start }: WatermarkSettings, scale: Scale): bigint | null {
  if (span === undefined) return null
  const setting = `${AT}/span`
  if (!scale.isTime) throw new AdapterError('config', 'a span is one of time', { setting })
  if (until === undefined) throw new AdapterError('config', 'a span needs an upper bound', { setting })
  if (start === undefined)
    throw new AdapterError('config', 'a span needs a start', { setting: `${AT}/start` })
  return BigInt(span) * 1000n
}

function startOf({ start }: WatermarkSettings, scale: Scale): bigint | null {
  if (start === undefined) return null
  const value = scale.read(start)
  if (value === null)
    throw new AdapterError('config', 'the start is not written in the format of the field', {
      setting: `${AT}/start`,
    })
  return value
}

/** The text of a value in a state. */
export const valueText = (value: bigint, isTime: boolean): string =>
  isTime ? new Date(Number(value)).toISOString() : String(value)

/** @throws AdapterError config for a value that is not of the watermark's kind */
export function stateValue(text: string | undefined, isTime: boolean): bigint | null {
  if (text === undefined) return null
  if (!isTime && /^-?\d+$/.test(text)) return BigInt(text)
  const ms = isTime && text.endsWith('Z') ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw badState()
  return BigInt(ms)
}
