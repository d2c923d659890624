import type { Body } from './body.ts'
import type { Kind } from './kinds.ts'
import type { SitePart } from './parts.ts'

/** Parts of a dispatch that say where the goods left: the farm, the store or another place, their origin, or at least the region. */
export const FROM_PARTS = ['sites', 'origin', 'region'] as const

/** Where goods go, or pass. */
const NOT_FROM: ReadonlySet<SitePart['role']> = new Set(['destination', 'checkpoint'])

/** Whether a record tells where its goods left, of a kind of which that is the very matter: 准出 is from a place of production. */
export const tellsFrom = (
  kind: Kind,
  { sites, origin, region }: Pick<Body, (typeof FROM_PARTS)[number]>,
): boolean =>
  kind !== 'dispatch' ||
  origin !== undefined ||
  region !== undefined ||
  (sites?.some(({ role }) => !NOT_FROM.has(role)) ?? false)
