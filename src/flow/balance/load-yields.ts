import type { Pool } from 'pg'
import { measured } from '#core/balance/goods-move.ts'
import { goneLeast, lotsTold } from '#core/balance/lots-together.ts'
import { greatest, sumOf } from '#core/balance/measure.ts'
import { repeatedRows, rowsBeside } from '#core/balance/steps.ts'
import { judgeYield, type YieldJudgement, yieldRange } from '#core/balance/yields.ts'
import { documentCode, lotCode } from '#core/lineage/codes.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { FlowPart } from '#core/model/parts.ts'
import { loadPapers } from '#flow/documents/load-papers.ts'
import { readNewestVersions } from '#store/newest-versions.ts'
import { readAllMentions } from './all-mentions.ts'
import { type LoadedLot, loadLots } from './load-lots.ts'
import { arrivalsOf, shareOf } from './made-beside.ts'

/** What went into a transformation and what came of it, in kilograms. */
export interface LoadedYield extends YieldJudgement {
  readonly record: TracedRecord
  readonly into: string | null
  readonly outOf: string | null
  /** More is told than can be read: nothing is judged. */
  readonly isPartial: boolean
  /** The records behind the figures, the transformation first. */
  readonly evidence: readonly { readonly id: string; readonly version: number }[]
}

const OWN_PAPERS = 20
const DOCUMENT = 'doc:'

const codesOf = (flow: FlowPart | undefined): string[] => [
  ...(flow?.documents ?? []).map(({ number }) => documentCode(number)),
  ...(flow?.lots ?? []).map(({ scheme, value }) => lotCode(scheme, value)),
]

/**
 * Transformations with their yields. What went in is the mass that the record states, else the live mass of the animals as they came in under
 * the same paper or lot, in the share that was killed. What came out is what the record states, else what was traded under the
 * papers and as the lots that came out, so far. Where several use up one arrival and do not say how much of it each, they are judged together,
 * and so are rows by which one step is told that gives several products.
 */
export async function loadYields(pool: Pool, ids: readonly string[], on: string): Promise<LoadedYield[]> {
  const records = await readNewestVersions(pool, ids)
  const transformations = ids.flatMap((id) => records.get(id) ?? [])
  const ins = transformations.flatMap(({ body }) => codesOf(body.input))
  const outs = [...new Set(transformations.flatMap(({ body }) => codesOf(body.output)))]
  const { records: told, more } = await readAllMentions(pool, [...new Set(ins)])
  const { used, lots } = await usedOf(pool, outs, on)
  return transformations.map((record) => {
    const { body } = record
    const near = unlike(codesOf(body.input).flatMap((code) => told.get(code) ?? [])).filter(
      ({ status }) => status === 'active',
    )
    const arrivals = arrivalsOf(record, near)
    const entries = arrivals ?? []
    const rows = rowsBeside(record, near)
    const others = near.filter((one) => isBeside(record)(one) && !rows.includes(one))
    const { into, together: shared } = shareOf(record, entries, others)
    const together = [...shared, ...rows]
    const stated = statedOf(record)
    const codes = codesOf(body.output)
    // Goods leave under all papers of one slaughter at once, and as several lots one beside the other.
    const traded = greatest([
      greatest(codes.filter(isPaper).map((code) => used.get(code) ?? null)),
      goneOf(codes.flatMap((code) => lots.get(code) ?? [])),
    ])
    const statedBeside = together.map(statedOf)
    const outOf = sumOf([stated ?? traded, ...statedBeside])
    const goods = body.input?.product ?? body.product ?? {}
    const judged = judgeYield(yieldRange(body.process, goods), {
      into,
      outOf,
      isAll: ![stated, ...statedBeside].includes(null),
    })
    // What is found of a step is found at the first of its rows.
    const isJudged = record.status === 'active' && !repeatedRows([record, ...rows]).has(record.id)
    const isPartial =
      codesOf(body.input).some((code) => more.has(code)) || codes.some((code) => lots.get(code)?.isPartial)
    return {
      ...judged,
      ...(isJudged && !isPartial ? {} : { verdict: 'unknown' as const }),
      record,
      isPartial,
      into,
      outOf,
      evidence: [record, ...together, ...entries].map(({ id, version }) => ({ id, version })),
    }
  })
}

const statedOf = ({ body }: TracedRecord): string | null => measured(body.output ?? {}).kilograms
/** Another one of the same goods; what another system tells may be the same one. */
const isBeside =
  ({ id, system, body }: TracedRecord) =>
  (one: TracedRecord): boolean =>
    one.kind === 'transformation' &&
    one.id !== id &&
    one.system === system &&
    one.body.process === body.process &&
    codesOf(one.body.input).some((code) => codesOf(body.input).includes(code))

const isPaper = (code: string): boolean => code.startsWith(DOCUMENT)
const unlike = (records: readonly TracedRecord[]): TracedRecord[] => [
  ...new Map(records.map((one) => [one.id, one])).values(),
]

/** Kilograms that went into trade as lots: what is told of several of them once. */
function goneOf(lots: readonly LoadedLot[]): string | null {
  const { amount, isLeast } = goneLeast(lotsTold(lots), 'KGM')
  // Of goods that came back by the piece nobody knows how many kilograms are left of those that were sold.
  return isLeast ? amount : null
}

/** Kilograms that went into trade under papers, by code, and what is told of lots. */
async function usedOf(pool: Pool, codes: readonly string[], on: string) {
  const used = new Map<string, string>()
  const papers = codes.filter(isPaper)
  if (papers.length > 0) {
    const asked = papers.map((code) => ({ number: code.slice(DOCUMENT.length), type: null, on }))
    for (const { question, usage } of (await loadPapers(pool, asked, OWN_PAPERS, pool, 'near')).papers) {
      const kilograms = usage.used.find(({ unit }) => unit === 'KGM')?.value
      if (kilograms !== undefined) used.set(question.code, kilograms)
    }
  }
  const asLots = codes.filter((code) => !isPaper(code))
  const loaded = asLots.length > 0 ? await loadLots(pool, asLots, on) : []
  return { used, lots: new Map(loaded.map((lot) => [lot.code, lot])) }
}
