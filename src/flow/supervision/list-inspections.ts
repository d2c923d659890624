import type { Pool } from 'pg'
import { prefixOf } from '#core/regions/path.ts'
import { listInspections } from '#store/inspections.ts'
import { readPlaceName } from '#store/supervision.ts'

/** `none`: nothing has to be put right; `mended`: a later inspection passed. */
export const RECTIFICATIONS = ['none', 'pending', 'overdue', 'mended'] as const

export interface InspectionsAsked {
  readonly region?: string
  readonly site?: string
  readonly result?: 'pass' | 'fail' | 'rectify' | 'unknown'
  readonly due?: 'pending' | 'overdue' | 'mended'
  /** Instants: from, and before. */
  readonly from?: string
  readonly before?: string
  /** Where the page before ended. */
  readonly after?: { readonly at: string; readonly id: string } | undefined
  readonly limit?: number
}

const LIMIT = 100

/** Inspections of all systems, newest first, each with what became of its deadline. */
export async function readInspections(pool: Pool, asked: InspectionsAsked, nowMs: number) {
  const { limit = LIMIT, region, site, after, ...rest } = asked
  const place = site === undefined ? undefined : ((await readPlaceName(pool, site))?.place ?? site)
  const rows = await listInspections(pool, {
    ...rest,
    nowMs,
    place,
    regionPrefix: region === undefined ? undefined : prefixOf(region),
    after: after ?? null,
    limit: limit + 1,
  })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    inspections: page.map(({ record, rectification, place: at }) => ({
      site: at,
      rectification,
      record: JSON.parse(record) as object,
    })),
    next: rows.length > limit && last ? { at: last.at, id: last.id } : null,
  }
}
