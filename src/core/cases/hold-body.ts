import { RECORD_SCHEME } from '#core/lineage/codes.ts'
import { parseGraphCode } from '#core/lineage/graph-code.ts'
import type { Body } from '#core/model/body.ts'
import { chinaTime } from '#core/model/china-time.ts'
import type { DocumentPart, LotPart, SitePart } from '#core/model/parts.ts'
import type { Region } from '#core/model/values.ts'
import type { Order } from './states.ts'

/** A lot at a place, as its hold names it. */
export interface HeldLot {
  readonly code: string
  /** Scheme of the code as its records write it; null where none does. */
  readonly scheme: string | null
  readonly stalls: readonly SitePart[]
}

/** The hold of one case at one place. */
export interface HoldFacts {
  readonly order: Order
  /** When the order was given, milliseconds since 1970. */
  readonly sinceMs: number
  readonly cause: string
  readonly product: { readonly name?: string; readonly code?: string; readonly class?: string }
  readonly site: SitePart | null
  /** Where the goods were tested, for goods of which no lot is known. */
  readonly stall: SitePart | null
  readonly region: Region | null
  readonly lots: readonly HeldLot[]
  /** Kilograms at the place; null where a lot does not tell them. */
  readonly mass: string | null
  readonly dueMs: number | null
}

const STALLS_MAX = 50

/**
 * The content of a hold record. Who sells the goods is not in it: the stall is, and that is what a market acts on. Goods that only the paper of a
 * slaughter names are held by that paper.
 */
export function holdBody(facts: HoldFacts): Body {
  const { order, sinceMs, cause, product, site, stall, region, lots, mass, dueMs } = facts
  const stalls = new Map(
    lots.flatMap(({ stalls }) => stalls.map((stall) => [JSON.stringify(stall), stall] as const)),
  )
  const known = lots.length === 0 && stall ? [stall] : [...stalls.values()].slice(0, STALLS_MAX)
  const sites = [...(site ? [site] : []), ...known]
  const parts = lots.flatMap(lotPart)
  const documents = lots.flatMap(documentPart)
  return {
    occurredAt: chinaTime(sinceMs),
    ...(region ? { region } : {}),
    ...(sites.length > 0 ? { sites } : {}),
    ...(parts.length > 0 ? { lots: parts } : {}),
    ...(documents.length > 0 ? { documents } : {}),
    ...(Object.keys(product).length > 0 ? { product } : {}),
    ...(mass === null ? {} : { quantity: { value: mass, unit: 'KGM' as const } }),
    holdKind: order,
    cause,
    ...(order === 'stop_sale' && dueMs !== null ? { dueAt: chinaTime(dueMs) } : {}),
    flags: [],
  }
}

function lotPart({ code, scheme }: HeldLot): LotPart[] {
  const parts = parseGraphCode(code)
  if (parts?.kind !== 'lot') return []
  const own = code.startsWith(`${RECORD_SCHEME}:`)
    ? RECORD_SCHEME
    : parts.system
      ? `local.${parts.system}`
      : (scheme ?? 'unknown')
  return [{ role: 'subject', scheme: own, value: parts.value }]
}

/** In a part that makes no edge: a hold says nothing of where goods went. */
function documentPart({ code }: HeldLot): DocumentPart[] {
  const parts = parseGraphCode(code)
  return parts?.kind === 'document' ? [{ role: 'output', type: 'unknown', number: parts.value }] : []
}
