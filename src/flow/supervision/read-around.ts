import type { Pool } from 'pg'
import { prefixOf } from '#core/regions/path.ts'
import { type CaseDisposals, caseDisposals } from '#core/supervision/case-disposals.ts'
import { isSaidByName, placeOf } from '#core/supervision/market.ts'
import { readTracedVersions } from '#store/lots.ts'
import { readSeenTests } from '#store/seen-cases.ts'
import type { Reader } from '#store/sighted.ts'
import { readNamesOfCode, readSystemsSeenAt } from '#store/supervision.ts'
import {
  type CaseCounts,
  readCaseCounts,
  readCasesOfTests,
  readDisposedInCases,
  readSilent,
  type SilentSystem,
} from '#store/supervision-around.ts'

const DAY_MS = 86_400_000

/** What stands beside the counters: cases, and systems that were silent. */
export interface Around {
  readonly cases: CaseCounts & {
    /** Null of a market for who sees a part: what of these goods is theirs nobody tells apart. */
    readonly disposed: CaseDisposals | null
  }
  readonly silent: readonly {
    readonly system: string
    readonly record: string | null
    readonly since: string
    readonly until: string | null
  }[]
}

type Silent = Around['silent'][number]

/** The day in China, as instants. */
function timesOf(day: string): { readonly from: string; readonly before: string } {
  const fromMs = Date.parse(`${day}T00:00:00+08:00`)
  return { from: new Date(fromMs).toISOString(), before: new Date(fromMs + DAY_MS).toISOString() }
}

/** Cases and silences of a market, or of a region with all below it, on a day in China. */
export async function readAround(
  pool: Pool,
  scope: { readonly site: string | null; readonly region: string | null },
  day: string,
): Promise<Around> {
  const { site, region } = scope
  const asked = {
    place: site,
    says: site === null ? [] : await waysOfSaying(pool, site),
    prefix: site === null && region !== null ? prefixOf(region) : '',
    ...timesOf(day),
  }
  const silent = await readSilent(pool, { ...asked, day })
  const disposed = caseDisposals(await readDisposedInCases(pool, asked))
  return { cases: { ...(await readCaseCounts(pool, asked)), disposed }, silent: silent.map(silentView) }
}

/** How a market may be said: as it is, and by the names that mean it alone. */
const waysOfSaying = async (reader: Reader, said: string): Promise<string[]> => [
  said,
  ...(isSaidByName(said) ? [] : await readNamesOfCode(reader, said)),
]

const silentView = ({ since, until, ...system }: SilentSystem): Silent => ({
  ...system,
  since: new Date(since).toISOString(),
  until: until === null ? null : new Date(until).toISOString(),
})

/**
 * The same of a market for who sees a part: cases whose test the reader sees to have been done there, and those of its systems that were silent and of which
 * it sees that they told of the market in the week before.
 * @param said the market as the caller's records call it
 */
export async function readSeenAround(
  {
    reader,
    hub,
    systems,
  }: { readonly reader: Reader; readonly hub: Reader; readonly systems: readonly string[] },
  said: string,
  day: string,
): Promise<Around> {
  const asked = { place: said, says: await waysOfSaying(hub, said), prefix: '', ...timesOf(day) }
  const candidates = await readCasesOfTests(hub, asked)
  const tests = await readSeenTests(
    reader,
    candidates.map(({ id }) => id),
  )
  const bodies = await readTracedVersions(reader, tests)
  const seen = candidates.filter(({ testId }) => {
    const test = bodies.get(testId)
    return test !== undefined && placeOf(test.body).said === said
  })
  const cases = await readCaseCounts(
    hub,
    asked,
    seen.map(({ id }) => id),
  )
  const week = { from: new Date(Date.parse(day) - 7 * DAY_MS).toISOString().slice(0, 10), to: day }
  const telling = new Set(systems.length === 0 ? [] : await readSystemsSeenAt(reader, week, said))
  const silent = telling.size === 0 ? [] : await readSilent(hub, { ...asked, place: null, day })
  return {
    cases: { ...cases, disposed: null },
    silent: silent.filter(({ system }) => systems.includes(system) && telling.has(system)).map(silentView),
  }
}
