import { type LotFlow, lotBalance } from '#core/balance/lot-balance.ts'
import { lotFacts, type ToldFact } from '#core/balance/lot-facts.ts'
import { toldOnce } from '#core/balance/told-once.ts'
import { compareDecimal } from '#core/decimal.ts'
import type { GraphCode } from './codes.ts'
import { lotsBeside, mentionOf } from './mentions.ts'
import type { TracedRecord } from './traced-record.ts'

/** Active records of lots that disposals name beside others; a lot of which not all is read is not among them. */
export type BesideLots = ReadonlyMap<GraphCode, readonly TracedRecord[]>

/** The other lots of which the quantity of a disposal of the lot is as well. */
export const disposedBeside = (code: GraphCode, records: readonly TracedRecord[]): GraphCode[] =>
  records.flatMap(({ kind, status, body }) => {
    const role = kind === 'disposal' && status === 'active' ? mentionOf(body, code)?.role : undefined
    return role === undefined ? [] : lotsBeside(body, code, role)
  })

/** Of which goods of a lot something is said: of all that came, or of what was not sold to consumers. */
export type GoodsMeant = 'all' | 'unsold'

/**
 * Whether disposals leave nothing of the goods of a lot that are meant. What is sent back in trade, or spoils, is a part of it as a rule, and says nothing of the rest: all is gone where what was sent back
 * is all that came, or where what was destroyed is all that was not sold to consumers. What went on in trade is there. Where nobody tells how much came or went, all is gone of which nobody tells that it went on.
 * Of a quantity of several lots so much is of this one as is certain.
 * @param records active ones that mention the lot, with at least one disposal of it
 */
export function isAllGone(
  code: GraphCode,
  records: readonly TracedRecord[],
  beside: BesideLots,
  meant: GoodsMeant = 'unsold',
): boolean {
  const facts = factsOf(code, records)
  const isToConsumer = toConsumers([...records, ...[...beside.values()].flat()])
  const isUnmeant = (one: ToldFact): boolean => meant === 'unsold' && isToConsumer(one)
  const isUntoldGone = !facts.some((one) => WENT_ON.has(one.flow) && !isUnmeant(one))
  const gone = facts.filter(isGone)
  const isMeasured = ({ kilograms, count }: ToldFact): boolean => kilograms !== null || count !== null
  const disposals = records.filter(({ kind }) => kind === 'disposal')
  if (gone.length < disposals.length || !gone.every(isMeasured)) return isUntoldGone
  const isLost = gone.some(({ flow }) => flow === 'lost')
  const counts = (one: ToldFact): boolean =>
    !OUT.has(one.flow) || GONE.has(one.flow) || (isLost && isUnmeant(one))
  const others = [...new Set(facts.flatMap((one) => one.beside))].map((other) => ({
    codes: [other],
    facts: beside.has(other) ? factsOf(other, beside.get(other) ?? []).filter(counts) : null,
  }))
  const balance = lotBalance(facts.filter(counts), { codes: [code], others })
  const came = balance.inMost ?? balance.in
  const isShared = gone.some((one) => one.beside.length > 0)
  if (came === null || (balance.out === null && !isShared)) return isUntoldGone
  if (balance.verdict !== 'unknown') return balance.verdict !== 'stock'
  return !isShared && compareDecimal(balance.out ?? '0', came) >= 0
}

/** Whether a fact is a sale to consumers: what was sold in trade is on its way to them. */
function toConsumers(records: readonly TracedRecord[]): (fact: ToldFact) => boolean {
  const inTrade = new Set(records.flatMap(({ id, body }) => (body.saleKind === 'wholesale' ? [id] : [])))
  return ({ flow, record }) => flow === 'sold' && !inTrade.has(record)
}

const WENT_ON: ReadonlySet<LotFlow> = new Set(['sold', 'sent', 'taken', 'used'])
const GONE: ReadonlySet<LotFlow> = new Set(['lost', 'returned'])
const OUT: ReadonlySet<LotFlow> = new Set(['sold', 'sent', 'taken', 'used', 'lost', 'returned'])
const isGone = ({ flow }: ToldFact): boolean => GONE.has(flow)

const factsOf = (code: GraphCode, records: readonly TracedRecord[]): ToldFact[] =>
  toldOnce({
    codes: [code],
    facts: records.flatMap((record) => lotFacts(code, record)),
    records: new Map(records.map((record) => [record.id, record])),
  })
