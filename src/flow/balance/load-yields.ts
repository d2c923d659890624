import type { Pool } from 'pg'
import { measured } from '#core/balance/goods-move.ts'
import { greatest, sameGoods, sumOf } from '#core/balance/measure.ts'
import { judgeYield, type YieldJudgement, yieldRange } from '#core/balance/yields.ts'
import { documentCode, lotCode } from '#core/lineage/codes.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { FlowPart } from '#core/model/parts.ts'
import { loadPapers } from '#flow/documents/load-papers.ts'
import { readNewestVersions } from '#store/newest-versions.ts'
import { readAllMentions } from './all-mentions.ts'
import { loadLots } from './load-lots.ts'
import { shareOf } from './made-beside.ts'

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
 * papers and as the lots that came out, so far. Where several use up one arrival and do not say how much of it each, they are judged together.
 */
export async function loadYields(pool: Pool, ids: readonly string[], on: string): Promise<LoadedYield[]> {
  const records = await readNewestVersions(pool, ids)
  const transformations = ids.flatMap((id) => records.get(id) ?? [])
  const ins = transformations.flatMap(({ body }) => codesOf(body.input))
  const outs = [...new Set(transformations.flatMap(({ body }) => codesOf(body.output)))]
  const { records: told, more } = await readAllMentions(pool, [...new Set(ins)])
  const { used, partial } = await usedOf(pool, outs, on)
  return transformations.map((record) => {
    const { body } = record
    const near = unlike(codesOf(body.input).flatMap((code) => told.get(code) ?? [])).filter(
      ({ status }) => status === 'active',
    )
    const entries = near.filter(({ kind }) => kind === 'entry')
    const { into, together } = shareOf(record, entries, near.filter(isBeside(record)))
    const stated = statedOf(record)
    const codes = codesOf(body.output)
    // Goods leave under all papers of one slaughter at once, and as several lots one beside the other.
    const traded = greatest([
      greatest(codes.filter(isPaper).map((code) => used.get(code) ?? null)),
      sumOf(codes.filter((code) => !isPaper(code)).map((code) => used.get(code) ?? null)),
    ])
    const others = together.map(statedOf)
    const outOf = sumOf([stated ?? traded, ...others])
    const goods = body.input?.product ?? body.product ?? {}
    const judged = judgeYield(yieldRange(body.process, goods), {
      into,
      outOf,
      isAll: ![stated, ...others].includes(null),
    })
    const active = record.status === 'active'
    const isPartial =
      codesOf(body.input).some((code) => more.has(code)) || codes.some((code) => partial.has(code))
    return {
      ...judged,
      ...(active && !isPartial ? {} : { verdict: 'unknown' as const }),
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

/** Kilograms that went into trade under papers and as lots, by code; `partial` are the codes of which not all was read. */
async function usedOf(pool: Pool, codes: readonly string[], on: string) {
  const used = new Map<string, string>()
  const partial = new Set<string>()
  const papers = codes.filter(isPaper)
  const lots = codes.filter((code) => !isPaper(code))
  if (papers.length > 0) {
    const asked = papers.map((code) => ({ number: code.slice(DOCUMENT.length), type: null, on }))
    for (const { question, usage } of (await loadPapers(pool, asked, OWN_PAPERS, pool, 'near')).papers) {
      const kilograms = usage.used.find(({ unit }) => unit === 'KGM')?.value
      if (kilograms !== undefined) used.set(question.code, kilograms)
    }
  }
  if (lots.length > 0)
    for (const { code, facts, isPartial } of await loadLots(pool, lots, on)) {
      if (isPartial) partial.add(code)
      const sold = facts.filter(({ flow }) => flow === 'sold' || flow === 'sent' || flow === 'taken')
      const { amount, isLeast } = sameGoods([sold], 'KGM')
      // Of goods that came back by the piece nobody knows how many kilograms are left of those that were sold.
      if (amount !== null && isLeast) used.set(code, amount)
    }
  return { used, partial }
}
