import type { Pool } from 'pg'
import { prefixOf } from '#core/regions/path.ts'
import type { Sight } from '#core/sight.ts'
import { figuresOfLines } from '#core/supervision/advance.ts'
import { placeScope } from '#core/supervision/scopes.ts'
import { withSight } from '#store/sighted.ts'
import { listPlaces, listSeenPlaces, readFigures, readSeenLines } from '#store/supervision.ts'
import { readNamesIn } from '#store/supervision-names.ts'
import { headline } from './read-summary.ts'

const LIMIT = 100

/**
 * Markets of a region and all below it of which anything was recorded on a day, in the order of their codes. Who sees a part has those of its records, named as they
 * name them, or as records of the regions that he sees do, with the figures that these records come to.
 */
export async function listMarkets(
  pool: Pool,
  day: string,
  asked: { readonly region?: string; readonly after?: string; readonly limit?: number },
  sight: Sight | null,
) {
  const { limit = LIMIT, after = '' } = asked
  const prefix = asked.region === undefined ? '' : prefixOf(asked.region)
  const wanted = { day, prefix, after, limit: limit + 1 }
  const { places, page, figures } = await withSight(pool, sight, async (reader) => {
    const places = await (sight === null ? listPlaces(pool, wanted) : listSeenPlaces(reader, wanted))
    const page = places.slice(0, limit)
    const codes = page.map(({ place }) => place)
    const figures =
      sight === null
        ? await readFigures(pool, { scopes: codes.map(placeScope), from: day, to: day })
        : figuresOfLines(await readSeenLines(reader, { from: day, to: day }, codes), ({ place }) => [
            placeScope(place),
          ])
    return { places, page, figures }
  })
  const byScope = Map.groupBy(figures, ({ scope }) => scope)
  const unnamed = page.flatMap(({ place, name }) => (name === null ? [place] : []))
  const names = sight === null ? new Map() : await readNamesIn(pool, unnamed, sight.regions)
  return {
    markets: page.map(({ place, region, name }) => ({
      site: place,
      name: name ?? names.get(place) ?? null,
      region,
      ...headline(byScope.get(placeScope(place)) ?? []),
    })),
    next: places.length > limit ? (page.at(-1)?.place ?? null) : null,
  }
}
