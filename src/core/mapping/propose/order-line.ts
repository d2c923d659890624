import type { Kind } from '#core/model/kinds.ts'
import type { SourceRecord } from '#core/source.ts'
import { isPrecisionLost } from '#core/text.ts'
import { distinct } from './distinct.ts'
import type { FieldProfile } from './field-profile.ts'
import { lastName } from './meaning.ts'
import type { Recognised } from './recognise.ts'
import { isCounted, isRowName } from './row-number.ts'

/** The number of an order, and where its lines are numbered that of the line: together they number the records. */
export interface Order {
  readonly order: Recognised
  readonly line?: Recognised
}

/** What the number of a line is called where it is no number of a row in its sheet. */
const LINE_NAME =
  /^(line(no|num|number|id|seq)?|item(no|num|seq)|row(no|num)?|seq(no|uence)?|detail(no|id|seq)|sub(no|id)|id|mxxh|mxh|hh|hxh|行次|行序号?|项次|项号|明细号|明细序号|明细行号|子项号|商品行号)$/u

/**
 * The order of which each record is a line: a number that several records share, or that stands around the lines of each of them, or
 * beside which the lines are numbered. A record of the kind document has the number of its paper for that. Null: records are no lines.
 */
export function orderOf(
  kind: Kind,
  fields: readonly Recognised[],
  records: readonly SourceRecord[],
): Order | null {
  const order = fields.find((field) => isOrder(field, kind))
  if (order === undefined) return null
  const orders = distinct([order], records)
  const line = fields.find(
    (field) =>
      field !== order &&
      isLine(field.profile, orders) &&
      distinct([order, field], records) === records.length,
  )
  if (line) return { order, line }
  return order.meaning === 'key' && (orders < records.length || isOfBase(order)) ? { order } : null
}

/** Whether a field stands around the lines of each source record: it is the same for all of them. */
export const isOfBase = ({ profile }: Recognised): boolean => profile.name.startsWith('base.')

const isOrder = ({ meaning, profile }: Recognised, kind: Kind): boolean =>
  (meaning === 'key' || (kind === 'document' && meaning?.startsWith('document.') === true)) &&
  profile.filled === profile.records &&
  !isRowNumber(profile) &&
  !profile.texts.some(isPrecisionLost)

const isRowNumber = (profile: FieldProfile): boolean => isRowName(profile.name) && isCounted(profile)

/** Whether a field numbers the lines of each order: it counts, and not on through several orders. */
function isLine(profile: FieldProfile, orders: number): boolean {
  const isCalledLine = LINE_NAME.test(lastName(profile.name))
  if (!isCalledLine && !isRowName(profile.name)) return false
  if (profile.filled < profile.records || !isCounted(profile)) return false
  // One record alone shows no counting: its name has to say it.
  if (profile.records === 1) return isCalledLine && lastName(profile.name) !== 'id'
  // Orders of one line each have it as their first.
  if (orders === profile.records) return profile.texts.length === 1
  return orders === 1 || !countsOn(profile)
}

/** Whether it counts the rows from first to last: the number of a row in its file or sheet. */
const countsOn = ({ unique, texts }: FieldProfile): boolean =>
  unique && texts.every((text, i) => Number(text) === Number(texts[0]) + i)
