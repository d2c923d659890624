import { zoneOffset } from '#core/calendar.ts'
import { compileTime } from '#core/dates/compile.ts'
import { parseTimeFormat } from '#core/dates/format.ts'
import { timeDoubts } from '#core/dates/time-doubts.ts'
import { type Compiling, entryOf, type Plan, textOf, textsOf } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { keepRaw, note, type Run } from '#core/mapping/run/run.ts'
import { isRuined } from '#core/mapping/run/words.ts'
import type { When } from '#core/model/values.ts'
import { compileText } from './text.ts'

/**
 * `date`: a time in the first of the formats that fits the whole text; `zone` is that of texts without one, Asia/Shanghai where
 * none is named. Where it is the time of the record, an unreadable one rejects; elsewhere the field stays empty, is marked, and
 * the text is kept in `raw`.
 */
export const DATE_EXAMPLE = {
  mapping: "{ from: tradeTime, date: ['yyyy/M/d H:mm:ss'] }",
  target: 'occurredAt',
  in: { tradeTime: '2024/4/15 3:42:10' },
  out: { at: '2024-04-15T03:42:10+08:00', precision: 'second', raw: '2024/4/15 3:42:10' },
} as const

export interface TimeOptions {
  /** The record cannot do without it. */
  readonly essential: boolean
  /** Sets the year in which codes are read, and is compared with the time of receipt. */
  readonly event: boolean
  /** The record may lack it, but one that cannot be read rejects. */
  readonly mustRead?: boolean
}

export function compileDate(
  c: Compiling,
  node: Node,
  target: string,
  options: TimeOptions,
): Plan<When> | null {
  const plan = compileText(c, node, target, ['date', 'zone'])
  const formats = node.is === 'map' ? formatsOf(c, node, target) : null
  if (node.is !== 'map' && plan !== null) c.mistakes.add(node.at, target, 'missing', { wanted: 'date' })
  if (plan === null || formats === null) return null
  const parse = compileTime(formats.formats, formats.zone)
  const { read } = plan
  const evaluate = (run: Run): When | undefined => {
    const text = read(run)
    if (text === undefined) {
      if (options.essential && run.emitted === 0) note(run, 'E_SCHEMA', 'no_time', { target, rejects: true })
      return undefined
    }
    const when = parse(text)
    if (when === null) {
      const rejects = options.mustRead === true || (options.essential && run.emitted === 0)
      return unreadable(run, text, target, rejects)
    }
    if (options.event) {
      run.year = yearOf(when.at)
      run.day = when.at.slice(0, 10)
      checkRange(run, when.at, text, target)
    }
    return when.raw === when.at ? { at: when.at, precision: when.precision } : when
  }
  return { evaluate, verb: plan.verb === 'from' ? 'date' : plan.verb }
}

function formatsOf(c: Compiling, node: Node & { is: 'map' }, target: string) {
  const list = entryOf(node, 'date')
  const zoneNode = entryOf(node, 'zone')
  const zone = zoneNode === undefined ? 'Asia/Shanghai' : textOf(c, zoneNode, `${target}.zone`)
  const isZone = zone !== null && zoneOffset(zone) !== null
  if (zoneNode !== undefined && zone !== null && !isZone)
    c.mistakes.add(zoneNode.at, `${target}.zone`, 'bad_zone', { found: zone })
  if (list === undefined) {
    c.mistakes.add(node.at, target, 'missing', { wanted: 'date' })
    return null
  }
  const formats = textsOf(c, list, `${target}.date`)
  if (formats === null || zone === null) return null
  let right = isZone
  for (const format of formats) {
    const reading = parseTimeFormat(format)
    if (reading.ok) continue
    right = false
    c.mistakes.add(list.at, `${target}.date`, 'bad_format', {
      found: reading.reason,
      meant: reading.suggestion,
    })
  }
  return right ? { formats, zone } : null
}

function unreadable(run: Run, text: string, target: string, rejects: boolean): undefined {
  if (isRuined(run, text, target)) return undefined
  note(run, 'E_SCHEMA', 'bad_time', { target, value: text, rejects })
  if (!rejects) keepRaw(run, target, text)
  return undefined
}

function checkRange(run: Run, at: string, text: string, target: string): void {
  for (const { flag, doubt } of timeDoubts(at, run.now, run.tomorrow))
    note(run, flag, doubt, { target, value: text })
}

const ZERO = 0x30
const yearOf = (at: string): number =>
  (at.charCodeAt(0) - ZERO) * 1000 +
  (at.charCodeAt(1) - ZERO) * 100 +
  (at.charCodeAt(2) - ZERO) * 10 +
  (at.charCodeAt(3) - ZERO)
