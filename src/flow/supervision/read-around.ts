import type { Pool } from 'pg'
import { prefixOf } from '#core/regions/path.ts'
import { type CaseCounts, readCaseCounts, readSilent } from '#store/supervision-around.ts'

const DAY_MS = 86_400_000

/** What stands beside the counters: cases, and systems that were silent. */
export interface Around {
  readonly cases: CaseCounts
  readonly silent: readonly {
    readonly system: string
    readonly record: string | null
    readonly since: string
    readonly until: string | null
  }[]
}

/** Cases and silences of a market, or of a region with all below it, on a day in China. */
export async function readAround(
  pool: Pool,
  scope: { readonly site: string | null; readonly region: string | null; readonly name: string | null },
  day: string,
): Promise<Around> {
  const fromMs = Date.parse(`${day}T00:00:00+08:00`)
  const asked = {
    place: scope.site,
    name: scope.site === null ? null : scope.name,
    prefix: scope.site === null && scope.region !== null ? prefixOf(scope.region) : '',
    from: new Date(fromMs).toISOString(),
    before: new Date(fromMs + DAY_MS).toISOString(),
  }
  const silent = await readSilent(pool, { ...asked, day })
  return {
    cases: await readCaseCounts(pool, asked),
    silent: silent.map(({ since, until, ...system }) => ({
      ...system,
      since: new Date(since).toISOString(),
      until: until === null ? null : new Date(until).toISOString(),
    })),
  }
}
