import { prefixOf } from '#core/regions/path.ts'
import { isListWhole, listInspections } from '#store/inspections.ts'
import type { Reader } from '#store/sighted.ts'
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

/** Inspections of all systems that the reader sees, newest first, each with what became of its deadline; the records as JSON text. */
export async function readInspections(
  { reader, hub }: { readonly reader: Reader; readonly hub: Reader },
  asked: InspectionsAsked,
  { nowMs, isLimited }: { readonly nowMs: number; readonly isLimited: boolean },
) {
  const { limit = LIMIT, region, site, after, ...rest } = asked
  // Before they are read, so that the list is at least as new as it says.
  const asOf = { complete: await isListWhole(reader, hub), at: new Date(nowMs).toISOString() }
  const known = site === undefined || isLimited ? null : await readPlaceName(reader, site)
  const place = known?.place ?? site
  const rows = await listInspections(reader, {
    ...rest,
    isLimited,
    nowMs,
    place,
    regionPrefix: region === undefined ? undefined : prefixOf(region),
    after: after ?? null,
    limit: limit + 1,
  })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    asOf,
    inspections: page.map(({ id, record, rectification, place: at }) => ({
      id,
      site: at,
      rectification,
      record,
    })),
    next: rows.length > limit && last ? { at: last.at, id: last.id } : null,
  }
}
