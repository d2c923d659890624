import { goodsMoves } from '#core/balance/goods-move.ts'
import { daysFromCivil } from '#core/calendar.ts'
import type { StepReader } from '#core/cases/links-once.ts'
import { addDecimal } from '#core/decimal.ts'
import { recordCode } from '#core/lineage/codes.ts'
import { edgesOf } from '#core/lineage/edges.ts'
import { matchFacts } from '#core/lineage/matching.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import type { LikelyReader } from '#flow/recall/likely.ts'

/** The links of tickets that name no lot with what came to their stall or trader on their day, as the database makes them. */
export function likelyLinks(records: readonly TracedRecord[]): Link[] {
  const active = records.filter(({ status }) => status === 'active')
  const led = new Set(
    active.flatMap(({ kind, id, body }) =>
      edgesOf(kind, body, recordCode(kind, id, body)).map(({ to }) => to),
    ),
  )
  const points = active.flatMap((record) =>
    matchFacts(record.kind, record.id, record.body).points.map((point) => ({ ...point, record })),
  )
  // A ticket that names the lot which somebody brought in is of that one.
  const brought = new Set(points.flatMap(({ side, code }) => (side === 'lot' ? (code ?? []) : [])))
  const here = Map.groupBy(
    points.filter(({ side }) => side === 'here'),
    ({ who, what }) => `${who} ${what}`,
  )
  const links = points.flatMap(({ side, who, what, code, record }): Link[] =>
    side !== 'taken' || code === null || led.has(code) || brought.has(code)
      ? []
      : (here.get(`${who} ${what}`) ?? []).map((one) => ({
          ...{ from: one.code as string, to: code, recordId: record.id, version: 1, kind: record.kind },
          ...{ system: record.system, rule: 'stall' as const, confidence: 0.8, quantity: null, unit: null },
          ...{ occurredAt: null, withRecord: one.record.id },
        })),
  )
  return [...new Map(links.map((link) => [`${link.from} ${link.to} ${link.withRecord}`, link])).values()]
}

const dayNumber = (day: string): number => {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  return daysFromCivil(year, month, date)
}

/** Reads what is told around goods as the database does. */
export function likelyReader(active: readonly TracedRecord[], step: StepReader): LikelyReader {
  const moves = active.flatMap((record) =>
    goodsMoves(record.kind, record.id, record.body).map((move) => ({
      ...move,
      ...{
        recordId: record.id,
        system: record.system,
        at: dayNumber(move.day),
        isRetail: record.body.saleKind === 'retail',
      },
    })),
  )
  const among = (
    places: Parameters<LikelyReader['sold']>[0],
    is: (move: (typeof moves)[number], day: number) => boolean,
  ) =>
    places.flatMap(({ keys, goods, day }, n) =>
      moves
        .filter((move) => keys.includes(move.site) && move.goods === goods && is(move, dayNumber(day)))
        .map((move) => ({ ...move, n })),
    )
  return {
    back: (codes) => step(codes, 'back'),
    records: async (ids) => active.filter(({ id }) => ids.includes(id)),
    keysOf: async (sites) => new Map(sites.map((site) => [site, [site]])),
    summaries: async (places, days) =>
      among(
        places,
        ({ flow, summary, code, at }, day) =>
          flow === 'sold' &&
          summary !== null &&
          code?.startsWith('rec:') === true &&
          at >= day &&
          at <= day + days,
      ),
    entered: async (places, days) =>
      among(places, ({ flow, at }, day) => flow === 'entered' && at <= day && at >= day - days),
    sold: async (places, without) => {
      const told = among(
        places,
        ({ flow, summary, recordId, at, isRetail }, day) =>
          flow === 'sold' && (isRetail || summary === 'part') && !without.includes(recordId) && at === day,
      )
      const key = (one: (typeof told)[number]) =>
        JSON.stringify([one.n, one.stall, one.trader, one.system, one.summary, one.countUnit])
      const sum = (own: typeof told, of: (one: (typeof told)[number]) => string | null) =>
        own.map(of).reduce((a, b) => (a === null ? b : b === null ? a : addDecimal(a, b)))
      return [...Map.groupBy(told, key).values()].map((own) => ({
        ...(own[0] as (typeof told)[number]),
        isSummary: own[0]?.summary !== null,
        kilograms: sum(own, ({ kilograms }) => kilograms),
        count: sum(own, ({ count }) => count),
      }))
    },
  }
}
