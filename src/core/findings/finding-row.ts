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

/** Code of the place of a record, else its name: the market rather than the stall in it. Null where the record names none. */
export function placeOf({ sites = [] }: Pick<Body, 'sites'>): string | null {
  const site = PLACES.map((role) => sites.find((one) => one.role === role)).find((one) => one !== undefined)
  return site?.ids[0]?.value ?? site?.name ?? null
}

/** Systems of the records that a finding rests on, and those that it is of itself. */
export function systemsOf({ evidence = [], subject }: Pick<Body, 'evidence' | 'subject'>): string[] {
  const systems = evidence.flatMap(({ id }) => parseRecordId(id)?.system ?? [])
  const source = subject?.startsWith('source:') ? [subject.slice('source:'.length).split('/')[0] ?? ''] : []
  return [...new Set([...systems, ...source])].sort()
}
