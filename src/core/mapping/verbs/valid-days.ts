import { parseDecimal } from '#core/decimal.ts'
import { addDays } from '#core/documents/civil-day.ts'
import { documentValidity } from '#core/documents/document-validity.ts'
import { type Compiling, mapOf } from '#core/mapping/compile/compiling.ts'
import type { Node } from '#core/mapping/compile/node.ts'
import { keepRaw, note } from '#core/mapping/run/run.ts'
import type { When } from '#core/model/values.ts'
import { parseChineseNumber } from '#core/numerals.ts'
import { foldWidth } from '#core/width.ts'
import type { Member } from './document-member.ts'
import { compileText } from './text.ts'

/**
 * `validUntil: { days: field }` of a document: it is valid so many days from its day of issue (`issuedOn`, else the day of the
 * record), 当日 or 0 for that day only, and never longer than the rules of that day allow for its type.
 */
export const VALID_DAYS_EXAMPLE = {
  mapping: '[ { role: self, from: no, type: animal_A, validUntil: { days: days } } ]',
  target: 'documents',
  in: { no: '3308000217', days: '2' },
  out: [
    {
      number: '3308000217',
      role: 'self',
      type: 'animal_A',
      validUntil: { at: '2024-04-17T00:00:00+08:00', precision: 'day', raw: '2' },
    },
  ],
} as const

const LONGEST_DAYS = 366
const SAME_DAY = new Set(['当日', '当天', '即日'])

export function compileValidDays(c: Compiling, node: Node, target: string): Member['evaluate'] | null {
  const map = mapOf(c, node, target, ['days'], 'validUntil: { days: field }')
  const daysNode = map?.entries.get('days')?.value
  const plan = daysNode === undefined ? null : compileText(c, daysNode, `${target}.days`)
  if (plan === null) return null
  const { read } = plan
  return (run, type, issuedDay): When | undefined => {
    const text = read(run)
    if (text === undefined) return undefined
    const statedDays = daysOf(text)
    const stated = statedDays === null ? undefined : addDays(issuedDay, statedDays)
    if (statedDays === null || stated === undefined) {
      note(run, 'E_SCHEMA', 'number_bad', { target, value: text })
      keepRaw(run, 'documents.validUntil', text)
      return undefined
    }
    const day = documentValidity({ type, issuedOn: issuedDay, statedDays }).validUntil ?? stated
    return { at: `${day}T00:00:00+08:00`, precision: 'day', raw: text }
  }
}

/** A number of days: `2`, `２天`, `叁日内`, `当日`. */
function daysOf(written: string): number | null {
  const text = foldWidth(written).trim()
  if (SAME_DAY.has(text)) return 0
  const number = text.replace(/\s*(?:[天日](?:内|有效|内有效)?)$/, '')
  const days = parseDecimal(number) ?? parseChineseNumber(number)
  return days !== null && /^\d{1,3}$/.test(days) && Number(days) <= LONGEST_DAYS ? Number(days) : null
}
