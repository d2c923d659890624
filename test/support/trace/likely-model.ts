import {
  type MatchPoint,
  MEETINGS,
  matchFacts,
  type StallTrader,
  TRADER_DAYS,
} from '#core/lineage/matching.ts'
import type { Body } from '#core/model/body.ts'
import { idOf, type Written } from './store-records.ts'

/** A likely edge of the plain model: the records of both ends say so. */
export interface LikelyEdge {
  readonly from: string
  readonly to: string
  readonly rule: string
  readonly record: string
  readonly with: string
  readonly kind: string
  readonly system: string
  readonly confidence: number
}

interface Pointed extends MatchPoint {
  readonly one: Written
}

const dayOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 86_400_000

/** Who the point is, by itself and by what records tell of stalls and their traders around its day. */
function whoOf({ who, day }: Pointed, traders: readonly StallTrader[]): Set<string> {
  const near = traders.filter((told) => Math.abs(dayOf(told.day) - dayOf(day)) <= TRADER_DAYS)
  return new Set([
    who,
    ...near.filter(({ stall }) => stall === who).map(({ trader }) => trader),
    ...near.filter(({ trader }) => trader === who).map(({ stall }) => stall),
  ])
}

/**
 * The likely edges that count, by lists and loops: each pair of points of active newest versions whose sides belong together, of the same
 * who and what, where the rule asks for it with masses within 2 %, and, but for one lot written down twice, only to goods that no exact edge leads to and that
 * are no lot of which an entry or a dispatch tells where a ticket names it.
 * @param heads the newest version of each record
 * @param led what exact edges lead to
 */
export function likelyEdges(heads: readonly Written[], led: ReadonlySet<string>): LikelyEdge[] {
  const facts = heads
    .filter(({ status }) => status !== 'void')
    .map((one) => ({ one, ...matchFacts(one.kind, idOf(one), one.body as Body) }))
  const points = facts.flatMap(({ one, points: own }) => own.map((point): Pointed => ({ ...point, one })))
  const traders = facts.flatMap((fact) => fact.traders)
  const told = new Set(
    points.flatMap(({ side, code, one }) =>
      side === 'lot' || (side === 'sold' && one.kind === 'dispatch') ? code : [],
    ),
  )
  /** A ticket of a lot that somebody tells to have come or to have been sent off is of that lot alone. */
  const isTold = (rule: string, code: string): boolean =>
    rule === 'stall' && code.startsWith('lot:') && told.has(code)
  const edges = new Map<string, LikelyEdge>()
  for (const { from, to, rule, confidence, mass } of MEETINGS)
    for (const b of points.filter(({ side }) => side === to)) {
      if (b.code === null || isTold(rule, b.code) || (rule !== 'same' && led.has(b.code))) continue
      const who = whoOf(b, traders)
      for (const a of points) {
        if (a.side !== from || a.what !== b.what || !who.has(a.who) || a.code === null || a.code === b.code)
          continue
        if (mass && !isNear(a.kilograms, b.kilograms)) continue
        if (rule === 'same' && !agree(a.one, b.one)) continue
        const edge = { from: a.code, to: b.code, rule, record: idOf(b.one), with: idOf(a.one) }
        edges.set(Object.values(edge).join(' '), {
          ...edge,
          kind: b.one.kind,
          system: b.one.system,
          confidence,
        })
      }
    }
  return [...edges.values()]
}

/** Goods that came under papers of one type, and under none in common, are not one lot. */
function agree(a: Written, b: Written): boolean {
  const [ofA, ofB] = [a, b].map(({ body }) =>
    (body.documents ?? []).filter(({ role, type }) => role === 'upstream' && type !== 'other'),
  )
  const isCommon = ofA?.some((one) =>
    ofB?.some(({ type, number }) => type === one.type && number === one.number),
  )
  return isCommon === true || !ofA?.some((one) => ofB?.some(({ type }) => type === one.type))
}

const isNear = (a: string | null, b: string | null): boolean =>
  a !== null && b !== null && Math.abs(Number(a) - Number(b)) * 50 <= Math.max(Number(a), Number(b))
