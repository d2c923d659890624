import type { AdapterClock } from '#adapters/adapter.ts'

/** Lets so many units pass in a second, evenly; more than a second's worth is never saved up. */
export interface Pace {
  /** Resolves when so many more may pass. */
  take(units: number): Promise<void>
}

const FREE: Pace = { take: async () => {} }

/** @param perSecond null: no bound */
export function createPace(perSecond: number | null, clock: AdapterClock): Pace {
  if (perSecond === null) return FREE
  let freeAtMs = Number.NEGATIVE_INFINITY
  return {
    async take(units) {
      const now = clock.now()
      const at = Math.max(freeAtMs, now)
      freeAtMs = at + (units / perSecond) * 1000
      if (at > now) await clock.pause(at - now)
    },
  }
}
