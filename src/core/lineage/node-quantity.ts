import { lotFacts } from '#core/balance/lot-facts.ts'
import { sameGoods } from '#core/balance/measure.ts'
import { toldOnce } from '#core/balance/told-once.ts'
import { addDecimal, compareDecimal } from '#core/decimal.ts'
import type { Quantity } from '#core/model/values.ts'
import type { GraphCode } from './codes.ts'
import { lotsBeside, mentionOf } from './mentions.ts'
import type { TracedRecord } from './traced-record.ts'

/**
 * The quantity of a node by the records that say best what it is: their sum, absent where one is unknown, or units or goods differ. Papers about a lot are no goods: each tells of all of
 * them. So what was made or came in counts, as in the balance of the lot, and where nothing tells that in their unit the greatest of what they say. Two papers of one type are
 * not added up either: papers are exchanged where goods are split, and issued anew where they are mixed, so that both may be of the same goods.
 * A quantity of several lots is of none of them: what else came in of the lot counts then.
 * @param tellers of one system and kind, the best first
 * @param records active ones that mention the node
 */
export function nodeQuantity(
  code: GraphCode,
  tellers: readonly TracedRecord[],
  records: readonly TracedRecord[],
): Quantity | undefined {
  if (code.startsWith('doc:')) return sumOf(withoutRefunds(tellers))
  if (tellers.some((record) => isShared(code, record))) {
    const unit = tellers.map(quantityOf).find((one) => one !== undefined)?.unit
    return unit && cameIn(code, records, unit)
  }
  if (tellers[0]?.kind !== 'document') return sumOf(withoutRefunds(tellers))
  const papers = Map.groupBy(tellers, numberOf)
  const told = [...papers.values()].flatMap((lines) => sumOf(lines) ?? [])
  const unit = (told.find((one) => one.unit === 'KGM') ?? told[0])?.unit
  if (unit === undefined) return undefined
  return (
    cameIn(code, records, unit) ??
    (isOneGoods(tellers) ? greatest(told.filter((one) => one.unit === unit)) : undefined)
  )
}

/** Whether its quantity is of other lots as well: how much of it was of this one nobody says. */
export function isShared(code: GraphCode, { body }: TracedRecord): boolean {
  const role = mentionOf(body, code)?.role
  return role !== undefined && lotsBeside(body, code, role).length > 0
}

const quantityOf = ({ body }: TracedRecord): Quantity | undefined => body.output?.quantity ?? body.quantity

/** What is given back is no further goods. */
function withoutRefunds(records: readonly TracedRecord[]): readonly TracedRecord[] {
  const sold = records.filter(({ body }) => body.refund !== true)
  return sold.length > 0 ? sold : records
}

function sumOf(records: readonly TracedRecord[]): Quantity | undefined {
  const [first, ...rest] = records.map(quantityOf)
  if (!first?.value || rest.length === 0) return first
  let sum = first.value
  for (const quantity of rest) {
    if (!quantity?.value || quantity.unit !== first.unit) return undefined
    sum = addDecimal(sum, quantity.value)
  }
  return isOneGoods(records) ? { value: sum, unit: first.unit } : undefined
}

const isOneGoods = (records: readonly TracedRecord[]): boolean =>
  new Set(records.map(({ body }) => body.product?.name ?? body.product?.code)).size === 1

/** A system may write each line of a paper by itself: those are of goods beside each other. */
const numberOf = ({ id, body }: TracedRecord): string =>
  body.documents?.find(({ role }) => role === 'self')?.number ?? id

const greatest = (told: readonly Quantity[]): Quantity | undefined =>
  told.reduce<Quantity | undefined>(
    (most, one) => (most?.value && (!one.value || compareDecimal(one.value, most.value) <= 0) ? most : one),
    undefined,
  )

/** What of the lot was made or came in, each kilogram once; undefined where that is not told of all of it in the unit, or of several goods. */
function cameIn(
  code: GraphCode,
  records: readonly TracedRecord[],
  unit: Quantity['unit'],
): Quantity | undefined {
  const byId = new Map(records.map((record) => [record.id, record]))
  const told = records.flatMap((record) => lotFacts(code, record))
  const facts = toldOnce({ codes: [code], facts: told, records: byId })
  const made = facts.filter(({ flow }) => flow === 'made')
  const entered = facts.filter(({ flow }) => flow === 'entered')
  const tellers = [...made, ...entered].flatMap(({ record }) => byId.get(record) ?? [])
  const { amount, isWhole } = sameGoods([made, entered], unit)
  const isOwn = [...made, ...entered].every(({ beside }) => beside.length === 0)
  return amount !== null && isWhole && isOwn && isOneGoods(tellers) ? { value: amount, unit } : undefined
}
