import { isIdScheme } from '#core/identifiers/scheme.ts'
import type { Body } from './body.ts'

/** A lot whose scheme nobody knows, and the path to it within the body. */
export interface UnknownScheme {
  readonly path: string
  readonly scheme: string
}

/** How a source names its own numbering, in records as in mappings. */
const OWN = 'local'
/** Schemes of lots that are no scheme of codes: identifiers of records. */
const EXACT: ReadonlySet<string> = new Set(['rec', 'cn.idcard.hash'])

/**
 * A body that fits its schema, with the source's own numbers as mappings write them: `local` is `local.<system>`, so that two systems which both count from B001 name two
 * lots. So is a lot whose scheme nobody knows, for lots of national schemes are one wherever they are told. The same object where nothing changes.
 */
export function ownCodes(
  body: Body,
  system: string,
): { readonly body: Body; readonly unknown: readonly UnknownScheme[] } {
  const unknown: UnknownScheme[] = []
  return { body: inPart(body, '', { own: `${OWN}.${system}`, unknown }) as Body, unknown }
}

interface Reading {
  readonly own: string
  readonly unknown: UnknownScheme[]
}

function inPart(part: unknown, path: string, reading: Reading): unknown {
  if (part === null || typeof part !== 'object') return part
  if (Array.isArray(part)) {
    const made = part.map((one, n) => inPart(one, `${path}/${n}`, reading))
    return made.some((one, n) => one !== part[n]) ? made : part
  }
  if ('scheme' in part && 'value' in part) return coded(part as { scheme: string }, path, reading)
  const made = { ...part } as Record<string, unknown>
  let isSame = true
  for (const [name, given] of Object.entries(part)) {
    // What the source wrote may be named as codes are.
    if (name === 'raw') continue
    made[name] = inPart(given, `${path}/${name}`, reading)
    isSame &&= made[name] === given
  }
  return isSame ? part : made
}

function coded(part: { readonly scheme: string }, path: string, { own, unknown }: Reading): object {
  const { scheme } = part
  const isLot = 'role' in part
  if (scheme !== OWN && (!isLot || isIdScheme(scheme) || EXACT.has(scheme))) return part
  if (scheme !== OWN) unknown.push({ path: `${path}/scheme`, scheme })
  return { ...part, scheme: own }
}
