import { type SiteSaid, samePlaces, siteByName } from '#core/balance/goods-site.ts'
import { normaliseKey } from '#core/text.ts'
import type { GoodsFact } from './goods-fact.ts'
import type { Place } from './place.ts'

export const nameKey = (text: string): string => normaliseKey(text).replace(/\s+/gu, '')

/** What stands for each place of the facts: its code, else its name with the most that is told of its region (`samePlaces`). */
export type PlaceKeys = (place: Place, region: string | null) => string

export function placeKeys(facts: readonly GoodsFact[]): PlaceKeys {
  const names = new Map<string, string>()
  const said = new Map<string, Map<string, SiteSaid>>()
  const wayOf = (name: string, code: string | null, region: string): string =>
    code ?? siteByName(name, region)
  for (const { places, region } of facts)
    for (const { kind, name, code } of places)
      if (name !== null) {
        const key = nameKey(name)
        if (code !== null) names.set(`${kind} ${code}`, key)
        const at = { site: wayOf(key, code, region ?? ''), region: region ?? '' }
        // Thousands of tickets tell of a few places.
        const ways = said.get(`${kind} ${key}`) ?? new Map<string, SiteSaid>()
        said.set(`${kind} ${key}`, ways.set(`${at.region} ${at.site}`, at))
      }
  const same = new Map(
    [...said].map(([kindAndName, at]) => [
      kindAndName,
      samePlaces(kindAndName.slice(kindAndName.indexOf(' ') + 1), [...at.values()]),
    ]),
  )
  return ({ kind, name, code }, region) => {
    const key = name === null ? names.get(`${kind} ${code}`) : nameKey(name)
    if (key === undefined) return code ?? ''
    const way = wayOf(key, code, region ?? '')
    return same.get(`${kind} ${key}`)?.get(way) ?? way
  }
}

/** Who keeps a booth of a market, each as records call him that name both; a number of a scale's own is no keeper. */
export function keepersOfBooths(
  facts: readonly GoodsFact[],
  keyOf: PlaceKeys,
): Map<string, { readonly key: string; readonly booth: string }> {
  const booths = new Map<string, { readonly key: string; readonly booth: string }>()
  for (const { places, keepers, region } of facts) {
    const market = places.find(({ kind }) => kind === 'market')
    const booth = places.find(({ kind }) => kind === 'stall')?.name
    const keeper = keepers.find(
      ({ role, name, personal }) => (role === 'owner' || role === 'seller') && (personal || name !== null),
    )
    if (market && booth && keeper)
      booths.set(`${keyOf(market, region)}#${nameKey(booth)}`, { key: keeper.key, booth })
  }
  return booths
}
