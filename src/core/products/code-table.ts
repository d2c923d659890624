import data from './gb7635.json' with { type: 'json' }
import type { ProductClass } from './product-class.ts'

/** Names of GB/T 7635.1-2002 codes of 5 and 8 digits: vegetables, live animals, pork; slips of the pen of 2002 mended. */
const NAMES: ReadonlyMap<string, string> = new Map(Object.entries(data.names))

/** Class of every code that begins with these digits; the longest beginning decides. */
const CLASSES: ReadonlyMap<string, ProductClass> = new Map<string, ProductClass>([
  ['011', 'grain_oil'],
  ['012', 'vegetable'],
  ['01221', 'grain_oil'],
  ['01222', 'other'],
  ['01237', 'mushroom'],
  ['013', 'fruit'],
  ['014', 'grain_oil'],
  ['0211', 'other_livestock'],
  ['02121', 'other_livestock'],
  ['02122', 'poultry_live'],
  ['02129', 'other_livestock'],
  ['02129018', 'poultry_live'],
  ['02129021', 'poultry_live'],
  ['0292', 'egg'],
  ['21111', 'beef'],
  ['21112', 'beef'],
  ['21113', 'pork'],
  ['21114', 'pork'],
  ['21115', 'mutton'],
  ['21116', 'mutton'],
  ['21117', 'mutton'],
  ['2112', 'poultry_meat'],
])

/** Shortest beginning that says anything. */
const MIN_PREFIX = 3

/** Value of a table at the longest beginning of a code that the table has. */
export function atLongestPrefix<T>(table: ReadonlyMap<string, T>, code: string): T | undefined {
  for (let length = code.length; length >= MIN_PREFIX; length -= 1) {
    const found = table.get(code.slice(0, length))
    if (found !== undefined) return found
  }
  return undefined
}

/** Name of exactly this code, undefined where the extract has none. */
export function codeName(code: string): string | undefined {
  return NAMES.get(code)
}

/** Class of a code by its own beginning; undefined for a part of the standard that the hub does not know. */
export function codeClass(code: string): ProductClass | undefined {
  return atLongestPrefix(CLASSES, code)
}

/** Code of a name that the standard gives to one code only. */
export function codeOfName(name: string): string | undefined {
  return CODES.get(name)
}

/** Every code of the extract with its name. */
export const codesAndNames = (): Iterable<readonly [code: string, name: string]> => NAMES

function invert(): ReadonlyMap<string, string> {
  const codes = new Map<string, string>()
  const shared = new Set<string>()
  for (const [code, name] of NAMES) {
    if (codes.has(name)) shared.add(name)
    codes.set(name, code)
  }
  for (const name of shared) codes.delete(name)
  return codes
}

const CODES = invert()

/**
 * A code with the zero back that a spreadsheet took from its front: `1232011` → `01232011`. Only where the code as written is
 * unknown and the longer one is in the table; else the code as written.
 */
export function restoreLeadingZero(code: string): string {
  const longer = `0${code}`
  return (code.length === 7 || code.length === 4) && !NAMES.has(code) && NAMES.has(longer) ? longer : code
}
