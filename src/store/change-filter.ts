import type { Risk } from '#core/model/risks.ts'
import { prefixOf } from '#core/regions/path.ts'

/**
 * Which changes are meant; an absent or empty list means all. A change must fit every list that is given. What corrects a record that fitted before fits too, also where it is made void or
 * tells another region, class, place or verdict: whoever got the one would never hear that it is no longer so (docs/adr/0049-filters-and-corrections.md).
 */
export interface ChangeFilter {
  readonly kinds?: readonly string[]
  /** GB/T 2260 codes; each means its whole subtree: `330000`, `33` and every code that begins with 33. */
  readonly regions?: readonly string[]
  readonly systems?: readonly string[]
  readonly productClasses?: readonly string[]
  /** Codes of places, `<scheme>:<value>`: records that name one of them. */
  readonly sites?: readonly string[]
  readonly risks?: readonly Risk[]
}

/** What is told of a change without reading it. */
export interface ChangeMark {
  readonly kind: string
  readonly system: string
  readonly region: string | null
  readonly productClass: string | null
  /** Whether an earlier version was told of the record, which may have fitted. */
  readonly isLater: boolean
}

/** False where the filter certainly leaves such changes out; places and risks are not told by the mark. */
export function mayPass(
  { kinds, systems, productClasses, regions }: ChangeFilter,
  mark: ChangeMark,
): boolean {
  const fits = (list: readonly string[] | undefined, has: (one: string) => boolean): boolean =>
    list === undefined || list.length === 0 || list.some(has)
  return (
    fits(kinds, (one) => one === mark.kind) &&
    fits(systems, (one) => one === mark.system) &&
    (mark.isLater ||
      (fits(productClasses, (one) => one === mark.productClass) &&
        fits(regions, (one) => mark.region?.startsWith(regionPrefix(one)) === true)))
  )
}

/** The text of a body is canonical JSON, in which no value can look like a name and its value. */
const RISK_SQL: Readonly<Record<Risk, string>> = {
  recall: `kind = 'hold'`,
  failed_test: `kind = 'test' and body like '%"verdict":"fail"%'`,
  refused_entry: `kind = 'entry' and body like '%"admission":"refused\\_%'`,
  failed_inspection: `kind = 'inspection' and (body like '%"result":"fail"%' or body like '%"result":"rectify"%')`,
  grave_finding: `kind = 'finding' and (body like '%"severity":"serious"%' or body like '%"severity":"critical"%')`,
  doubtful: `flags <> '{}'`,
}

/** Digits that the codes of a region's subtree begin with: `330100` → `3301`, `331000` → `3310`, `33` → `33`. */
export const regionPrefix = (code: string): string => prefixOf(code.padEnd(6, '0'))

/**
 * ` and …` for a WHERE over `record_versions`: leaves out what a replay made for other links than this one. A link that was made after the
 * replay begins with everything that is stored, so nothing is left out for it.
 * @param link the parameter that holds the link's identifier, such as `$4`
 */
export const chosenSql = (link: string, table = ''): string =>
  ` and (${table}replay is null or not exists (select from replays p join links k on k.id = ${link}::uuid
     where p.id = ${table}replay and p.created_at > k.created_at and not k.id = any(p.targets)))`

export interface FilterSql {
  /**
   * ` and …` for a WHERE over `record_versions`; empty where everything fits.
   * @param table what the statement calls the table at that place
   */
  readonly text: (table?: string) => string
  /** Whether the version itself fits, for a SELECT: what corrects one that did may not. */
  readonly itself: string
  readonly values: unknown[]
}

/** The filter as SQL, its parameters numbered from `first`. */
export function filterSql(filter: ChangeFilter, first: number): FilterSql {
  const values: unknown[] = []
  const parameter = (list: readonly string[]): string => `$${first + values.push(list) - 1}`
  const has = <T>(list: readonly T[] | undefined): list is readonly T[] =>
    list !== undefined && list.length > 0
  // All versions of a record are of one system and one kind.
  const ofRecord: string[] = []
  const ofVersion: string[] = []
  if (has(filter.kinds)) ofRecord.push(`kind = any(${parameter(filter.kinds)}::text[])`)
  if (has(filter.systems)) ofRecord.push(`system = any(${parameter(filter.systems)}::text[])`)
  if (has(filter.productClasses))
    ofVersion.push(`product_class = any(${parameter(filter.productClasses)}::text[])`)
  if (has(filter.regions)) {
    const prefixes = parameter(filter.regions.map(regionPrefix))
    ofVersion.push(
      `exists (select from unnest(${prefixes}::text[]) prefix where starts_with(region, prefix))`,
    )
  }
  if (has(filter.sites)) ofVersion.push(`codes && ${parameter(filter.sites)}::text[]`)
  const risks = (filter.risks ?? []).filter((risk) => Object.hasOwn(RISK_SQL, risk))
  if (has(risks)) ofVersion.push(`(${risks.map((risk) => `(${RISK_SQL[risk]})`).join(' or ')})`)
  const every = (conditions: readonly string[]): string => conditions.map((one) => ` and ${one}`).join('')
  return {
    text: (table = 'record_versions') =>
      ofVersion.length === 0
        ? every(ofRecord)
        : `${every(ofRecord)} and ((${ofVersion.join(' and ')}) or (${table}.version > 1 and exists (
             select from record_versions earlier where earlier.record_id = ${table}.record_id and earlier.version < ${table}.version${every(ofVersion)})))`,
    itself: [...ofRecord, ...ofVersion].map((one) => `(${one})`).join(' and ') || 'true',
    values,
  }
}
