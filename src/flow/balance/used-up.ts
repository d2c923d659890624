import { fact, type ToldFact } from '#core/balance/lot-facts.ts'
import { repeatedRows } from '#core/balance/steps.ts'
import { mentionsOf } from '#core/lineage/mentions.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import { readTracedVersions } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'
import { readTelling } from './read-telling.ts'

/** Goods that transformations used of the papers under which lots came in. */
export interface UsedUp {
  /** By the code of the lot. */
  readonly facts: ReadonlyMap<string, readonly ToldFact[]>
  /** A fact of a lot that a transformation names beside the paper of other goods: these share its quantity. */
  readonly withArrivals: (told: ToldFact) => ToldFact
}

/**
 * Slaughters that used up the paper under which a lot came in: all lots that came in under it share what was used. Where one of those is named beside the paper, the paper is
 * that of the lots that are named, and nothing was used of the others.
 * @param named records that name the lots
 */
export async function usedUp(
  reader: Reader,
  links: readonly Link[],
  named: readonly TracedRecord[],
): Promise<UsedUp> {
  const entered = links.filter(({ rule }) => rule === 'entered')
  const besidePapers = named.filter(
    ({ kind, body }) => kind === 'transformation' && lotsOf(body).length > 0 && body.input?.documents,
  )
  const madeOf = [...new Set([...entered.map(({ to }) => to), ...besidePapers.flatMap(madeBy)])]
  const facts = new Map<string, ToldFact[]>()
  if (madeOf.length === 0) return { facts, withArrivals: (told) => told }
  const back = await readTelling(reader, madeOf, 'back')
  const arrivals = Map.groupBy(
    back.links.filter(({ rule }) => rule === 'entered'),
    ({ recordId }) => recordId,
  )
  /** The lots of which a record used one quantity. */
  const togetherOf = (record: TracedRecord): string[] => {
    const lots = lotsOf(record.body)
    const came = [...new Set((arrivals.get(record.id) ?? []).map(({ from }) => from))]
    return lots.some((code) => came.includes(code)) ? lots : [...new Set([...lots, ...came])]
  }
  const records: ReadonlyMap<string, TracedRecord> =
    entered.length > 0 ? await readTracedVersions(reader, entered) : new Map()
  const repeated = repeatedRows([...records.values()])
  for (const { from, recordId } of entered) {
    const record = repeated.has(recordId) ? undefined : records.get(recordId)
    const together = record ? togetherOf(record) : []
    // What names a lot of which this one was taken used of that one alone.
    if (!record || !together.includes(from)) continue
    const beside = together.filter((code) => code !== from)
    facts.set(from, [...(facts.get(from) ?? []), fact(record, 'used', record.body.input ?? {}, beside)])
  }
  const byId = new Map(besidePapers.map((record) => [record.id, record]))
  const withArrivals = (told: ToldFact): ToldFact => {
    const record = told.flow === 'used' ? byId.get(told.record) : undefined
    if (!record) return told
    return { ...told, beside: [...new Set([...told.beside, ...togetherOf(record)])] }
  }
  return { facts, withArrivals }
}

/** The lots that went in, and the lots and papers that came out. */
const lotsOf = (body: Body): string[] =>
  mentionsOf(body).flatMap((one) => (one.lot && one.role === 'input' ? one.code : []))
const madeBy = ({ body }: TracedRecord): string[] =>
  mentionsOf(body).flatMap((one) => (one.role === 'output' ? one.code : []))
