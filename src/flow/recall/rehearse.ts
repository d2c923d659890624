import type { Pool } from 'pg'
import { subtractDecimal } from '#core/decimal.ts'
import { HubError } from '#core/errors.ts'
import { codesMeant, documentCode, type GraphCode } from '#core/lineage/codes.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { type GoodsFact, goodsFact } from '#core/recall/goods-fact.ts'
import { type Rehearsed, rehearse } from '#core/recall/rehearse.ts'
import { surer } from '#core/recall/surer.ts'
import { wouldTell } from '#core/recall/told-links.ts'
import type { Sight } from '#core/sight.ts'
import type { LinkReader } from '#flow/trace/link-groups.ts'
import { numberAsked } from '#flow/trace/read-document.ts'
import { type Walked, walk } from '#flow/trace/walk.ts'
import { listLinks } from '#store/links.ts'
import { readKnownCodes, readLinks } from '#store/lots.ts'
import { readMoving } from '#store/recall-records.ts'
import { type Reader, withSight } from '#store/sighted.ts'
import { type IsOwn, ownGoods, ownLinks } from './own-goods.ts'
import type { Rehearsal, UnsureReach } from './schema.ts'
import { nearestSources } from './sources.ts'

/** Holds spread over edges that are at least so sure (linking rules). */
export const REHEARSAL_CONFIDENCE = 0.8
/** What would be reached beyond it is counted down to here. */
const UNSURE = 0.6
const DEPTH = 30
const NODES_MAX = 5000
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
  const roots = await rootsOf(reader, request, at)
  const isOwn = await goodsAsked(reader, roots, at)
  const sources = direction === 'forward' ? roots : await sourcesOf(reader, roots, { at, confidence, isOwn })
  const least = Math.min(UNSURE, confidence)
  const walked = await forwardOf(reader, sources, { at, confidence: least, isOwn })
  const { facts, cut } = await factsOf(reader, walked, { at, isOwn })
  const sure = surer(walked.links, sources, confidence)
  const found = rehearse({ sources, ...sure, facts })
  const unsure =
    confidence > least
      ? rehearse({ sources, codes: walked.nodes.map(({ code }) => code), links: walked.links, facts })
      : null
  const links = await linksOf(found)
  const { productClasses: _, counts, persons, sites: __, ...rest } = found
  return {
    asked: request.document ?? request.code ?? '',
    part: reader.mentioning !== undefined,
    direction,
    confidence,
    at,
    roots: [...roots],
    sources: [...sources],
    numbers: {
      lots: found.lots.length,
      sites: counts,
      parties: found.parties.length,
      persons,
      systems: found.systems.length,
      links: links.length,
    },
    ...rest,
    links,
    unsure: unsure === null ? null : moreOf(found, unsure, { least, links: walked.links, confidence }),
    truncated: walked.truncated || cut,
    rehearsedAt: new Date(clock()).toISOString(),
    ms: Math.round(performance.now() - started),
  }
}

async function rootsOf(reader: Reader, { code, document, systems }: RehearsalRequest, at: string | null) {
  const meant =
    document === undefined ? codesMeant(code ?? '', systems) : [documentCode(numberAsked(document))]
  const roots = await readKnownCodes(reader, meant, at)
  if (roots.length === 0) throw new HubError('not_found', { detail: 'no record mentions this code' })
  return roots
}

interface Asked {
  readonly at: string | null
  readonly confidence: number
  readonly isOwn: IsOwn
}

/** The goods of the codes asked for: a voucher on their way may be of others as well. */
async function goodsAsked(reader: Reader, roots: readonly GraphCode[], at: string | null): Promise<IsOwn> {
  const records: TracedRecord[] = []
  for await (const page of readMoving(reader, roots, { at, named: [], limit: RECORDS_MAX }))
    records.push(...page)
  return ownGoods(roots, records)
}

const linksFrom = (reader: Reader, { at, confidence, isOwn }: Asked): LinkReader =>
  ownLinks(
    reader,
    (codes, way, after, limit) => readLinks(reader, codes, { way, at, after, limit, confidence }),
    isOwn,
  )

const forwardOf = (reader: Reader, roots: readonly GraphCode[], asked: Asked): Promise<Walked> =>
  walk(linksFrom(reader, asked), roots, { direction: 'forward', depth: DEPTH, limit: NODES_MAX, after: null })

async function sourcesOf(reader: Reader, roots: readonly GraphCode[], asked: Asked): Promise<GraphCode[]> {
  const back = await walk(linksFrom(reader, asked), roots, {
    direction: 'back',
    depth: DEPTH,
    limit: NODES_MAX,
    after: null,
  })
  const { facts } = await factsOf(reader, back, asked)
  return nearestSources(back, facts)
}

/** What records tell of the goods that were walked to; `cut` where there are more than one answer takes. */
async function factsOf(
  reader: Reader,
  { nodes, links }: Pick<Walked, 'nodes' | 'links'>,
  { at, isOwn }: Pick<Asked, 'at' | 'isOwn'>,
): Promise<{ readonly facts: GoodsFact[]; readonly cut: boolean }> {
  const codes = nodes.map(({ code }) => code)
  const named = [...new Set(links.map(({ recordId }) => recordId))]
  const facts: GoodsFact[] = []
  let read = 0
  for await (const records of readMoving(reader, codes, { at, named, limit: RECORDS_MAX + 1 })) {
    read += records.length
    for (const record of records) {
      const fact = isOwn(record) ? goodsFact(record) : null
      if (fact) facts.push(fact)
    }
  }
  return { facts, cut: read > RECORDS_MAX }
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
  of: { readonly least: number; readonly links: readonly Link[]; readonly confidence: number },
): UnsureReach {
  const kilograms = ({ mass }: Rehearsed): string =>
    mass.find(({ stage, unit }) => stage === 0 && unit === 'KGM')?.found ?? '0'
  const least = Math.fround(of.confidence)
  return {
    confidence: of.least,
    edges: of.links.filter(({ confidence }) => confidence < least).length,
    lots: Math.max(0, more.lots.length - found.lots.length),
    sites: Math.max(0, more.sites.length - found.sites.length),
    kilograms: subtractDecimal(kilograms(more), kilograms(found)),
  }
}
