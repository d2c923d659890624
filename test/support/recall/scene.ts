import type { Kind } from '#core/model/kinds.ts'
import { dayOf, ledger, sitesOf } from './ledger.ts'

/** Goods of two kinds: a voucher or a paper may be of both. */
export const PRODUCTS = [
  { name: '菠菜', class: 'vegetable' },
  { name: '芹菜', class: 'vegetable' },
] as const
/** Traders, each with his market and stall; the last is of another province. */
export const TRADERS = [
  { market: 0, stall: 'A-1' },
  { market: 1, stall: 'A-1' },
  { market: 1, stall: 'B-1' },
  { market: 2, stall: 'A-1' },
  { market: 3, stall: 'A-1' },
] as const
export const AWAY = 4
export const FARM = -1
/** Nothing happens on the day of something else, or on the next. */
const DAYS_BETWEEN = 3

/** Goods of one kind in one hand, as they really are. */
export interface Parcel {
  readonly who: number
  readonly product: number
  /** How often they were made into others. */
  readonly stage: number
  readonly parents: readonly Parcel[]
  /** Whether anybody tells that it came, or was made. */
  readonly isTold: boolean
  /** Whether someone names whose it is. */
  readonly isOwnerTold: boolean
  /** What it is called by each of those who tell of it by a number. */
  readonly lots: readonly string[]
  /** The voucher or paper that is another name of it. */
  readonly paper: string | null
  readonly came: number
  has: number
  retail: number
  destroyed: number
  refused: number
  used: number
}

/** What really is, and what is told of it. */
/** @param its what codes of it begin with, and its first day: those of several worlds never meet */
export function scene(its: { readonly prefix: string; readonly day: number }) {
  const { records, tell } = ledger()
  const parcels: Parcel[] = []
  const seen = new Set<string>()
  let { day } = its
  let code = 0
  const told = (
    kind: Kind,
    of: Pick<Parcel, 'who' | 'product'>,
    kilograms: number | null,
    body: object,
    system = systemOf(of.who),
  ) =>
    tell(
      kind,
      0,
      kilograms,
      { product: PRODUCTS[of.product], occurredAt: dayOf(day), ...placeOf(of.who), ...body },
      system,
    )
  const put = (of: Omit<Parcel, 'has' | 'retail' | 'destroyed' | 'refused' | 'used'>): Parcel => {
    const parcel = { ...of, has: of.came, retail: 0, destroyed: 0, refused: 0, used: 0 }
    parcels.push(parcel)
    return parcel
  }
  return {
    ...{ records, parcels, seen, told, put },
    name: (kind: string): string => `${its.prefix}${kind}${code++}`,
    nextDay: (): void => {
      day += DAYS_BETWEEN
    },
  }
}
export type Scene = ReturnType<typeof scene>

const placeOf = (who: number) =>
  who === FARM
    ? { ...sitesOf(0), sites: [{ role: 'farm', name: '示例合作社', ids: [] }] }
    : sitesOf(TRADERS[who]?.market as number, TRADERS[who]?.stall)
/** The system of a market tells of all its stalls. */
export const systemOf = (who: number): string => (who === FARM ? 'farm' : `market${TRADERS[who]?.market}`)

/** The parcels that a recall from some of them reaches: what they came from, and all that came of any of these. */
export function reachedOf(parcels: readonly Parcel[], roots: readonly Parcel[]): Parcel[] {
  const reached = new Set(roots)
  for (const one of reached) for (const parent of one.parents) reached.add(parent)
  // Parents stand before what came of them.
  for (const one of parcels) if (one.parents.some((parent) => reached.has(parent))) reached.add(one)
  return parcels.filter((one) => reached.has(one))
}
