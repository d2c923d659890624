import { isLine, linesOnce, type StatementOf, statementOf } from '#core/balance/lines-once.ts'
import { CARRIED_DAYS, type SiteBalance, type SiteMove, siteBalance } from '#core/balance/site-balance.ts'
import { repeatedRows } from '#core/balance/steps.ts'
import type { Link } from '#core/lineage/traced-record.ts'
import { linkGroups } from '#flow/trace/link-groups.ts'
import {
  type Entered,
  type GoodsPlace,
  type KnownPlace,
  readEntered,
  readPlaces,
} from '#store/goods-moves.ts'
import { type EntryElsewhere, type MoveSum, readMoveSums, readUsedAlike } from '#store/goods-sums.ts'
import { readLinks, readTracedVersions } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'

/** Goods of a product at a place on a day, with what is told of them. */
export interface LoadedGoods extends GoodsPlace {
  readonly place: KnownPlace
  /** Sums of the day and the days before it. */
  readonly sums: readonly MoveSum[]
  readonly balance: SiteBalance
}

/** Codes whose links are read at once. */
const CODES_AT_ONCE = 2000
const SURE = 0.8

/** What moved, in a few statements however many places are asked for. What was written down in two systems counts once, where the lot of it came in. */
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
  const elsewhere = await entriesElsewhere(reader, entered)
  const used = await readUsedAlike(reader, known, CARRIED_DAYS)
  const rows = used.length === 0 ? [] : [...(await readTracedVersions(reader, used)).values()]
  const told = { elsewhere, repeated: [...repeatedRows(rows)] }
  const sums = Map.groupBy(await readMoveSums(reader, known, CARRIED_DAYS, told), ({ n }) => n)
  return known.map(({ keys: _, ...one }, n) => {
    const own = sums.get(n) ?? []
    return { ...one, sums: own, balance: siteBalance(own.map(moveOf), one.day) }
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

/** Lines of a ledger that are a coded lot of another stall, or of one that its entry does not name: both tell of the same goods, of which the greater counts there. */
async function entriesElsewhere(reader: Reader, entered: readonly Entered[]): Promise<EntryElsewhere[]> {
  const lines = await linesAmong(reader, [...new Set(entered.map(({ code }) => code))])
  if (lines.length === 0) return []
  const open = [...Map.groupBy(entered, ({ n }) => n).values()].flatMap((own) => {
    const byRecord = new Map(own.map((one) => [one.recordId, one]))
    const stallOf = (id: string | null): string | null | undefined => byRecord.get(id ?? '')?.stall
    const here = lines.filter(
      (line) => stallOf(line.recordId) !== undefined && stallOf(line.withRecord) !== undefined,
    )
    return here.some((line) => stallOf(line.recordId) !== stallOf(line.withRecord)) ? { byRecord, here } : []
  })
  const wanted = open.flatMap(({ byRecord, here }) =>
    here.flatMap((line) => [line.recordId, line.withRecord ?? ''].flatMap((id) => byRecord.get(id) ?? [])),
  )
  if (wanted.length === 0) return []
  const records = await readTracedVersions(reader, wanted)
  return open.flatMap(({ byRecord, here }) => {
    const statements: StatementOf = (id) => {
      const record = records.get(id)
      return record && statementOf(record, JSON.stringify(byRecord.get(id)?.stall))
    }
    return linesOnce(here, statements).flatMap(({ recordId, withRecord }) => {
      const [line, lot] = [byRecord.get(recordId), byRecord.get(withRecord ?? '')]
      return line && lot && line.stall !== lot.stall ? { n: line.n, recordId, stall: lot.stall } : []
    })
  })
}

/** The links by which one of the codes is likely another of them, written down once more. */
async function linesAmong(reader: Reader, codes: readonly string[]): Promise<Link[]> {
  const known = new Set(codes)
  const lines: Link[] = []
  for (let from = 0; from < codes.length; from += CODES_AT_ONCE) {
    // Goods come from few others and go to thousands.
    const links = linkGroups(
      (some, way, after, limit) => readLinks(reader, some, { way, at: null, after, limit, confidence: SURE }),
      codes.slice(from, from + CODES_AT_ONCE),
      'back',
    )
    for await (const groups of links)
      for (const { code, links: own } of groups) if (known.has(code)) lines.push(...own.filter(isLine))
  }
  return lines
}
