import { CARRIED_DAYS, type SiteBalance, type SiteMove, siteBalance } from '#core/balance/site-balance.ts'
import { linkGroups } from '#flow/trace/link-groups.ts'
import {
  type GoodsPlace,
  type KnownPlace,
  type MoveSum,
  readEntered,
  readMoveSums,
  readPlaces,
} from '#store/goods-moves.ts'
import { readLinks } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'

/** Goods of a product at a place on a day, with what is told of them. */
export interface LoadedGoods extends GoodsPlace {
  readonly place: KnownPlace
  /** Sums of the day and the days before it. */
  readonly sums: readonly MoveSum[]
  readonly balance: SiteBalance
  /** Entries that another record tells of as well: they count once. */
  readonly twins: readonly string[]
}

/** Codes whose links are read at once. */
const CODES_AT_ONCE = 2000
const SURE = 0.8

/** What moved, in a few statements however many places are asked for. What was written down in two systems counts once. */
export async function loadGoods(reader: Reader, asked: readonly GoodsPlace[]): Promise<LoadedGoods[]> {
  const places = await readPlaces(
    reader,
    asked.map(({ site }) => site),
  )
  const known = asked.map((one) => {
    const place = places.get(one.site) ?? {
      asked: one.site,
      site: one.site,
      siteName: null,
      keys: [one.site],
      candidates: [],
    }
    return { ...one, place, keys: place.keys }
  })
  const entered = await readEntered(reader, known, CARRIED_DAYS)
  const twins = await twinsOf(reader, [...new Set(entered.map(({ code }) => code))])
  const told = entered.filter(({ code }) => twins.has(code)).map(({ recordId }) => recordId)
  const sums = Map.groupBy(await readMoveSums(reader, known, CARRIED_DAYS, [...new Set(told)]), ({ n }) => n)
  return known.map(({ keys: _, ...one }, n) => {
    const own = sums.get(n) ?? []
    return { ...one, sums: own, twins: told, balance: siteBalance(own.map(moveOf), one.day) }
  })
}

/** Sums as a balance takes them. */
export function moveOf({
  heads,
  noKilograms,
  noHeads,
  noKilogramsBack,
  noHeadsBack,
  back,
  ...sum
}: MoveSum): SiteMove {
  const units = (kilograms: number, counts: number): string[] => [
    ...(kilograms > 0 ? ['KGM'] : []),
    ...(counts > 0 ? ['HEA'] : []),
  ]
  return {
    ...sum,
    count: heads,
    countUnit: heads === null ? null : 'HEA',
    sum: {
      untold: units(noKilograms, noHeads),
      untoldBack: units(noKilogramsBack, noHeadsBack),
      isBack: back === sum.records,
    },
  }
}

/** Codes that stand for goods of which another of the codes is told: a line of a ledger beside the entry of the market. */
async function twinsOf(reader: Reader, codes: readonly string[]): Promise<ReadonlySet<string>> {
  const known = new Set(codes)
  const twins = new Set<string>()
  for (let from = 0; from < codes.length; from += CODES_AT_ONCE) {
    // Goods come from few others and go to thousands.
    const links = linkGroups(
      (some, way, after, limit) => readLinks(reader, some, { way, at: null, after, limit, confidence: SURE }),
      codes.slice(from, from + CODES_AT_ONCE),
      'back',
    )
    for await (const groups of links)
      for (const { code, links: own } of groups)
        if (known.has(code)) for (const { rule, to } of own) if (rule === 'same') twins.add(to)
  }
  return twins
}
