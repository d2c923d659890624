import { compareDecimal, parseDecimal } from '#core/decimal.ts'

/** Where a value differs from what was expected of it. */
export interface Difference {
  /** `documents.0.type`. */
  readonly at: string
  readonly expected: unknown
  readonly found: unknown
}

const DECIMALS = new Set(['value', 'positive', 'sampled', 'dead', 'packs', 'area'])

/**
 * Compares a value with what it must at least hold: objects may have more names, lists more members in any order, numbers are
 * compared as numbers (`300` = `300.000`), null is also "not there", and `writtenAs` may be part of a longer text.
 */
export function differences(expected: unknown, found: unknown, at = ''): Difference[] {
  if (expected === null) return found === null || found === undefined ? [] : [{ at, expected, found }]
  if (Array.isArray(expected)) return listDifferences(expected, found, at)
  if (typeof expected === 'object') return objectDifferences(expected as Record<string, unknown>, found, at)
  return isSame(expected, found, at) ? [] : [{ at, expected, found }]
}

function objectDifferences(expected: Record<string, unknown>, found: unknown, at: string): Difference[] {
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return [{ at, expected, found }]
  const actual = found as Record<string, unknown>
  return Object.entries(expected).flatMap(([name, value]) => differences(value, actual[name], join(at, name)))
}

function listDifferences(expected: readonly unknown[], found: unknown, at: string): Difference[] {
  const actual = Array.isArray(found) ? found : []
  return expected.flatMap((value, i) => {
    const isThere = actual.some((member) => differences(value, member).length === 0)
    if (isThere) return []
    const place = join(at, String(i))
    return actual.length === 1
      ? differences(value, actual[0], place)
      : [{ at: place, expected: value, found: actual }]
  })
}

function isSame(expected: unknown, found: unknown, at: string): boolean {
  if (expected === found) return true
  if (typeof expected !== 'string' || typeof found !== 'string') return false
  const name = at.slice(at.lastIndexOf('.') + 1)
  if (name === 'writtenAs') return found.includes(expected)
  if (!DECIMALS.has(name)) return false
  const a = parseDecimal(expected)
  const b = parseDecimal(found)
  return a !== null && b !== null && compareDecimal(a, b) === 0
}

const join = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`)
