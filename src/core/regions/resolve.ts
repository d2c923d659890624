import type { Flag } from '#core/flags.ts'
import { regionPath } from './path.ts'
import { readCode, regionCodeOf } from './read-code.ts'
import { readName } from './read-name.ts'
import { flagsOf, NOTHING, type Reading } from './reading.ts'
import { FIRST_YEAR, recordAt } from './records.ts'
import { territoryChanges } from './territory.ts'

/** A place as a source wrote it, and the year of its paper. */
export interface RegionInput {
  /** GB/T 2260 code of 2, 4 or 6 digits, or a township or village code of 9 or 12. */
  readonly code?: string
  /** Name with or without the levels above it. */
  readonly name?: string
  /** Year in which the code or name is read. */
  readonly year: number
  /** Six-digit code of a place known to be near, which decides between places of the same name. */
  readonly near?: string
}

/** A place as GB/T 2260 had it in one year. */
export interface ResolvedRegion {
  /** Six-digit code valid in `year`; absent when it cannot be told. */
  readonly code?: string
  /** Several codes between which nothing decides, ascending. */
  readonly candidates?: readonly string[]
  /** Name of `code` in `year`. */
  readonly name?: string
  readonly year: number
  /** Names from the province down to `name`. */
  readonly path?: readonly string[]
  readonly flags: readonly Flag[]
  /**
   * `exact` valid in that year; `successor` what became of an ended one; `predecessor` what one that began later was
   * before; `candidates` several; `none` nothing known.
   */
  readonly resolved: 'exact' | 'successor' | 'predecessor' | 'candidates' | 'none'
  /** Last year in which the ground that `code` covers changed: see territoryOf. */
  readonly changedIn?: number
  /** Year in which `code` ended or will have ended, though it is valid in `year`. */
  readonly endsIn?: number
  /** Codes that took over then. */
  readonly successors?: readonly string[]
}

function withCode(code: string, year: number) {
  const record = recordAt(code, year)
  const changedIn = territoryChanges(code).at(-1)?.year
  const ends =
    record?.end === undefined || record.succession.some((s) => s.code === code) ? undefined : record
  return {
    code,
    path: regionPath(code, year),
    ...(record === undefined ? {} : { name: record.name }),
    ...(changedIn === undefined ? {} : { changedIn }),
    ...(ends?.end === undefined
      ? {}
      : {
          endsIn: ends.end,
          successors: ends.succession.filter((s) => s.kind !== 'territory').map((s) => s.code),
        }),
  }
}

function conclude(reading: Reading, year: number, more: readonly Flag[]): ResolvedRegion {
  const flags = [...new Set([...flagsOf(reading), ...more])]
  const [code] = reading.codes
  if (code === undefined) return { year, flags, resolved: 'none' }
  if (reading.codes.length > 1) return { year, flags, resolved: 'candidates', candidates: reading.codes }
  return { ...withCode(code, year), year, flags, resolved: reading.way }
}

/** Of the candidates of a code, the one that the name names alone. */
function narrow(byCode: Reading, byName: Reading): Reading {
  const both = byCode.codes.filter((code) => byName.codes.includes(code))
  return both.length === 1 ? { ...byCode, codes: both } : byCode
}

function resolve(input: RegionInput): ResolvedRegion {
  const { year } = input
  const readable = Math.max(year, FIRST_YEAR)
  const code = input.code?.trim() ?? ''
  const name = input.name?.trim() ?? ''
  if (code === '' && name === '') return { year, flags: [], resolved: 'none' }
  const near = input.near === undefined ? undefined : regionCodeOf(input.near)
  const byCode = code === '' ? NOTHING : readCode(code, readable)
  if (byCode.codes.length === 1) return { ...conclude(byCode, readable, []), year }
  const byName = name === '' ? { ...NOTHING, unknownPart: false } : readName(name, readable, near)
  if (byCode.way !== 'none') return { ...conclude(narrow(byCode, byName), readable, []), year }
  const unknown = code !== '' || byName.unknownPart
  return { ...conclude(byName, readable, unknown ? ['W_AREA_UNKNOWN'] : []), year }
}

const CACHE_LIMIT = 10_000
/** Longer questions are free text, not worth the memory. */
const MAX_KEY_LENGTH = 140
const cache = new Map<string, ResolvedRegion>()

/** Lengths keep the parts apart whatever they hold. */
function keyOf({ code = '', name = '', year, near = '' }: RegionInput): string {
  return `${year}|${code.length}|${near.length}|${code}${near}${name}`
}

/**
 * Reads a code, a name, or both in the year of the paper (GB/T 2260). A code decides; a name beside it is used where the
 * code leads to several places or was never given out. Never guesses: what stays open comes back as `candidates`.
 *
 * Years: a code counts in the year it began, in the year it ended and in all between, so in a year of change both the old
 * and the new code are exact. Results are shared and must not be changed.
 */
export function resolveRegion(input: RegionInput): ResolvedRegion {
  const key = keyOf(input)
  const known = cache.get(key)
  if (known !== undefined) return known
  const resolved = resolve(input)
  if (key.length > MAX_KEY_LENGTH) return resolved
  const [oldest] = cache.size >= CACHE_LIMIT ? cache.keys() : []
  if (oldest !== undefined) cache.delete(oldest)
  cache.set(key, resolved)
  return resolved
}
