import { identify } from '#core/identifiers/identify.ts'
import { type IdScheme, isIdScheme } from '#core/identifiers/scheme.ts'
import { normaliseCode } from '#core/text.ts'
import type { Body } from './body.ts'
import type { DocumentPart, ProductPart } from './parts.ts'

/** Of records whose schema was checked: a code with its scheme (`Alias`, `LotPart`), and a paper. */
interface Coded {
  readonly scheme: string
  readonly value: string
  readonly raw?: string
}
type Paper = Pick<DocumentPart, 'number' | 'sources' | 'earTags' | 'raw'>

/** Digests, and identifiers of records: neither is a number that somebody typed. */
const EXACT: ReadonlySet<string> = new Set(['cn.idcard.hash', 'rec'])

/** Lists of codes, which have no place for what was written beside each. */
type Lists = Map<string, string[]>

/**
 * A body that fits its schema, with its codes and numbers as mappings write them (docs/adr/0053-codes-of-canonical-records.md): no blanks, full-width characters folded, capitals,
 * and without the hyphens that a scheme does not count. What was written stays in `raw`. Names and other texts, addresses, signatures and what they
 * sign stay as they are, and so does a text of which nothing would be left. Done twice it is as done once; the same object where nothing changes.
 */
export function normalCodes(body: Body): Body {
  const lists: Lists = new Map()
  const made = inPart(body, lists) as Body
  if (lists.size === 0) return made
  const written = Object.fromEntries([...lists].map(([name, texts]) => [name, texts.join(',')]))
  return { ...made, raw: { ...written, ...made.raw } }
}

function inPart(part: unknown, lists: Lists): unknown {
  if (part === null || typeof part !== 'object') return part
  if (Array.isArray(part)) return unlessSame(part, (member) => inPart(member, lists))
  if (isCoded(part)) return coded(part)
  if (isPaper(part)) return paper(part, lists)
  const made = { ...part } as Record<string, unknown>
  let isSame = true
  for (const [name, given] of Object.entries(part)) {
    // What the source wrote may be named as codes are.
    if (name === 'raw') continue
    made[name] = name === 'product' ? product(given as ProductPart, lists) : inPart(given, lists)
    isSame &&= made[name] === given
  }
  return isSame ? part : made
}

const isCoded = (part: object): part is Coded => 'scheme' in part && 'value' in part
const isPaper = (part: object): part is Paper => 'number' in part && 'role' in part

function coded(given: Coded): Coded {
  const value = normal(given.value, given.scheme)
  return value === given.value ? given : { ...given, value, raw: given.raw ?? given.value }
}

function paper(given: Paper, lists: Lists): Paper {
  const number = normal(given.number)
  const sources = listed(given.sources, 'documents.sources', undefined, lists)
  const earTags = listed(given.earTags, 'documents.earTags', 'cn.eartag15', lists)
  if (number === given.number && sources === given.sources && earTags === given.earTags) return given
  return {
    ...given,
    number,
    ...(number === given.number ? {} : { raw: given.raw ?? given.number }),
    ...(sources && { sources }),
    ...(earTags && { earTags }),
  }
}

function product(given: ProductPart, lists: Lists): ProductPart {
  const code = given.code && normal(given.code)
  const ids = given.ids && (inPart(given.ids, lists) as NonNullable<ProductPart['ids']>)
  if (code === given.code && ids === given.ids) return given
  return {
    ...given,
    ...(code === given.code ? {} : { code, raw: given.raw ?? given.code }),
    ...(ids && { ids }),
  }
}

function listed(
  given: string[] | undefined,
  name: string,
  scheme: IdScheme | undefined,
  lists: Lists,
): string[] | undefined {
  const made = given && unlessSame(given, (text) => normal(text, scheme))
  if (given && made !== given) lists.set(name, [...(lists.get(name) ?? []), ...given])
  return made
}

function normal(written: string, scheme?: string): string {
  if (scheme !== undefined && EXACT.has(scheme)) return written
  const found = scheme !== undefined && isIdScheme(scheme) ? identify(written, { scheme }) : undefined
  const code = found?.scheme === scheme && found ? found.value : normaliseCode(written)
  return code === '' ? written : code
}

function unlessSame<T>(given: T[], change: (one: T) => T): T[] {
  const made = given.map(change)
  return made.some((one, i) => one !== given[i]) ? made : given
}
