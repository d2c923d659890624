import { UNITS_COMPARED } from '#core/balance/measure.ts'
import { compareDecimal, negateDecimal } from '#core/decimal.ts'
import type { Bought } from '#core/documents/bought-beyond.ts'
import type { IssuedPaper } from '#core/documents/judge-paper.ts'
import { greatestOf, type Measure } from '#core/documents/measures.ts'
import type { PaperBeginning } from '#core/documents/paper-beginning.ts'
import { differsFromAll, goodsMeant, type PaperGoods, withRefunds } from '#core/documents/paper-goods.ts'
import type { Part } from '#core/documents/papers-together.ts'
import type { UsePart } from '#core/documents/site-use.ts'
import type { UseKind } from '#core/lineage/document-use.ts'
import type { BoughtRow, UsageRow } from '#store/usage-row.ts'

/**
 * Less what its seller tells of goods of the sale that a voucher is of: that they went back, under a number of its own, or that they came in where he has his goods. Who tells both ways tells
 * of the same goods, as do several systems.
 */
export function withRefundsOf(
  paper: IssuedPaper,
  beginning: PaperBeginning | null,
  rows: readonly UsageRow[],
): IssuedPaper {
  const back = beginning?.isVoucher ? rows.flatMap(backOf) : []
  if (back.length === 0) return paper
  const alone = paper.goods.map((one) => ({ ...one, back: [] }))
  const arrivals = Map.groupBy(
    back.filter(({ kind }) => kind === 'entry'),
    ({ system }) => system,
  )
  const ways = [
    withRefunds(
      paper.goods,
      back.filter(({ kind }) => kind !== 'entry'),
    ),
    ...[...arrivals.values()].map((told) => withRefunds(alone, told)),
  ]
  const goods = paper.goods.map((one, n) => ({
    ...one,
    back: greatestOf(ways.flatMap((way) => way[n]?.back ?? [])),
  }))
  return { ...paper, goods }
}

/** What went back to the seller of a voucher, where a row tells of that. */
function backOf(row: UsageRow) {
  const told = row.isSent ? measuresOf(row, row.mass, row.count) : []
  const back = told.flatMap(({ unit, value }) =>
    compareDecimal(value, '0') < 0 ? [{ unit, value: negateDecimal(value) }] : [],
  )
  return back.length === 0 ? [] : [{ ...row, name: null, code: null, stated: [], back }]
}

const measuresOf = (
  { unit }: Pick<UsageRow, 'unit'>,
  mass: string | null,
  count: string | null,
): Measure[] => [
  ...(mass === null ? [] : [{ unit: 'KGM', value: mass }]),
  ...(count === null || unit === null ? [] : [{ unit, value: count }]),
]

/**
 * What a row tells of the goods of a paper.
 * @param part of what came under several papers what is this one's
 */
export function usePartOf(row: UsageRow, goods: readonly PaperGoods[], part: Part): UsePart {
  const told = (mass: string | null, count: string | null): Measure[] => part.of(measuresOf(row, mass, count))
  return {
    ...row,
    kind: row.kind as UseKind,
    good: goodsMeant(goods, row),
    otherGoods: differsFromAll(goods, row) === null ? 0 : row.records,
    measures: told(row.mass, row.count),
    shared: part.shared(measuresOf(row, row.mass, row.count)),
    sold: told(row.soldMass, row.soldCount),
    soldNameless: told(row.namelessMass, row.namelessCount),
    taken: told(row.takenMass, row.takenCount),
    bought: row.bought && boughtOf(row.bought),
    soldUntold: UNITS_COMPARED.filter(
      (unit) =>
        row.kind === 'sale' && !row.isSent && (unit === 'KGM' ? row.soldUnweighed : unit !== row.unit),
    ),
    untoldBack: UNITS_COMPARED.filter((unit) =>
      unit === 'KGM' ? row.cameBackUnweighed : row.cameBack && unit !== row.unit,
    ),
    sameDay: told(row.dayMass, row.dayCount),
  }
}

function boughtOf({ buyer, unit, mass, count, keptMass, keptCount }: BoughtRow): Bought {
  return {
    buyer,
    measures: measuresOf({ unit }, mass, count),
    kept: measuresOf({ unit }, keptMass, keptCount),
  }
}
