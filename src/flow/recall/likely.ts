import { type GoodsMove, goodsMoves } from '#core/balance/goods-move.ts'
import { CARRIED_DAYS } from '#core/balance/site-balance.ts'
import { addDecimal, maxDecimal } from '#core/decimal.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import { matchFacts } from '#core/lineage/matching.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import { boothOf, type GoodsFact, goodsFact } from '#core/recall/goods-fact.ts'
import type { Likely, SummaryThere } from '#core/recall/likely.ts'
import { rest } from '#core/recall/settled.ts'
import { isNamedOtherwise, ownerOf } from '#core/recall/traders.ts'
import type { Entered, GoodsPlace } from '#store/goods-moves.ts'
import type { SoldThere, SummaryOfDay } from '#store/goods-summaries.ts'

type Places = readonly (GoodsPlace & { readonly keys: readonly string[] })[]

/** How what is told around the goods that are reached is read. */
export interface LikelyReader {
  /** The likely links that lead to the codes. */
  readonly back: (codes: readonly GraphCode[]) => Promise<readonly Link[]>
  /** The records by their identifiers, as they were known; none that is void. */
  readonly records: (ids: readonly string[]) => Promise<readonly TracedRecord[]>
  /** By its code or name the ways in which each place is said. */
  readonly keysOf: (sites: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>
  readonly summaries: (places: Places, days: number) => Promise<readonly SummaryOfDay[]>
  readonly entered: (
    places: Places,
    days: number,
  ) => Promise<readonly Pick<Entered, 'n' | 'recordId' | 'stall'>[]>
  readonly sold: (places: Places, without: readonly string[]) => Promise<readonly SoldThere[]>
}

/** Goods of a reached lot that came to a place. */
interface There extends GoodsPlace {
  readonly stall: string | null
  readonly fact: GoodsFact
}
/** Arrivals that are read of places with summaries; of what there are more, nothing is told to be sold for sure. */
const ARRIVALS_MAX = 5000

/** Sales that meet the same lots, and the code of one of them. */
interface Alike {
  readonly code: GraphCode
  readonly ids: string[]
}

/** What of the records that are read decides of which lots sales may be. */
export interface Around {
  readonly note: (record: TracedRecord, fact: GoodsFact) => void
  readonly read: (reader: LikelyReader, isOfGoods: (record: TracedRecord) => boolean) => Promise<Likely>
}

/** @param links those over which the goods are reached */
export function around(links: readonly Link[]): Around {
  const likely = new Map(
    links.flatMap(({ rule, recordId, to }) => (rule === 'stall' ? [[recordId, to] as const] : [])),
  )
  const tickets = new Map<string, Alike>()
  const there: There[] = []
  const known = new Set<string>()
  return {
    note: (record, fact) => {
      const { kind, id, body } = record
      known.add(id)
      const code = likely.get(id)
      if (code !== undefined) {
        // Tickets of one stall, product and day meet the same lots: thousands of them are asked for once.
        const key = JSON.stringify(
          matchFacts(kind, id, body)
            .points.map(({ who, what }) => `${who} ${what}`)
            .sort(),
        )
        const alike = tickets.get(key) ?? { code, ids: [] }
        tickets.set(key, alike)
        alike.ids.push(id)
      }
      if (fact.tells !== 'entered' || fact.refused) return
      for (const { flow, site, goods, day, stall } of goodsMoves(kind, id, body))
        if (flow === 'entered') there.push({ site, goods, day, stall, fact })
    },
    read: async (reader, isOfGoods) => {
      const others = await othersOf([...tickets.values()], reader)
      const summaries = await summariesOf(there, { reader, known, isOfGoods, others })
      return { others, summaries }
    },
  }
}

const factsOf = (records: readonly TracedRecord[]): Map<string, GoodsFact> =>
  new Map(
    records.flatMap((record) => {
      const fact = goodsFact(record)
      return fact === null || fact.refused ? [] : [[record.id, fact] as const]
    }),
  )

/** By the record of each ticket how the lots came that it may be of. */
async function othersOf(alike: readonly Alike[], reader: LikelyReader): Promise<Map<string, GoodsFact[]>> {
  const links = (await reader.back(alike.map(({ code }) => code))).filter(({ rule }) => rule === 'stall')
  const came = factsOf(
    await reader.records([...new Set(links.flatMap(({ withRecord }) => withRecord ?? []))]),
  )
  const byCode = Map.groupBy(links, ({ to }) => to)
  return new Map(
    alike.flatMap(({ code, ids }) => {
      const with_ = new Set((byCode.get(code) ?? []).flatMap(({ withRecord }) => withRecord ?? []))
      const facts = [...with_].flatMap((id) => came.get(id) ?? [])
      return ids.map((id) => [id, facts] as const)
    }),
  )
}

/**
 * Summaries that name no lot of the days on which the goods were where they came to: of the day itself and of so many after it as fresh goods are there. What other tickets tell is
 * none of these goods.
 */
async function summariesOf(
  there: readonly There[],
  of: {
    readonly reader: LikelyReader
    readonly known: ReadonlySet<string>
    readonly isOfGoods: (record: TracedRecord) => boolean
    readonly others: Map<string, GoodsFact[]>
  },
): Promise<SummaryThere[]> {
  const { reader, known, isOfGoods, others } = of
  const keys = await reader.keysOf([...new Set(there.map(({ site }) => site))])
  const placeOf = ({ site, goods, day }: GoodsPlace) => ({ site, goods, day, keys: keys.get(site) ?? [site] })
  const sums = await sumsAt(there, { reader, isOfGoods, placeOf })
  const places = [...new Map(sums.map(({ place }) => [keyOf(place), place])).values()]
  const entered = Map.groupBy(await reader.entered(places, CARRIED_DAYS), ({ n }) => n)
  const without = [...known, ...sums.map(({ fact }) => fact.id)]
  const sold = Map.groupBy(await reader.sold(places, without), ({ n }) => n)
  const numbers = new Map(places.map((place, n) => [keyOf(place), n]))
  const wanted = new Set<string>()
  const near = sums.map((sum) => {
    const n = numbers.get(keyOf(sum.place)) as number
    const { summary, stall } = sum.move
    const ids = (entered.get(n) ?? []).flatMap((one) =>
      summary === 'whole' || stall === null || one.stall === null || one.stall === stall ? one.recordId : [],
    )
    const isRead = wanted.size + ids.length <= ARRIVALS_MAX
    if (isRead) for (const id of ids) wanted.add(id)
    return { ...sum, ids: isRead ? ids : null, told: sold.get(n) ?? [] }
  })
  const arrivals = factsOf(await reader.records([...wanted]))
  return near.flatMap(({ fact, move, his, ids, told }): SummaryThere[] => {
    const beside = (ids ?? []).flatMap((id) => arrivals.get(id) ?? [])
    others.set(
      fact.id,
      beside.filter((one) => move.summary === 'whole' || !isSurelyAnothers(fact, one)),
    )
    const { left, isWhole } = lessTold(
      fact,
      told.filter((one) => mayBeTold(one, move)),
    )
    if (left.measures.every(({ value }) => value === '0')) return []
    const isOfThese = ids !== null && isWhole && his.some(({ day }) => day === move.day)
    return [{ fact: left, of: his.map((one) => one.fact.id), isOfThese }]
  })
}

const keyOf = ({ site, goods, day }: GoodsPlace): string => JSON.stringify([site, goods, day])

/** A summary with the goods that were there by its day. */
interface Sum {
  readonly fact: GoodsFact
  readonly move: GoodsMove
  readonly place: Places[number]
  readonly his: readonly There[]
}

async function sumsAt(
  there: readonly There[],
  of: {
    readonly reader: LikelyReader
    readonly isOfGoods: (record: TracedRecord) => boolean
    readonly placeOf: (place: GoodsPlace) => Places[number]
  },
): Promise<Sum[]> {
  const { reader, isOfGoods, placeOf } = of
  const at = [...Map.groupBy(there, keyOf).values()]
  const told = await reader.summaries(
    at.map((own) => placeOf(own[0] as There)),
    CARRIED_DAYS,
  )
  const mayBeHis = ({ n, stall }: SummaryOfDay): boolean =>
    stall === null || at[n]?.some((one) => one.stall === null || one.stall === stall) === true
  const byRecord = Map.groupBy(told.filter(mayBeHis), ({ recordId }) => recordId)
  return (await reader.records([...byRecord.keys()])).flatMap((record): Sum[] => {
    const { kind, id, body } = record
    const fact = isOfGoods(record) ? goodsFact(record) : null
    const move = goodsMoves(kind, id, body).find(({ flow }) => flow === 'sold')
    if (fact === null || move === undefined || !isBare(fact)) return []
    const came = (byRecord.get(id) ?? []).flatMap(({ n }) => at[n] ?? [])
    const his = came.filter((one) => move.summary === 'whole' || isSurelyHis(fact, one.fact))
    const [first] = his
    return first === undefined ? [] : [{ fact, move, place: placeOf({ ...first, day: move.day }), his }]
  })
}

/** Names neither goods nor what they came under. */
const isBare = ({ tells, goods, from, refund }: GoodsFact): boolean =>
  tells === 'summary' && !refund && goods.length === 0 && from.length === 0

/** Whether what came is of the stall or trader of a summary. */
function isSurelyHis(summary: GoodsFact, entry: GoodsFact): boolean {
  const [booth, other] = [boothOf(summary), boothOf(entry)]
  if (booth !== null && other !== null) return booth === other
  return ownerOf(summary) !== null && ownerOf(summary) === entry.taker
}

function isSurelyAnothers(summary: GoodsFact, entry: GoodsFact): boolean {
  const [booth, other] = [boothOf(summary), boothOf(entry)]
  if (booth !== null && other !== null) return booth !== other
  return isNamedOtherwise(ownerOf(summary), entry.taker)
}

/** Whether what tickets tell may be told by the summary too. */
function mayBeTold(
  { stall, trader, isSummary }: SoldThere,
  of: Pick<GoodsMove, 'summary' | 'stall' | 'trader'>,
): boolean {
  if (of.summary === 'whole') return true
  if (isSummary) return false
  if (of.stall !== null && stall !== null) return of.stall === stall
  return of.trader === null || trader === null || trader.some((one) => of.trader?.includes(one))
}

/** The summary without what others tell of its sales; `isWhole`: whether they tell all of it in its units. */
function lessTold(
  fact: GoodsFact,
  sold: readonly SoldThere[],
): { readonly left: GoodsFact; readonly isWhole: boolean } {
  const stalls = [...Map.groupBy(sold, ({ stall, trader }) => JSON.stringify([stall, trader])).values()]
  const valueIn = (one: SoldThere, unit: string): string | null =>
    unit === 'KGM' ? one.kilograms : one.countUnit === unit ? one.count : null
  const toldIn = (unit: string): string =>
    stalls
      .map((own) =>
        [...Map.groupBy(own, ({ system, isSummary }) => `${isSummary} ${system}`).values()]
          .map((of) => of.map((one) => valueIn(one, unit) ?? '0').reduce(addDecimal))
          .reduce(maxDecimal, '0'),
      )
      .reduce(addDecimal, '0')
  return {
    left: {
      ...fact,
      measures: fact.measures.map(({ unit, value }) => ({ unit, value: rest(value, toldIn(unit)) })),
    },
    isWhole: fact.measures.every(({ unit }) => sold.every((one) => valueIn(one, unit) !== null)),
  }
}
