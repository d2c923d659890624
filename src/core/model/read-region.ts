import type { Flag } from '#core/flags.ts'
import { isUsccShape, usccCheckOk } from '#core/identifiers/uscc.ts'
import { countryNamed } from '#core/regions/countries.ts'
import { type ResolvedRegion, resolveRegion } from '#core/regions/resolve.ts'
import type { Region } from './values.ts'

export interface RegionReading {
  readonly region: Region
  readonly flags: readonly Flag[]
  /** A name beside the code that is not the name of the place. */
  readonly otherName: string | undefined
}

/** Why a region is marked; names of reasons in `core/mapping/reasons.ts`. */
export const AREA_REASONS = {
  W_AREA_OBSOLETE: 'area_obsolete',
  W_AREA_AMBIGUOUS: 'area_ambiguous',
  W_AREA_CHANGED: 'area_changed',
  W_AREA_UNKNOWN: 'area_unknown',
} as const satisfies Partial<Record<Flag, string>>
export type AreaFlag = keyof typeof AREA_REASONS

/**
 * A place by its code (GB/T 2260, or a node, operator or credit code that holds one), its name, or both, in a year. The code decides; what leads to several
 * places comes back as candidates.
 */
export function readRegion(code: string, name: string, year: number): RegionReading {
  if (code === '' || /^\D+$/.test(code)) {
    const country = countryNamed((name || code).trim())
    // A country is no region of GB/T 2260, and not unknown for that.
    if (country !== undefined)
      return { region: { country: country.code, name: country.name, year }, flags: [], otherName: undefined }
  }
  const part = regionPart(code)
  const resolved = resolveRegion({
    year,
    ...(code === '' ? {} : { code: part }),
    ...(name === '' ? {} : { name }),
  })
  const differs = code === '' ? resolved.name !== name : !part.startsWith(resolved.code ?? 'none')
  return {
    region: regionOf(resolved, differs ? code || name : undefined),
    flags: resolved.flags,
    otherName: code !== '' && name !== '' && name !== resolved.name ? name : undefined,
  }
}

/** Companies begin with 9, as no region does, and may have a slip behind it; other bodies are told by their check digit. */
const COMPANY = /^9[1-9A-Z]\d{6}[0-9A-Z]{10}$/
const isCreditCode = (code: string): boolean => COMPANY.test(code) || (isUsccShape(code) && usccCheckOk(code))

/**
 * The region in the codes of nodes (9), operators (13), batches and trace codes (20): their first six digits; in a credit code
 * (18) that of registration, behind its first two signs.
 */
function regionPart(code: string): string {
  const digits = code.normalize('NFKC').replace(/\s+/gu, '').toUpperCase()
  if (isCreditCode(digits)) return digits.slice(2, 8)
  return digits.length > 6 && /^\d+$/.test(digits) ? digits.slice(0, 6) : digits
}

function regionOf(resolved: ResolvedRegion, writtenAs: string | undefined): Region {
  return {
    ...(resolved.candidates === undefined ? {} : { candidates: [...resolved.candidates] }),
    ...(resolved.code === undefined ? {} : { code: resolved.code }),
    ...(resolved.name === undefined ? {} : { name: resolved.name }),
    ...(writtenAs === undefined ? {} : { writtenAs }),
    year: resolved.year,
  }
}
