/** Class and code (GB/T 7635.1) of goods, as far as they are known. */
export interface NamedGoods {
  readonly productClass: string | null
  readonly productCode: string | null
}

/** Live animals become meat under the paper that they came in with, and farmed goods are classed as imported by some. */
const KIN: readonly (readonly string[])[] = [
  ['other_livestock', 'pork'],
  ['other_livestock', 'beef'],
  ['other_livestock', 'mutton'],
  ['poultry_live', 'poultry_meat'],
  ['vegetable', 'mushroom'],
  ['fish_farmed', 'fish_wild', 'shellfish_crustacean'],
]
/** Plants and fish: the whole code tells the kind. A carcass and its cuts differ in their codes and are the same pork. */
const BY_CODE = /^0[14]\d{6}$/

/**
 * How the goods of a paper and those that came under it differ: in their `class` (vegetables under a paper for pork), in their `kind`
 * (aubergines under one for tomatoes), or not as far as is known.
 */
export function goodsDiffer(paper: NamedGoods, load: NamedGoods): 'class' | 'kind' | null {
  const { productClass: a, productCode: x } = paper
  const { productClass: b, productCode: y } = load
  if (a !== null && b !== null && a !== b && !isOpen(a) && !isOpen(b)) {
    if (!KIN.some((group) => group.includes(a) && group.includes(b))) return 'class'
  }
  return x !== null && y !== null && x !== y && BY_CODE.test(x) && BY_CODE.test(y) ? 'kind' : null
}

const isOpen = (productClass: string): boolean =>
  productClass === 'other' || productClass === 'cold_chain_import'

/** The code that decides the kind; null where it does not. */
export const decidingCode = (productCode: string | null): string | null =>
  productCode !== null && BY_CODE.test(productCode) ? productCode : null
