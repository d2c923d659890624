import type { GoodsFact } from './goods-fact.ts'
import type { Keeper, Place, PlaceKind } from './place.ts'
import { keepersOfBooths, nameKey, placeKeys } from './place-keys.ts'

/** A place as one record tells of it; what is the same place has the same key, whoever tells. */
export interface Spot {
  readonly key: string
  readonly kind: PlaceKind
  /** Of a stall: its keeper, as `Keeper` has his name. */
  readonly name: string | null
  readonly code: string | null
  readonly booth: string | null
  /** Of a stall: name and key of its market. */
  readonly market: string | null
  readonly marketKey: string | null
  readonly region: string | null
  readonly keeper: string | null
}

/** Whose goods a record tells of: those who took them there, or who gave them from there. */
export type Side = 'taken' | 'given' | 'sent'
const ROLES: Readonly<Record<Side, readonly Keeper['role'][]>> = {
  taken: ['owner', 'consignee', 'operator', 'buyer'],
  given: ['seller', 'shipper', 'producer', 'owner', 'supplier'],
  sent: ['buyer', 'consignee'],
}
/** Where goods are, before where they came from. */
const STAYS: readonly PlaceKind[] = ['slaughterhouse', 'store', 'canteen', 'cold_store']
const KINDS: Readonly<Record<Side, readonly PlaceKind[]>> = {
  taken: ['market', ...STAYS],
  given: ['market', ...STAYS, 'farm'],
  sent: [],
}

const BLANK = { name: null, code: null, booth: null, market: null, marketKey: null, keeper: null }

/** Gives the places of a record, the nearest to the goods first: the stall before its market. None where it tells of none. */
export type SpotReader = (fact: GoodsFact, side: Side) => Spot[]

export interface Spots {
  readonly of: SpotReader
  /** Booths by the key of the stall whose keeper has them. */
  readonly booths: ReadonlyMap<string, string>
}

export function spotsOf(facts: readonly GoodsFact[]): Spots {
  const keyOf = placeKeys(facts)
  const keepers = keepersOfBooths(facts, keyOf)
  const inMarket = (fact: GoodsFact, market: Place, keeper: Keeper | undefined): Spot[] => {
    const { region } = fact
    const marketKey = keyOf(market, region)
    const { name, code } = market
    const at: Spot = { ...BLANK, key: `market ${marketKey}`, kind: 'market', name, code, region }
    const booth = fact.places.find(({ kind }) => kind === 'stall')?.name ?? null
    const by = booth === null ? undefined : keepers.get(`${marketKey}#${nameKey(booth)}`)?.key
    const who = keeper?.key ?? by ?? null
    if (who === null && booth === null) return [at]
    const key = `stall ${marketKey} ${who ?? nameKey(booth as string)}`
    const stall = { kind: 'stall', name: keeper?.name ?? null, booth, market: name, marketKey } as const
    return [{ ...BLANK, ...stall, key, region, keeper: who }, at]
  }
  const known = new Map<GoodsFact, Map<Side, Spot[]>>()
  const of: SpotReader = (fact, side) => {
    const before = known.get(fact) ?? new Map<Side, Spot[]>()
    const spots = before.get(side) ?? read(fact, side)
    known.set(fact, before.set(side, spots))
    return spots
  }
  const read: SpotReader = (fact, side) => {
    const keeper = ROLES[side]
      .map((role) => fact.keepers.find((one) => one.role === role))
      .find((one) => one !== undefined)
    const market = fact.places.find(({ kind }) => kind === 'market')
    if (market && KINDS[side].includes('market')) return inMarket(fact, market, keeper)
    const stay = fact.places.find(({ kind }) => KINDS[side].includes(kind))
    const region = side === 'sent' ? fact.destination : fact.region
    if (stay) {
      const { kind, name, code } = stay
      const key = `${kind} ${keyOf(stay, fact.region)}`
      return [{ ...BLANK, key, kind, name, code, region, keeper: keeper?.key ?? null }]
    }
    if (!keeper) return []
    const key = `business ${keeper.key}`
    return [{ ...BLANK, key, kind: 'business', name: keeper.name, region, keeper: keeper.key }]
  }
  const booths = [...keepers].map(
    ([booth, { key, booth: name }]) =>
      [`stall ${booth.slice(0, booth.lastIndexOf('#'))} ${key}`, name] as const,
  )
  return { of, booths: new Map(booths) }
}
