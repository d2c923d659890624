import { addDecimal } from '#core/decimal.ts'
import { maskedPlace } from '#core/model/masked-texts.ts'
import { regionName } from '#core/regions/path.ts'
import type { Accounted } from './balance.ts'
import type { GoodsFact, Measure } from './goods-fact.ts'
import type { Holding } from './holdings.ts'
import { leftOf } from './left-at.ts'
import { maybeAmong } from './maybe.ts'
import type { PlaceKind } from './place.ts'
import { type Spot, type SpotReader, type Spots, spotsOf } from './spots.ts'

/** What should still be at a place, in one unit. */
export interface PlaceLeft extends Measure {
  /** Of further lots that are there records do not tell how much is here. */
  readonly atLeast: boolean
  /** Of it so much may have been sold: by tickets and summaries that name no lot and may be of other goods. */
  readonly maybeSold: string
}

/** A place that a recall concerns. */
export interface RecallSite {
  readonly kind: PlaceKind
  /** Of a stall: its keeper; here, as in `code`, `booth` and `market`, what may be of a person is covered. */
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
  readonly left: readonly PlaceLeft[]
}

export interface RegionSites {
  /** GB/T 2260; null where no record tells of one. */
  readonly region: string | null
  readonly name: string | null
  readonly markets: readonly {
    readonly name: string | null
    readonly code: string | null
    readonly left: readonly PlaceLeft[]
    readonly stalls: readonly RecallSite[]
  }[]
  readonly others: readonly RecallSite[]
}

/** A place with what stands for it and, of a stall, for its market. */
export interface PlacedSite {
  readonly key: string
  readonly within: string | null
  readonly site: RecallSite
}

interface Kept {
  readonly spot: Spot
  name: string | null
  code: string | null
  booth: string | null
  region: string | null
  readonly lots: Set<number>
  passedOn: boolean
  readonly left: Map<string, { value: string; atLeast: boolean; readonly byLot: Map<number, string> }>
}

/** The places, by what stands for them. */
type Places = Map<string, Kept>

/** The places that goods are at or went through, each once however many systems name it. */
export function sitesOf(
  holdings: readonly Holding[],
  { accounts, maybe }: Pick<Accounted, 'accounts' | 'maybe'>,
  home: string | null,
): PlacedSite[] {
  const spots = spotsOf(holdings.flatMap(({ came, left, back }) => [...came, ...left, ...back]))
  const places: Places = new Map()
  for (const holding of holdings) {
    putArrivals(places, holding, spots.of)
    putSales(places, holding, spots.of)
    for (const account of accounts[holding.index] ?? [])
      for (const { key, value } of leftOf({ holding, holdings, account, home, spotsOf: spots.of }))
        leave(places.get(key), holding.index, { unit: account.unit, value })
  }
  return shown(places, spots, maybe)
}

function put(places: Places, spot: Spot): Kept {
  const { name, code, booth, region } = spot
  const found: Kept = places.get(spot.key) ?? {
    ...{ spot, name, code, booth, region, passedOn: false },
    ...{ lots: new Set(), left: new Map() },
  }
  for (const member of ['name', 'code', 'booth', 'region'] as const) found[member] ??= spot[member]
  places.set(spot.key, found)
  return found
}

/** Where the goods of a lot came to, where they were made, and who had them before or got them and has not told of it. */
function putArrivals(places: Places, { index, came, back }: Holding, of: SpotReader): void {
  const isEntered = came.some(({ tells }) => tells === 'entered')
  const stay = (spots: readonly Spot[]): void => {
    for (const spot of spots) put(places, spot).lots.add(index)
  }
  for (const fact of back)
    for (const spot of of(fact, fact.tells === 'entered' ? 'taken' : 'given'))
      put(places, spot).passedOn = true
  for (const fact of came) {
    const { tells } = fact
    if (tells === 'papered') continue
    if (tells === 'entered') {
      stay(of(fact, 'taken'))
      continue
    }
    const from = of(fact, 'given')
    for (const spot of from) put(places, spot).passedOn = true
    if (tells === 'made' || tells === 'transformed') stay(from)
    else if (!isEntered && tells === 'sold') stay(of(fact, 'sent'))
    else if (!isEntered && tells === 'dispatched') for (const spot of of(fact, 'sent')) put(places, spot)
  }
}

/** Where goods were sold of which nobody tells how they came there. */
function putSales(places: Places, { index, came, left }: Holding, of: SpotReader): void {
  const widest = (spots: readonly Spot[]): string => spots.at(-1)?.key ?? ''
  const sides = (fact: GoodsFact) => [widest(of(fact, 'taken')), widest(of(fact, 'given'))]
  const known = new Set(came.flatMap(sides))
  for (const fact of left) {
    const spots = of(fact, 'given')
    const isNew = !known.has(widest(spots)) && (came.length === 0 || spots.at(-1)?.kind !== 'business')
    if (isNew) for (const spot of spots) put(places, spot).lots.add(index)
  }
}

function leave(
  place: Kept | undefined,
  index: number,
  { unit, value }: { readonly unit: string; readonly value: string | null },
): void {
  if (place === undefined || value === '0') return
  const before = place.left.get(unit) ?? { value: '0', atLeast: false, byLot: new Map<number, string>() }
  const { byLot } = before
  byLot.set(index, addDecimal(byLot.get(index) ?? '0', value ?? '0'))
  place.left.set(unit, {
    byLot,
    value: addDecimal(before.value, value ?? '0'),
    atLeast: before.atLeast || value === null,
  })
}

function shown(places: Places, { booths }: Spots, maybe: Accounted['maybe']): PlacedSite[] {
  const keepers = new Set(
    [...places.values()].flatMap(({ spot: { kind, keeper } }) =>
      kind === 'business' || keeper === null ? [] : [keeper],
    ),
  )
  return [...places.values()]
    .filter(({ spot: { kind, keeper } }) => kind !== 'business' || keeper === null || !keepers.has(keeper))
    .map(({ spot, lots, left, name, code, booth, region, passedOn }) => ({
      key: spot.key,
      within: spot.marketKey === null ? null : `market ${spot.marketKey}`,
      site: {
        ...{ kind: spot.kind, name: maskedPlace(name), code: maskedPlace(code) },
        ...{ booth: maskedPlace(booth ?? booths.get(spot.key) ?? null), market: maskedPlace(spot.market) },
        ...{ region, lots: lots.size, passedOn },
        left: [...left].map(([unit, { value, atLeast, byLot }]) => ({
          ...{ value, unit, atLeast },
          maybeSold: maybeAmong(maybe, unit, (index) => byLot.get(index) ?? '0'),
        })),
      },
    }))
    .sort(({ site: a }, { site: b }) => order(a, b))
}

const order = (a: RecallSite, b: RecallSite): number => {
  const [x, y] = [a, b].map(({ region, market, kind, name, code, booth }) =>
    JSON.stringify([region ?? '~', market ?? '', kind, name ?? code ?? booth ?? '']),
  )
  return (x as string) < (y as string) ? -1 : 1
}

/** The places by region, stalls below their markets. */
export function byRegion(placed: readonly PlacedSite[], year: number): RegionSites[] {
  const stalls = Map.groupBy(placed, ({ within }) => within ?? '')
  const outer = placed.filter(({ within }) => within === null)
  return [...Map.groupBy(outer, ({ site }) => site.region)].map(([region, here]) => ({
    region,
    name: region === null ? null : (regionName(region, year) ?? null),
    markets: here.flatMap(({ key, site: { kind, name, code, left } }) =>
      kind === 'market'
        ? [{ name, code, left, stalls: (stalls.get(key) ?? []).map(({ site }) => site) }]
        : [],
    ),
    others: here.flatMap(({ site }) => (site.kind === 'market' ? [] : [site])),
  }))
}
