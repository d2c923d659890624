import { type SiteSaid, samePlaces, siteByName } from '#core/balance/goods-site.ts'
import { addDecimal } from '#core/decimal.ts'
import { regionName } from '#core/regions/path.ts'
import { normaliseKey } from '#core/text.ts'
import type { Account } from './balance.ts'
import type { GoodsFact, Measure } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import type { Keeper, Place, PlaceKind } from './place.ts'

/** A place that a recall concerns. */
export interface RecallSite {
  readonly kind: PlaceKind
  /** Of a stall: its keeper where that is a business. */
  readonly name: string | null
  readonly code: string | null
  readonly booth: string | null
  /** Of a stall: its market. */
  readonly market: string | null
  /** GB/T 2260. */
  readonly region: string | null
  /** Lots that are there by the last record of them. */
  readonly lots: number
  /** Goods went through: whoever is here knows where to. */
  readonly passedOn: boolean
  /** What should still be there. */
  readonly left: readonly Measure[]
}

export interface RegionSites {
  /** GB/T 2260; null where no record tells of one. */
  readonly region: string | null
  readonly name: string | null
  readonly markets: readonly {
    readonly name: string | null
    readonly code: string | null
    readonly stalls: readonly RecallSite[]
  }[]
  readonly others: readonly RecallSite[]
}

interface Kept {
  kind: PlaceKind
  name: string | null
  code: string | null
  booth: string | null
  market: string | null
  marketKey: string | null
  region: string | null
  keeper: string | null
  lots: Set<number>
  passedOn: boolean
  left: Map<string, string>
}

const nameKey = (text: string): string => normaliseKey(text).replace(/\s+/gu, '')
const TAKERS: readonly Keeper['role'][] = ['owner', 'consignee', 'operator', 'buyer']
const GIVERS: readonly Keeper['role'][] = ['seller', 'shipper', 'producer', 'owner', 'supplier']
/** Where goods are, before where they came from. */
const STAYS: readonly PlaceKind[] = ['slaughterhouse', 'store', 'canteen', 'cold_store']

/** The places that goods are at or went through, each once however many systems name it. */
export function sitesOf(
  holdings: readonly Holding[],
  accounts: readonly (readonly Account[])[],
): RecallSite[] {
  const facts = holdings.flatMap(({ came, left }) => [...came, ...left])
  const keyOf = placeKeys(facts)
  const booths = keepersOfBooths(facts, keyOf)
  const mainKey = ({ places, region }: GoodsFact): string | undefined => {
    const main = places.find(({ kind }) => kind === 'market' || STAYS.includes(kind))
    return main && `${main.kind} ${keyOf(main, region)}`
  }
  const kept = new Map<string, Kept>()
  const put = (place: Omit<Kept, 'lots' | 'passedOn' | 'left'>, key: string): Kept => {
    const found: Kept = kept.get(key) ?? { ...place, lots: new Set(), passedOn: false, left: new Map() }
    for (const member of ['name', 'code', 'booth', 'region'] as const) found[member] ??= place[member]
    kept.set(key, found)
    return found
  }
  const placeOf = (
    fact: GoodsFact,
    roles: readonly Keeper['role'][],
    kinds: readonly PlaceKind[],
    region: string | null,
  ): Kept[] => {
    const keeper = roles
      .map((role) => fact.keepers.find((one) => one.role === role))
      .find((one) => one !== undefined)
    const market = fact.places.find(({ kind }) => kind === 'market')
    if (market && kinds.includes('market')) {
      const marketKey = keyOf(market, fact.region)
      const at = put(
        { ...blank, kind: 'market', name: market.name, code: market.code, region },
        `market ${marketKey}`,
      )
      const booth = fact.places.find(({ kind }) => kind === 'stall')?.name ?? null
      const who =
        keeper?.key ?? (booth === null ? undefined : booths.get(`${marketKey}#${nameKey(booth)}`)?.key)
      if (who === undefined && booth === null) return [at]
      const stall = put(
        {
          ...blank,
          kind: 'stall',
          name: keeper?.name ?? null,
          booth,
          market: market.name,
          marketKey,
          region,
          keeper: who ?? null,
        },
        `stall ${marketKey} ${who ?? nameKey(booth as string)}`,
      )
      return [stall, at]
    }
    const stay = fact.places.find(({ kind }) => kinds.includes(kind))
    if (stay)
      return [
        put(
          {
            ...blank,
            kind: stay.kind,
            name: stay.name,
            code: stay.code,
            region,
            keeper: keeper?.key ?? null,
          },
          `${stay.kind} ${keyOf(stay, fact.region)}`,
        ),
      ]
    if (!keeper) return []
    return [
      put(
        { ...blank, kind: 'business', name: keeper.name, region, keeper: keeper.key },
        `business ${keeper.key}`,
      ),
    ]
  }
  for (const { index, came, left } of holdings) {
    // Goods that nobody tells how they came there are where they were sold.
    const known = new Set(came.flatMap((fact) => mainKey(fact) ?? []))
    for (const fact of left)
      if (!known.has(mainKey(fact) ?? ''))
        for (const one of placeOf(fact, GIVERS, ['market', ...STAYS], fact.region)) one.lots.add(index)
    const entered = came.filter(({ tells }) => tells === 'entered')
    for (const fact of came) {
      if (fact.tells === 'papered') continue
      const isLast = fact.tells === 'entered' || (entered.length === 0 && fact.tells === 'sold')
      const here = fact.tells === 'entered' ? placeOf(fact, TAKERS, ['market', ...STAYS], fact.region) : []
      const from =
        fact.tells === 'entered' ? [] : placeOf(fact, GIVERS, ['market', ...STAYS, 'farm'], fact.region)
      const to =
        entered.length > 0 || (fact.tells !== 'sold' && fact.tells !== 'dispatched')
          ? []
          : placeOf(fact, ['buyer', 'consignee'], [], fact.destination)
      const stays =
        fact.tells === 'made' || fact.tells === 'transformed'
          ? from
          : [...here, ...(fact.tells === 'sold' ? to : [])]
      for (const one of stays) one.lots.add(index)
      for (const one of from) one.passedOn = true
      if (isLast || stays === from)
        leaveAt(
          stays,
          entered.length > 0 ? fact === entered[0] : fact === came.find((one) => one.tells === fact.tells),
          accounts[index] ?? [],
        )
    }
  }
  for (const [booth, keeper] of booths) {
    const stall = kept.get(`stall ${booth.slice(0, booth.lastIndexOf('#'))} ${keeper.key}`)
    if (stall) stall.booth ??= keeper.booth
  }
  return shown(kept)
}

const blank = {
  name: null,
  code: null,
  booth: null,
  market: null,
  marketKey: null,
  region: null,
  keeper: null,
}

/** What should still be at a place is noted once for each lot. */
function leaveAt(places: readonly Kept[], isFirst: boolean, accounts: readonly Account[]): void {
  if (!isFirst) return
  for (const { unit, found } of accounts)
    if (found.atSites !== undefined)
      for (const { left } of places) left.set(unit, addDecimal(left.get(unit) ?? '0', found.atSites))
}

/** What stands for each place of the facts: its code, else its name with the most that is told of its region (`samePlaces`). */
type PlaceKeys = (place: Place, region: string | null) => string

function placeKeys(facts: readonly GoodsFact[]): PlaceKeys {
  const names = new Map<string, string>()
  const said = new Map<string, SiteSaid[]>()
  const wayOf = (name: string, code: string | null, region: string): string =>
    code ?? siteByName(name, region)
  for (const { places, region } of facts)
    for (const { kind, name, code } of places)
      if (name !== null) {
        const key = nameKey(name)
        if (code !== null) names.set(`${kind} ${code}`, key)
        const at = { site: wayOf(key, code, region ?? ''), region: region ?? '' }
        said.set(`${kind} ${key}`, [...(said.get(`${kind} ${key}`) ?? []), at])
      }
  const same = new Map(
    [...said].map(([kindAndName, at]) => [
      kindAndName,
      samePlaces(kindAndName.slice(kindAndName.indexOf(' ') + 1), at),
    ]),
  )
  return ({ kind, name, code }, region) => {
    const key = name === null ? names.get(`${kind} ${code}`) : nameKey(name)
    if (key === undefined) return code ?? ''
    const way = wayOf(key, code, region ?? '')
    return same.get(`${kind} ${key}`)?.get(way) ?? way
  }
}

/** Who keeps a booth, as records say that name both; a number of a scale's own is no keeper. */
function keepersOfBooths(
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

function shown(kept: ReadonlyMap<string, Kept>): RecallSite[] {
  const stalls = new Set(
    [...kept.values()].flatMap(({ kind, keeper }) =>
      kind === 'business' || keeper === null ? [] : [keeper],
    ),
  )
  return [...kept.values()]
    .filter(({ kind, keeper }) => kind !== 'business' || keeper === null || !stalls.has(keeper))
    .map(({ lots, left, keeper: _, marketKey: __, ...site }) => ({
      ...site,
      lots: lots.size,
      left: [...left].map(([unit, value]) => ({ value, unit })),
    }))
    .sort((a, b) => order(a, b))
}

const order = (a: RecallSite, b: RecallSite): number => {
  const [x, y] = [a, b].map(({ region, market, kind, name, code, booth }) =>
    JSON.stringify([region ?? '~', market ?? '', kind, name ?? code ?? booth ?? '']),
  )
  return (x as string) < (y as string) ? -1 : 1
}

/** The places by region, stalls below their markets. */
export function byRegion(sites: readonly RecallSite[], year: number): RegionSites[] {
  return [...Map.groupBy(sites, ({ region }) => region)].map(([region, here]) => {
    const stalls = Map.groupBy(
      here.filter(({ kind }) => kind === 'stall'),
      ({ market }) => market,
    )
    const markets = here.filter(({ kind }) => kind === 'market')
    return {
      region,
      name: region === null ? null : (regionName(region, year) ?? null),
      markets: markets.map(({ name, code }) => ({ name, code, stalls: stalls.get(name) ?? [] })),
      others: here.filter(
        ({ kind, market }) =>
          kind !== 'market' && (kind !== 'stall' || !markets.some(({ name }) => name === market)),
      ),
    }
  })
}
