import type { Pool } from 'pg'
import { compileExpectation, type Watch } from '#core/silence/expectation.ts'
import { overdueAt } from '#core/silence/open-time.ts'
import { readLastArrivals } from '#store/arrivals.ts'
import { readFollowerPlace } from '#store/followers.ts'
import { type ExpectedSystem, readExpectedSystems } from '#store/systems.ts'
import { ARRIVALS_FOLLOWER, SETTLE_MS } from './follow-arrivals.ts'

/** Something that was expected and did not come. */
export interface Silence {
  readonly system: string
  readonly title: { readonly zh: string; readonly en: string }
  /** Null: no record of the system. */
  readonly record: string | null
  /** Null: it never came since it is expected. */
  readonly lastMs: number | null
  /** Since when it is overdue. */
  readonly overdueMs: number
}

/** What is noted of arrivals may be behind by this much and still be believed. */
const BELIEVED_MS = 2 * SETTLE_MS

/** Everything that is overdue now; null where arrivals are not noted up to now, so that nothing can be said. */
export async function findSilent(pool: Pool, nowMs: number): Promise<Silence[] | null> {
  const systems = await readExpectedSystems(pool)
  if (systems.length === 0) return []
  const place = await readFollowerPlace(pool, ARRIVALS_FOLLOWER)
  if (!place?.floor || Date.parse(place.floor) < nowMs - BELIEVED_MS) return null
  const arrivals = await readLastArrivals(
    pool,
    systems.map(({ id }) => id),
  )
  return systems.flatMap((system) => {
    const own = arrivals.filter(({ system: of }) => of === system.id)
    return watchesOf(system).flatMap((watch) => {
      const times = own.filter(({ record }) => watch.record === null || record === watch.record)
      const lastMs = times.length > 0 ? Math.max(...times.map((one) => one.lastMs)) : null
      const overdueMs = overdueAt(watch, lastMs ?? Date.parse(system.expectSince))
      if (overdueMs === null || overdueMs > nowMs) return []
      return [{ system: system.id, title: system.title, record: watch.record, lastMs, overdueMs }]
    })
  })
}

/** What was stored was checked; one that a later hub cannot read any more is not watched. */
function watchesOf({ expect }: ExpectedSystem): readonly Watch[] {
  const compiled = compileExpectation(expect)
  return compiled.ok ? compiled.watches : []
}
