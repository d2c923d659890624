import type { Pool } from 'pg'
import { type CaseGoods, mayBe } from '#core/cases/goods.ts'
import { SPREAD_CONFIDENCE } from '#core/cases/spread.ts'
import { addDecimal, maxDecimal, subtractDecimal } from '#core/decimal.ts'
import { HubError } from '#core/errors.ts'
import { documentCode, type GraphCode } from '#core/lineage/codes.ts'
import { ANY_GOODS } from '#core/lineage/goods-path.ts'
import { MEETINGS } from '#core/lineage/matching.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import type { GoodsFact } from '#core/recall/goods-fact.ts'
import type { Likely } from '#core/recall/likely.ts'
import { type Rehearsed, rehearse } from '#core/recall/rehearse.ts'
import { wouldTell } from '#core/recall/told-links.ts'
import type { Sight } from '#core/sight.ts'
import { type GoodsLinks, goodsLinks } from '#flow/cases/goods-links.ts'
import { numberAsked } from '#flow/trace/read-document.ts'
import { rootsOf } from '#flow/trace/roots.ts'
import { readEntered, readPlaces } from '#store/goods-moves.ts'
import { readSoldThere, readSummaries } from '#store/goods-summaries.ts'
import { listLinks } from '#store/links.ts'
import { readKnownCodes } from '#store/lots.ts'
import { readMoving } from '#store/recall-records.ts'
import { type Reader, withSight } from '#store/sighted.ts'
import { around, type LikelyReader } from './likely.ts'
import { goodsAsked } from './own-goods.ts'
import { factsReached, type RecallReach, reachOf } from './reach.ts'
import type { Rehearsal, UnsureReach } from './schema.ts'

/** As sure as the links have to be over which a case spreads. */
export const REHEARSAL_CONFIDENCE = SPREAD_CONFIDENCE
/** What would be reached beyond it is counted down to here. */
const UNSURE = 0.6
/** As sure as it is that a sale without a lot is of what came to its stall. */
const LIKELY = MEETINGS[0].confidence
const LINKS_MAX = 500_000
const RECORDS_MAX = 20_000
const LINKS_PAGE = 200

export interface RehearsalRequest {
  /** Any code as a person types it, or a graph code. */
  readonly code?: string
  /** Number of a paper. */
  readonly document?: string
  readonly confidence?: number
  /** `source`: from the nearest dispatch that the goods came from, and all forward of it; `forward`: only forward of the code. */
  readonly direction?: 'source' | 'forward'
  /** ISO time: what the hub knew then. */
  readonly at?: string
  readonly systems: readonly string[]
}

export interface RehearsalParts {
  readonly pool: Pool
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/**
 * What a recall of these goods would reach, in numbers; nothing is written. Who sees a part rehearses with the records that it sees (`part`): what others hold of the goods
 * is not in it, nor which links would be told. Bounded: where the walk or the records are more than one answer
 * takes, it is `truncated`, and its numbers are at least so much.
 * HubError `not_found` where no record mentions the code.
 */
export async function rehearseRecall(
  { pool, clock }: RehearsalParts,
  request: RehearsalRequest,
  sight: Sight | null = null,
): Promise<Rehearsal> {
  return await withSight(pool, sight, (reader) =>
    rehearseWith(reader, request, { clock, linksOf: sight === null ? linksTold(pool) : async () => [] }),
  )
}

async function rehearseWith(
  reader: Reader,
  request: RehearsalRequest,
  {
    clock,
    linksOf,
  }: {
    readonly clock: () => number
    readonly linksOf: (found: Rehearsed) => Promise<Rehearsal['links']>
  },
): Promise<Rehearsal> {
  const started = performance.now()
  const { confidence = REHEARSAL_CONFIDENCE, direction = 'source' } = request
  const at = request.at ?? null
  const least = Math.min(UNSURE, confidence)
  const roots = await rootsAsked(reader, request, at)
  const goods = await goodsOfRoots(reader, roots, at)
  const links = goodsLinks(reader, { at, confidence: least, most: LINKS_MAX })
  const reach = await reachOf(links, roots, { goods, direction, confidence })
  const { sources, back, sure, all } = reach
  const { facts, cut, likely } = await factsOf(reader, reach, { at, links })
  const sureLikely = confidence > LIKELY ? { ...likely, summaries: [] } : likely
  const found = rehearse({ direction, sources, back, ...sure, facts, likely: sureLikely })
  const unsure = confidence > least ? rehearse({ direction, sources, back, ...all, facts, likely }) : null
  const told = await linksOf(found)
  const { productClasses: _, counts, persons, sites: __, ...rest } = found
  return {
    asked: request.document ?? request.code ?? '',
    part: reader.mentioning !== undefined,
    direction,
    confidence,
    at,
    roots: [...roots],
    numbers: {
      lots: found.lots.length,
      sites: counts,
      parties: found.parties.length,
      persons,
      systems: found.systems.length,
      links: told.length,
    },
    ...rest,
    links: told,
    unsure: unsure === null ? null : moreOf(found, unsure, { least, edges: reach.leftOut }),
    truncated: reach.truncated || cut,
    rehearsedAt: new Date(clock()).toISOString(),
    ms: Math.round(performance.now() - started),
  }
}

async function rootsAsked(reader: Reader, { code, document, systems }: RehearsalRequest, at: string | null) {
  if (document === undefined) return (await rootsOf(reader, code ?? '', systems, at)).roots
  const roots = await readKnownCodes(reader, [documentCode(numberAsked(document))], at)
  if (roots.length === 0) throw new HubError('not_found', { detail: 'no record mentions this code' })
  return roots
}

/** The goods of the codes asked for. */
async function goodsOfRoots(
  reader: Reader,
  roots: readonly GraphCode[],
  at: string | null,
): Promise<CaseGoods[]> {
  const records: TracedRecord[] = []
  for await (const page of readMoving(reader, roots, { at, named: [], limit: RECORDS_MAX }))
    records.push(...page)
  return goodsAsked(roots, records)
}

/** What records tell of the goods that were reached; `cut` where there are more than one answer takes. */
async function factsOf(
  reader: Reader,
  { all, ofGoods }: Pick<RecallReach, 'all' | 'ofGoods'>,
  { at, links }: { readonly at: string | null; readonly links: GoodsLinks },
): Promise<{ readonly facts: GoodsFact[]; readonly cut: boolean; readonly likely: Likely }> {
  const near = around(all.links)
  const named = [...new Set(all.links.map(({ recordId }) => recordId))]
  const facts: GoodsFact[] = []
  let read = 0
  for await (const records of readMoving(reader, all.codes, { at, named, limit: RECORDS_MAX + 1 })) {
    read += records.length
    for (const { record, fact } of factsReached(records, ofGoods)) {
      near.note(record, fact)
      facts.push(fact)
    }
  }
  const isOfGoods = ({ kind, body }: TracedRecord): boolean =>
    ofGoods.some(({ goods }) => mayBe(goods, kind, body))
  const likely = await near.read(likelyReader(reader, { at, links }), isOfGoods)
  return { facts, cut: read > RECORDS_MAX, likely }
}

function likelyReader(
  reader: Reader,
  { at, links }: { readonly at: string | null; readonly links: GoodsLinks },
): LikelyReader {
  const step = links.of(ANY_GOODS)
  return {
    back: (codes) => step(codes, 'back'),
    records: async (ids) => {
      const records: TracedRecord[] = []
      if (ids.length === 0) return records
      for await (const page of readMoving(reader, [], { at, named: ids, limit: ids.length }))
        records.push(...page)
      return records
    },
    keysOf: async (sites) => {
      const places = sites.length === 0 ? [] : [...(await readPlaces(reader, sites))]
      return new Map(places.map(([site, { keys }]) => [site, keys]))
    },
    summaries: (places, days) => readSummaries(reader, places, days),
    entered: async (places, days) => (places.length === 0 ? [] : await readEntered(reader, places, days)),
    sold: (places, without) => readSoldThere(reader, places, without),
  }
}

/** Links over which holds of the places reached would go. */
const linksTold =
  (pool: Pool) =>
  async (found: Rehearsed): Promise<Rehearsal['links']> => {
    const told: Rehearsal['links'][number][] = []
    for (let after: string | undefined; ; ) {
      const links = await listLinks(pool, { limit: LINKS_PAGE, ...(after === undefined ? {} : { after }) })
      for (const { id, name, system, state, filter } of links)
        if (wouldTell(filter, found, OWN_SYSTEM)) told.push({ id, name, system, state })
      if (links.length < LINKS_PAGE) return told
      after = links.at(-1)?.id
    }
  }

function moreOf(
  found: Rehearsed,
  more: Rehearsed,
  of: { readonly least: number; readonly edges: number },
): UnsureReach {
  const before = new Map(balancesInKilograms(found).map((one) => [one.stage, foundAsTheyAre(one)]))
  const kilograms = balancesInKilograms(more).map((one) =>
    maxDecimal('0', subtractDecimal(foundAsTheyAre(one), before.get(one.stage) ?? '0')),
  )
  return {
    confidence: of.least,
    edges: of.edges,
    lots: Math.max(0, more.lots.length - found.lots.length),
    sites: Math.max(0, more.sites.length - found.sites.length),
    kilograms: kilograms.reduce(addDecimal, '0'),
  }
}

const balancesInKilograms = ({ mass }: Rehearsed) => mass.filter(({ unit }) => unit === 'KGM')

/** What was turned into other goods is found as those, at the next stage. */
const foundAsTheyAre = ({ found, where: { processed } }: Rehearsed['mass'][number]): string =>
  subtractDecimal(found, processed)
