import { maskName } from '#core/mask.ts'
import type { Body } from '#core/model/body.ts'
import type { PartyPart, SitePart } from '#core/model/parts.ts'
import { isPersonalParty } from '#core/personal.ts'
import { normaliseCode } from '#core/text.ts'

/** Kinds of place at which goods are, or were. */
export const PLACE_KINDS = [
  'farm',
  'slaughterhouse',
  'market',
  'stall',
  'store',
  'canteen',
  'cold_store',
  'business',
] as const
export type PlaceKind = (typeof PLACE_KINDS)[number]

/** A place that a record names. */
export interface Place {
  readonly kind: PlaceKind
  readonly name: string | null
  /** A national code of it. */
  readonly code: string | null
}

/** Someone who had goods; without a name where it is said to be a person's, and with a covered one where it may be. */
export interface Keeper {
  readonly role: PartyPart['role']
  readonly name: string | null
  /** As compared; never shown. */
  readonly key: string
  readonly personal: boolean
}

const KINDS: ReadonlySet<string> = new Set<string>(PLACE_KINDS)

export const placesOf = ({ sites = [] }: Pick<Body, 'sites'>): Place[] =>
  sites.flatMap((site) =>
    KINDS.has(site.role)
      ? [{ kind: site.role as PlaceKind, name: site.name ?? null, code: nationalCode(site) }]
      : [],
  )

const nationalCode = ({ ids }: Pick<SitePart, 'ids'>): string | null =>
  ids.find(({ scheme }) => !scheme.startsWith('local.'))?.value ?? ids[0]?.value ?? null

/** Whose names are shown: the same as in a trace. */
export function keeperOf(party: PartyPart): Keeper[] {
  const { role, name, personal, kind, ids } = party
  const key = name ?? ids[0]?.value
  if (key === undefined) return []
  const isPerson =
    personal === true || kind === 'person' || ids.some(({ scheme }) => scheme === 'cn.idcard.hash')
  const shown = name === undefined || isPerson ? null : isPersonalParty(party) ? maskName(name) : name
  return [{ role, name: shown, key: normaliseCode(key), personal: isPerson }]
}
