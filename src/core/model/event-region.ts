import { isNodeShape } from '#core/identifiers/mofcom.ts'
import { recordAt } from '#core/regions/records.ts'
import type { Body } from './body.ts'
import type { Kind } from './kinds.ts'
import type { SitePart } from './parts.ts'
import type { Region } from './values.ts'

/** What happens at a place. A paper is issued at one and names others. */
const HAPPENS: ReadonlySet<Kind> = new Set<Kind>([
  ...(['production', 'transformation', 'dispatch', 'entry'] as const),
  ...(['test', 'sale', 'payment', 'disposal'] as const),
])
/** Places at which it may have happened, and not where the goods are from or go to. */
const PLACES: ReadonlySet<SitePart['role']> = new Set<SitePart['role']>([
  ...(['market', 'slaughterhouse', 'store', 'canteen', 'cold_store', 'checkpoint', 'farm', 'self'] as const),
])
const NODE = 'cn.mofcom.node9'

/**
 * The region of an event whose record names none, by the node code of its place: the first six digits, where they are a region of the year. Undefined where
 * it names no such place, or places in several regions.
 */
export function eventRegion(kind: Kind, { sites, occurredAt }: Partial<Body>): Region | undefined {
  if (sites === undefined || occurredAt === undefined || !HAPPENS.has(kind)) return undefined
  const places = sites.filter(({ role }) => PLACES.has(role))
  return regionOfNodes(places, Number(occurredAt.at.slice(0, 4)))
}

/** The region that the node codes of places begin with, where it is one of the year; undefined where they name none, or several. */
export function regionOfNodes(places: readonly Pick<SitePart, 'ids'>[], year: number): Region | undefined {
  let code: string | undefined
  for (const { ids } of places) {
    for (const { scheme, value } of ids) {
      if (scheme !== NODE || !isNodeShape(value)) continue
      const own = value.slice(0, 6)
      if (code !== undefined && code !== own) return undefined
      code = own
    }
  }
  const record = code === undefined ? undefined : recordAt(code, year)
  return record && { code: record.code, name: record.name, year }
}

/** A body with the region of its event, where that is told by the code of its place alone. */
export function withEventRegion<Of extends Partial<Body>>(kind: Kind, body: Of): Of {
  if (body.region !== undefined) return body
  const region = eventRegion(kind, body)
  return region === undefined ? body : { ...body, region }
}
