import { OWN_SYSTEM } from './model/own-system.ts'
import { prefixOf } from './regions/path.ts'
import { RECORDS } from './regions/records.ts'

/** What a caller may see: records of these systems, and records whose region begins with one of these digits. */
export interface Sight {
  readonly systems: readonly string[]
  /** Digits that the codes of a region's subtree begin with: `33`, `3301`, `330105`. */
  readonly regions: readonly string[]
}

const SYSTEM = /^read:([a-z0-9-]{1,64})$/
const REGION = /^read:region:([1-9]\d{5})$/

let codes: ReadonlySet<string> | undefined
/** Whether GB/T 2260 ever had the code. */
const isRegion = (code: string): boolean => {
  codes ??= new Set(RECORDS.map((record) => record.code))
  return codes.has(code)
}

/** Whether a scope opens the records of one system or region. */
export function isSightScope(scope: string): boolean {
  const region = REGION.exec(scope)?.[1]
  if (region !== undefined) return isRegion(region)
  const system = SYSTEM.exec(scope)?.[1]
  return system !== undefined && system !== OWN_SYSTEM
}

/** What scopes let their holder see: null for everything, empty lists for nothing. */
export function sightOf(scopes: readonly string[]): Sight | null {
  if (scopes.includes('read') || scopes.includes('admin')) return null
  const seen = scopes.filter(isSightScope)
  const matches = (form: RegExp): string[] =>
    [...new Set(seen.flatMap((scope) => form.exec(scope)?.[1] ?? []))].sort()
  return { systems: matches(SYSTEM), regions: matches(REGION).map(prefixOf) }
}

/** Whether nothing at all is seen. */
export const isBlind = (sight: Sight | null): boolean =>
  sight !== null && sight.systems.length === 0 && sight.regions.length === 0
