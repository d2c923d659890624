import type { Pool } from 'pg'
import { prefixOf } from '#core/regions/path.ts'
import { placeScope } from '#core/supervision/scopes.ts'
import { listPlaces, readFigures } from '#store/supervision.ts'
import { headline } from './read-summary.ts'

const LIMIT = 100

/** Markets of a region and all below it of which anything was recorded on a day, in the order of their codes. */
export async function listMarkets(
  pool: Pool,
  day: string,
  asked: { readonly region?: string; readonly after?: string; readonly limit?: number },
) {
  const { limit = LIMIT, after = '' } = asked
  const prefix = asked.region === undefined ? '' : prefixOf(asked.region)
  const places = await listPlaces(pool, { day, prefix, after, limit: limit + 1 })
  const page = places.slice(0, limit)
  const scopes = page.map(({ place }) => placeScope(place))
  const figures = await readFigures(pool, { scopes, from: day, to: day })
  const byScope = Map.groupBy(figures, ({ scope }) => scope)
  return {
    markets: page.map(({ place, region, name }) => ({
      site: place,
      name,
      region,
      ...headline(byScope.get(placeScope(place)) ?? []),
    })),
    next: places.length > limit ? (page.at(-1)?.place ?? null) : null,
  }
}
