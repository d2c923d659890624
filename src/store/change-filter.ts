import type { Risk } from '#core/model/risks.ts'
import { prefixOf } from '#core/regions/path.ts'

/** Which changes are meant; an absent or empty list means all. A change must fit every list that is given. */
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
    fits(productClasses, (one) => one === mark.productClass) &&
    fits(regions, (one) => mark.region?.startsWith(regionPrefix(one)) === true)
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
  /** ` and …` for a WHERE over `record_versions`; empty where everything fits. */
  readonly text: string
  readonly values: unknown[]
}

/** The filter as SQL, its parameters numbered from `first`. */
export function filterSql(filter: ChangeFilter, first: number): FilterSql {
  const values: unknown[] = []
  let text = ''
  const add = (list: readonly string[] | undefined, condition: (parameter: string) => string): void => {
    if (!list || list.length === 0) return
    text += ` and ${condition(`$${first + values.length}`)}`
    values.push(list)
  }
  add(filter.kinds, (p) => `kind = any(${p}::text[])`)
  add(filter.systems, (p) => `system = any(${p}::text[])`)
  add(filter.productClasses, (p) => `product_class = any(${p}::text[])`)
  add(
    filter.regions?.map(regionPrefix),
    (p) => `exists (select from unnest(${p}::text[]) prefix where starts_with(region, prefix))`,
  )
  add(filter.sites, (p) => `codes && ${p}::text[]`)
  const risks = (filter.risks ?? []).filter((risk) => Object.hasOwn(RISK_SQL, risk))
  if (risks.length > 0) text += ` and (${risks.map((risk) => `(${RISK_SQL[risk]})`).join(' or ')})`
  return { text, values }
}
