import { hash } from 'node:crypto'
import type { Body } from '#core/model/body.ts'
import type { SitePart } from '#core/model/parts.ts'
import type { Region } from '#core/model/values.ts'
import { isPersonalCode, isPersonalSite } from '#core/personal.ts'

/** Where goods of a case are. Officials of one place read one hold record. */
export interface CasePlace {
  /** Code of the site, else its region and name (a digest where it may be a person's), else its region, else `-`. */
  readonly key: string
  readonly site?: SitePart
  readonly stall?: SitePart
  readonly region?: Region
}

/** Sites at which goods are, the nearest to the consumer first. */
const SITES: readonly SitePart['role'][] = [
  ...(['market', 'store', 'canteen', 'slaughterhouse', 'cold_store', 'farm'] as const),
  ...(['self', 'checkpoint', 'origin'] as const),
]
const KEY_MAX = 150
/** Key of a place of which nothing is known. */
export const NOWHERE = '-'

/** The place that a record tells of. */
export function placeOf({ sites = [], region }: Pick<Body, 'sites' | 'region'>): CasePlace {
  const site = SITES.map((role) => sites.find((one) => one.role === role)).find((one) => one !== undefined)
  const stall = sites.find(({ role }) => role === 'stall')
  const at = region?.code
  return {
    key: keyOf(site, at),
    ...(site ? { site } : {}),
    ...(stall ? { stall } : {}),
    ...(region ? { region } : {}),
  }
}

function keyOf(site: SitePart | undefined, region: string | undefined): string {
  // It becomes a part of the identifier of a record, which everybody sees who may see the record.
  const ids = site?.ids.filter((id) => !isPersonalCode(id)) ?? []
  const code = ids.find(({ scheme }) => !scheme.startsWith('local.')) ?? ids[0]
  const key = code
    ? `${code.scheme}:${code.value}`
    : site?.name
      ? `name:${region ?? ''}:${isPersonalSite(site) ? hash('sha256', site.name, 'hex').slice(0, 16) : site.name}`
      : region
        ? `region:${region}`
        : NOWHERE
  return key.slice(0, KEY_MAX)
}

/** A code of a site without its scheme, or its name. */
export const siteText = (site: SitePart | undefined): string | null =>
  site?.name ?? site?.ids[0]?.value ?? null
