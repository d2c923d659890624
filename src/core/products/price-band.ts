import { atLongestPrefix } from './code-table.ts'
import type { ProductClass } from './product-class.ts'

/** Prices in yuan a kilogram between which a trade is believable, wholesale and retail, 2009 to today; decimal text. */
export interface PriceBand {
  readonly min: string
  readonly max: string
}

const band = (min: string, max: string): PriceBand => ({ min, max })

/**
 * Wide enough for scarce years (pork at the stall in 2019 and 2020), narrow enough to see a price for 10 kg, for a pack
 * or in fen. A price for 500 g that is read as for 1 kg stays inside: units must come from the mapping.
 */
const BY_CLASS: Readonly<Partial<Record<ProductClass, PriceBand>>> = {
  pork: band('10', '80'),
  beef: band('20', '300'),
  mutton: band('20', '250'),
  other_livestock: band('4', '120'),
  poultry_live: band('4', '120'),
  poultry_meat: band('4', '150'),
  egg: band('3', '80'),
  fish_farmed: band('4', '200'),
  fish_wild: band('3', '800'),
  shellfish_crustacean: band('2', '1000'),
  vegetable: band('0.2', '35'),
  mushroom: band('1', '400'),
  fruit: band('0.4', '200'),
  tea_leaf: band('2', '2000'),
  grain_oil: band('1', '80'),
  soy: band('1', '80'),
  cold_chain_import: band('5', '800'),
}

/** Codes whose prices stray from their class. */
const BY_CODE: ReadonlyMap<string, PriceBand> = new Map([
  ['01212', band('1', '60')],
  ['01221', band('2', '80')],
  ['01234014', band('1', '60')],
  ['01234025', band('0.5', '60')],
  ['01234201', band('0.5', '100')],
  ['01234202', band('5', '150')],
  ['01234204', band('2', '80')],
  ['01235014', band('5', '150')],
  ['01235208', band('5', '300')],
  ['01236', band('1', '200')],
  ['012372', band('5', '1500')],
])

/** Band of a product: of its code where that strays from its class, else of its class; undefined where nothing is known. */
export function priceBand(productClass: ProductClass | undefined, code?: string): PriceBand | undefined {
  const ofCode = code === undefined ? undefined : atLongestPrefix(BY_CODE, code)
  return ofCode ?? (productClass === undefined ? undefined : BY_CLASS[productClass])
}

/** Whether a price in yuan a kilogram (decimal text) lies outside the band: a sign of a wrong unit, never a reason to mend it. */
export function isPriceSuspect(yuanPerKg: string, known: PriceBand | undefined): boolean {
  if (known === undefined) return false
  const price = Number(yuanPerKg)
  return !(price >= Number(known.min) && price <= Number(known.max))
}
