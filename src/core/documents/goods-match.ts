import { speciesIn } from '#core/products/animals.ts'

/** What goods are, as far as it is known. */
export interface NamedGoods {
  readonly productClass: string | null
  /** Code of GB/T 7635.1 by which they are told apart from others of their class: as written, else that of their name, else of the animal that they come of. */
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
/** The animals that meat of a class comes of. */
const ANIMALS: ReadonlyMap<string | null, string> = new Map([
  ['pork', '02121'],
  ['beef', '02111'],
  ['mutton', '02112'],
])
/** Hens and ducks are two kinds of poultry, as are pigeons and ostriches, which stand elsewhere; pigs and sheep are no more the same than their meat. */
const POULTRY = /^02122|^02129018|^02129021/

/**
 * How the goods of a paper and those that came under it differ: in their `class` (vegetables under a paper for pork, sheep under one for pigs), in their `kind`
 * (aubergines under one for tomatoes, ducks under one for hens), or not as far as is known.
 */
export function goodsDiffer(paper: NamedGoods, load: NamedGoods): 'class' | 'kind' | null {
  const { productClass: a } = paper
  const { productClass: b } = load
  if (a !== null && b !== null && a !== b && !isOpen(a) && !isOpen(b)) {
    if (!KIN.some((group) => group.includes(a) && group.includes(b))) return 'class'
  }
  const [x, y] = [kindOf(paper), kindOf(load)]
  return x === null || y === null || x.startsWith(y) || y.startsWith(x) ? null : differenceOf(x, y)
}

const isOpen = (productClass: string): boolean =>
  productClass === 'other' || productClass === 'cold_chain_import'

function differenceOf(x: string, y: string): 'class' | 'kind' {
  const isBoth = (pattern: RegExp): boolean => pattern.test(x) && pattern.test(y)
  return isBoth(BY_CODE) || isBoth(POULTRY) || x.slice(0, 5) === y.slice(0, 5) ? 'kind' : 'class'
}

/** The digits that decide the kind: the whole code of plants and fish, the species of animals, whatever meat it is of; null where nothing tells it. */
export function kindOf({ productClass, productCode }: NamedGoods): string | null {
  const animal = ANIMALS.get(productClass)
  if (animal !== undefined || productCode === null) return animal ?? null
  return BY_CODE.test(productCode) ? productCode : (speciesIn(productCode) ?? null)
}
