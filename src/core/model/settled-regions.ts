import type { Body } from './body.ts'
import { AREA_REASONS, type AreaFlag, readRegion } from './read-region.ts'
import type { Region } from './values.ts'

/** A region that is not what its code or name says in its year, and the path to it within the body. */
export interface RegionDoubt {
  readonly path: string
  readonly flag: AreaFlag
  readonly doubt: (typeof AREA_REASONS)[AreaFlag]
  readonly value: string
}

export interface SettledRegions {
  readonly body: Body
  readonly doubts: readonly RegionDoubt[]
}

const NAMES: ReadonlySet<string> = new Set(['region', 'origin', 'destination'])

/**
 * A body that fits its schema, with its regions as mappings write them: a code that is not valid in its year gives way to what became of it, to candidates or
 * to nothing, and stays in `writtenAs`; a name beside it that is not the name of the place stays in `raw`. The same body where all codes are valid.
 */
export function settledRegions(body: Body): SettledRegions {
  const found: Found = { doubts: [], raw: {} }
  const settled = inPart(body, '', '', found) as Body
  const { doubts, raw } = found
  if (settled === body || Object.keys(raw).length === 0) return { body: settled, doubts }
  return { body: { ...settled, raw: { ...raw, ...settled.raw } }, doubts }
}

interface Found {
  readonly doubts: RegionDoubt[]
  readonly raw: Record<string, string>
}

function inPart(part: unknown, path: string, target: string, found: Found): unknown {
  if (part === null || typeof part !== 'object') return part
  if (Array.isArray(part)) {
    const made = part.map((one, n) => inPart(one, `${path}/${n}`, target, found))
    return made.some((one, n) => one !== part[n]) ? made : part
  }
  let made: Record<string, unknown> | undefined
  for (const [name, given] of Object.entries(part)) {
    // What the source wrote may be named as regions are.
    if (name === 'raw') continue
    const [at, to] = [`${path}/${name}`, target === '' ? name : `${target}.${name}`]
    const one = NAMES.has(name) ? settle(given as Region, at, to, found) : inPart(given, at, to, found)
    if (one === given) continue
    made ??= { ...part }
    made[name] = one
  }
  return made ?? part
}

function settle(given: Region, path: string, target: string, found: Found): Region {
  const { code, name, year, country, candidates } = given
  if (country !== undefined || candidates !== undefined) return given
  if (code === undefined && name === undefined) return given
  const { region, flags, otherName } = readRegion(code ?? '', name ?? '', year)
  for (const flag of Object.keys(AREA_REASONS) as AreaFlag[]) {
    if (!flags.includes(flag)) continue
    const at = code === undefined ? `${path}/name` : `${path}/code`
    found.doubts.push({ path: at, flag, doubt: AREA_REASONS[flag], value: code ?? name ?? '' })
  }
  // A name alone is kept as it is: where no code was sent, none is put in its place.
  if (code === undefined || region.code === code) return given
  if (otherName !== undefined) found.raw[target] ??= otherName
  return { ...region, writtenAs: given.writtenAs ?? code }
}
