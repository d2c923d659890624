import type { Body } from '#core/model/body.ts'
import { parseRecordId } from '#core/model/identity.ts'
import type { SitePart } from '#core/model/parts.ts'

const PLACES: readonly SitePart['role'][] = [
  'market',
  'slaughterhouse',
  'store',
  'canteen',
  'cold_store',
  'self',
  'stall',
  'farm',
]

/** The place of a record: the market rather than the stall in it. */
export const siteOf = ({ sites = [] }: Pick<Body, 'sites'>): SitePart | undefined =>
  PLACES.map((role) => sites.find((one) => one.role === role)).find((one) => one !== undefined)

/** Code of the place of a record, else its name. Null where the record names none. */
export function placeOf(body: Pick<Body, 'sites'>): string | null {
  const site = siteOf(body)
  return site?.ids[0]?.value ?? site?.name ?? null
}

/** Systems of the records that a finding rests on, and those that it is of itself. */
export function systemsOf({ evidence = [], subject }: Pick<Body, 'evidence' | 'subject'>): string[] {
  const systems = evidence.flatMap(({ id }) => parseRecordId(id)?.system ?? [])
  const source = subject?.startsWith('source:') ? [subject.slice('source:'.length).split('/')[0] ?? ''] : []
  return [...new Set([...systems, ...source])].sort()
}
