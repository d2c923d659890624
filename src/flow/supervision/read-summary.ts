import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { regionName } from '#core/regions/path.ts'
import type { Sight } from '#core/sight.ts'
import type { ScopeFigure } from '#core/supervision/advance.ts'
import type { DayFigures } from '#core/supervision/day-figures.ts'
import { isSaidByName, namedPlace } from '#core/supervision/market.ts'
import { EVERYWHERE, placeScope, regionScope } from '#core/supervision/scopes.ts'
import { dayFigures } from '#core/supervision/summary.ts'
import { withSight } from '#store/sighted.ts'
import {
  hasCountedSeen,
  readFigures,
  readPlaceName,
  readStanding,
  type Standing,
} from '#store/supervision.ts'

import { type Around, readAround } from './read-around.ts'

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

/** A market by its code, or by its name with the region that it lies in. */
async function siteScope(pool: Pool, site: string, region: string | undefined): Promise<Scope> {
  const said = region === undefined || isSaidByName(site) ? site : namedPlace(site, region)
  for (const text of new Set([site, said])) {
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

/** Figures of a scope between two days, as far as they are seen, and how new they are. */
async function seenFigures(pool: Pool, sight: Sight | null, asked: Parameters<typeof readFigures>[1]) {
  return await withSight(pool, sight, async (reader, hub) => {
    // Before the figures: what they hold is at least as new.
    const standing = await readStanding(hub)
    const asOf = asOfStanding(standing)
    if (sight === null) return { asOf, figures: await readFigures(reader, asked) }
    const complete = await hasCountedSeen(reader, standing.position)
    return {
      asOf: { ...asOf, position: null, head: null, complete },
      figures: await readFigures(reader, asked),
    }
  })
}

/**
 * Who sees a part asks for a region: figures of markets and of everything count records of other regions too.
 * @throws HubError `forbidden` where another scope is asked for, or the caller sees no region
 */
function refuseWide(sight: Sight | null, { region, site }: Where): void {
  if (sight === null || (sight.regions.length > 0 && region !== undefined && site === undefined)) return
  throw new HubError('forbidden', {
    detail:
      'needs the scope read, or read:region:<code> and a question for a region: markets and everything are not told apart',
  })
}

/** Markets of reports and days are not told apart: the figures of one add up what everybody told of it. */
export function refuseMarket(sight: Sight | null, { site }: Where): void {
  if (sight !== null && site !== undefined)
    throw new HubError('forbidden', {
      detail: 'needs the scope read: a market is shown as far as it is seen by the markets of a day',
    })
}

const NOTHING_AROUND: Around = { cases: { opened: 0, cleared: 0, closed: 0, open: 0 }, silent: [] }

/** Cases of a region are those of tests in it, so whoever sees the region sees them; systems are seen by who sees the system. */
async function seenAround(
  pool: Pool,
  sight: Sight | null,
  scope: Omit<Scope, 'key'>,
  day: string,
): Promise<Around> {
  const isSeen = sight?.regions.some((prefix) => scope.region?.startsWith(prefix)) ?? true
  if (!isSeen) return NOTHING_AROUND
  const { cases, silent } = await readAround(pool, scope, day)
  return { cases, silent: silent.filter(({ system }) => sight?.systems.includes(system) ?? true) }
}

/** The figures of a day, read from the counters, as far as they are seen. */
export async function readDay(
  pool: Pool,
  where: Where,
  day: string,
  sight: Sight | null = null,
): Promise<DaySummary> {
  refuseWide(sight, where)
  const { key, ...scope } = await scopeOf(pool, where, day)
  const { asOf, figures } = await seenFigures(pool, sight, { scopes: [key], from: day, to: day })
  const around = await seenAround(pool, sight, scope, day)
  return { day, scope, asOf, ...dayFigures(figures), ...around }
}

/** Days between two, both included, each by itself and all together. */
export async function readDays(
  pool: Pool,
  where: Where,
  { from, to }: { readonly from: string; readonly to: string },
  sight: Sight | null = null,
) {
  refuseWide(sight, where)
  const { key, ...scope } = await scopeOf(pool, where, to)
  const { asOf, figures } = await seenFigures(pool, sight, { scopes: [key], from, to })
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
