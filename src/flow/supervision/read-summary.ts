import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { regionName } from '#core/regions/path.ts'
import type { Sight } from '#core/sight.ts'
import { figuresOfLines, type ScopeFigure } from '#core/supervision/advance.ts'
import { caseDisposals } from '#core/supervision/case-disposals.ts'
import type { DayFigures } from '#core/supervision/day-figures.ts'
import { isSaidByName, namedPlace, nameOf } from '#core/supervision/market.ts'
import { EVERYWHERE, placeScope, regionScope } from '#core/supervision/scopes.ts'
import { dayFigures } from '#core/supervision/summary.ts'
import { type Reader, withSight } from '#store/sighted.ts'
import {
  hasCountedSeen,
  readFigures,
  readPlaceName,
  readSeenLines,
  readStanding,
  type Standing,
} from '#store/supervision.ts'
import { type Around, readAround, readSeenAround } from './read-around.ts'

/** Where a summary is asked for: a region with all below it, a market, or everything. */
export interface Where {
  readonly region?: string | undefined
  readonly site?: string | undefined
}

export interface Scope {
  readonly key: string
  readonly region: string | null
  readonly site: string | null
  readonly name: string | null
}

/** As of which place in the log the figures stand; `complete` where nothing waits to be counted. */
export interface AsOf {
  /** Null for who sees a part of the log: they tell how much others send. */
  readonly position: string | null
  readonly head: string | null
  readonly complete: boolean
  readonly at: string
}

export interface DaySummary extends DayFigures, Around {
  readonly day: string
  readonly scope: Omit<Scope, 'key'>
  readonly asOf: AsOf
}

/**
 * The scope that is meant. @throws HubError `invalid_request` for a code that no region ever had, `not_found` for a market that no record
 * names.
 */
export async function scopeOf(pool: Pool, { region, site }: Where, day: string): Promise<Scope> {
  if (site !== undefined) return await siteScope(pool, site, region)
  if (region === undefined) return { key: EVERYWHERE, region: null, site: null, name: null }
  const name = regionName(region, Number(day.slice(0, 4)))
  if (name === undefined)
    throw new HubError('invalid_request', {
      issues: [{ path: '?region', code: 'E_SCHEMA', value: region, reason: 'no region ever had this code' }],
    })
  return { key: regionScope(region), region, site: null, name }
}

/** What is meant by a market that is asked for: what is written, and, where it is a name with the region that it lies in, that. */
function meantBy(site: string, region: string | undefined): string[] {
  const said = region === undefined || isSaidByName(site) ? site : namedPlace(site, region)
  return [...new Set([site, said])]
}

/** A market by its code, or by its name with the region that it lies in. */
async function siteScope(pool: Pool, site: string, region: string | undefined): Promise<Scope> {
  for (const text of meantBy(site, region)) {
    const known = await readPlaceName(pool, text)
    if (known !== null)
      return { key: placeScope(known.place), region: known.region, site: known.place, name: known.name }
  }
  throw new HubError('not_found', { detail: `market ${site}` })
}

export const asOfStanding = ({ position, head, at }: Standing) => ({
  position,
  head,
  complete: BigInt(position) >= BigInt(head),
  at: new Date(at).toISOString(),
})

interface Figures {
  readonly scope: Scope
  readonly asOf: AsOf
  readonly figures: readonly ScopeFigure[]
}
interface Span {
  readonly from: string
  readonly to: string
}

/** How new the figures are of who sees a part: before they are read, so that what they hold is at least as new. */
async function seenAsOf(reader: Reader, hub: Reader): Promise<AsOf> {
  const standing = await readStanding(hub)
  const complete = await hasCountedSeen(reader, standing.position)
  return { ...asOfStanding(standing), position: null, head: null, complete }
}

/** Figures of a region, a market or everything between two days, as far as they are seen, and how new they are. */
async function readSpan(pool: Pool, where: Where, span: Span, sight: Sight | null): Promise<Figures> {
  const { site, region } = where
  if (sight !== null && site !== undefined)
    return await withSight(pool, sight, (reader, hub) =>
      readSeenMarket({ reader, hub }, meantBy(site, region), span),
    )
  refuseWide(sight, where)
  const scope = await scopeOf(pool, where, span.to)
  const asked = { scopes: [scope.key], ...span }
  if (sight === null) {
    const asOf = asOfStanding(await readStanding(pool))
    return { scope, asOf, figures: await readFigures(pool, asked) }
  }
  return await withSight(pool, sight, async (reader, hub) => {
    const asOf = await seenAsOf(reader, hub)
    return { scope, asOf, figures: await readFigures(reader, asked) }
  })
}

/** Days of which the lines are in memory at once. */
const DAYS_AT_ONCE = 7
const DAY_MS = 86_400_000
const laterDay = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)

/**
 * A market for who sees a part: what the lines come to that it sees, under what its records call the market (docs/adr/0045-sight-of-officials.md). One of which it sees
 * nothing is like one that is not there: nothing was told of it.
 * @param meant what may be meant, in this order
 */
async function readSeenMarket(
  { reader, hub }: { readonly reader: Reader; readonly hub: Reader },
  meant: readonly string[],
  { from, to }: Span,
): Promise<Figures> {
  const asOf = await seenAsOf(reader, hub)
  const figures: ScopeFigure[] = []
  const regions = new Map<string, string>()
  for (let first = from; first <= to; first = laterDay(first, DAYS_AT_ONCE)) {
    const last = laterDay(first, DAYS_AT_ONCE - 1)
    const lines = await readSeenLines(reader, { from: first, to: last < to ? last : to }, meant)
    for (const { place, region } of lines)
      if (region !== '' && region < (regions.get(place) ?? ':')) regions.set(place, region)
    figures.push(...figuresOfLines(lines, ({ place }) => [placeScope(place)]))
  }
  const [first = ''] = meant
  const site = meant.find((one) => figures.some(({ scope }) => scope === placeScope(one))) ?? first
  const key = placeScope(site)
  const name = isSaidByName(site) ? nameOf(site) : null
  return {
    scope: { key, region: regions.get(site) ?? null, site, name },
    asOf,
    figures: figures.filter(({ scope }) => scope === key),
  }
}

/**
 * Who sees a part asks for a region or a market: the figures of everything count records that name no region too.
 * @throws HubError `forbidden` where everything is asked for, or a region by who sees none
 */
function refuseWide(sight: Sight | null, { region }: Where): void {
  if (sight === null || (sight.regions.length > 0 && region !== undefined)) return
  throw new HubError('forbidden', {
    detail:
      'needs the scope read, or a question for a market, or read:region:<code> and a question for a region: everything is not told apart',
  })
}

/** A report that was published of a market adds up what everybody told of it, and keeps its digest. */
export function refuseMarket(sight: Sight | null, { site }: Where): void {
  if (sight !== null && site !== undefined)
    throw new HubError('forbidden', {
      detail: 'needs the scope read: a market is shown as far as it is seen by its days',
    })
}

const NOTHING_AROUND: Around = {
  cases: { opened: 0, cleared: 0, closed: 0, open: 0, disposed: caseDisposals([]) },
  silent: [],
}

/** Cases of a region are those of tests in it, so whoever sees the region sees them; systems are seen by who sees the system. */
async function seenAround(
  pool: Pool,
  sight: Sight | null,
  scope: Omit<Scope, 'key'>,
  day: string,
): Promise<Around> {
  if (sight === null) return await readAround(pool, scope, day)
  const { site, region } = scope
  const { systems } = sight
  if (site !== null)
    return await withSight(pool, sight, (reader, hub) => readSeenAround({ reader, hub, systems }, site, day))
  if (!sight.regions.some((prefix) => region?.startsWith(prefix))) return NOTHING_AROUND
  const { cases, silent } = await readAround(pool, scope, day)
  return {
    cases,
    silent: silent.filter(({ system }) => systems.includes(system)),
  }
}

/** The figures of a day, as far as they are seen. */
export async function readDay(
  pool: Pool,
  where: Where,
  day: string,
  sight: Sight | null = null,
): Promise<DaySummary> {
  const { scope: known, asOf, figures } = await readSpan(pool, where, { from: day, to: day }, sight)
  const { key: _, ...scope } = known
  const around = await seenAround(pool, sight, scope, day)
  return { day, scope, asOf, ...dayFigures(figures), ...around }
}

/** Days between two, both included, each by itself and all together. */
export async function readDays(pool: Pool, where: Where, { from, to }: Span, sight: Sight | null = null) {
  const { scope: known, asOf, figures } = await readSpan(pool, where, { from, to }, sight)
  const { key: _, ...scope } = known
  const byDay = Map.groupBy(figures, ({ day }) => day)
  return {
    from,
    to,
    scope,
    asOf,
    total: headline(figures),
    days: [...byDay.keys()].sort().map((day) => ({ day, ...headline(byDay.get(day) ?? []) })),
  }
}

/** The figures that are looked at first. */
export function headline(figures: readonly ScopeFigure[]) {
  const { entries, sales, tests, papers, holds, disposals, inspections } = dayFigures(figures)
  return {
    entries: entries.all,
    entriesWithoutPapers: entries.papers.missing,
    sales: sales.all,
    tests: {
      all: tests.all,
      failed: tests.failed,
      failedShare: tests.failedShare,
      missing: tests.main.missing,
    },
    papers: { issued: papers.issued.records, void: papers.void },
    holds: holds.stopSale + holds.recall,
    disposed: disposals.all,
    inspections: inspections.all,
  }
}
