import type { SiteSaid } from '#core/balance/goods-site.ts'
import { lotBalance } from '#core/balance/lot-balance.ts'
import { HubError } from '#core/errors.ts'
import { productKeys } from '#core/lineage/match-keys.ts'
import { lookupProduct } from '#core/products/lookup.ts'
import { regionPath } from '#core/regions/path.ts'
import { rootsOf } from '#flow/trace/roots.ts'
import { listMoves, readGoodsOfDay, readPlaces } from '#store/goods-moves.ts'
import type { Reader } from '#store/sighted.ts'
import { loadGoods } from './load-goods.ts'
import { loadLots } from './load-lots.ts'

const PRODUCTS_MAX = 100
const RECORDS_MAX = 100

/**
 * Balance of the lots that a code may mean, with the records behind it. HubError `not_found` where no record names such a lot; papers are asked
 * for as papers.
 */
export async function readLotBalance(
  reader: Reader,
  asked: { readonly code: string; readonly systems: readonly string[]; readonly on: string },
) {
  const { code, systems, on } = asked
  const { roots } = await rootsOf(reader, code, systems, null)
  const lots = roots.filter((one) => !one.startsWith('doc:'))
  if (lots.length === 0) throw new HubError('not_found', { detail: 'no record names a lot by this code' })
  const loaded = await loadLots(reader, lots, on)
  return {
    code,
    lots: loaded.map(({ code: own, codes, facts, others, isPartial }) => ({
      code: own,
      sameGoods: codes.filter((one) => one !== own),
      ...lotBalance(facts, { codes, others }),
      // Nobody knows what a part comes to.
      ...(isPartial ? { verdict: 'unknown' as const, left: null, tolerance: null } : {}),
      isPartial,
      records: facts
        .slice(0, RECORDS_MAX)
        .map(({ kind: _, day: __, place: ___, ...fact }) => fact)
        .sort((a, b) => (`${a.flow} ${a.record}` < `${b.flow} ${b.record}` ? -1 : 1)),
    })),
  }
}

/** Balance of the products of a place on a day, or of one of them, with the records behind it. */
export async function readSiteBalance(
  reader: Reader,
  {
    site,
    day,
    product,
  }: { readonly site: string; readonly day: string; readonly product?: string | undefined },
) {
  const place = (await readPlaces(reader, [site])).get(site)
  if (!place) throw new Error('a place that was asked for was not read')
  const goods =
    product === undefined ? await readGoodsOfDay(reader, place.keys, day, PRODUCTS_MAX) : goodsMeant(product)
  const loaded = await loadGoods(
    reader,
    goods.map((one) => ({ site: place.site, goods: one, day })),
  )
  const moves = Map.groupBy(
    await listMoves(
      reader,
      loaded.map((one) => ({ site: one.site, goods: one.goods, day, keys: place.keys, of: 'all' as const })),
      RECORDS_MAX,
    ),
    ({ n }) => n,
  )
  return {
    site: place.site,
    siteName: place.siteName,
    day,
    ...(place.candidates.length > 0
      ? { candidates: place.candidates.map((one) => candidateOf(one, day)), note: SEVERAL }
      : {}),
    products: loaded.map(({ goods: one, balance }, n) => ({
      goods: one,
      ...balance,
      records: (moves.get(n) ?? []).map(({ recordId, version, flow, system, kilograms }) => ({
        record: recordId,
        version,
        flow,
        system,
        kilograms,
      })),
    })),
  }
}

const SEVERAL = {
  en: 'Several places bear this name, and what is told here is of none of them for certain: ask with "region", or with "site" of one of the candidates.',
  zh: '该名称有多个场所重名，此处所列无法确定属于哪一个：请同时给出区划 region，或以候选中的 site 查询。',
}

/** One of the places of a name, with its region in words as of the day. */
function candidateOf({ site, region }: SiteSaid, day: string) {
  const path = region === '' ? '' : regionPath(region, Number(day.slice(0, 4))).join('')
  return { site, ...(region === '' ? {} : { region }), ...(path === '' ? {} : { regionName: path }) }
}

/** What a person calls a product, as goods are told apart: by name or code, for meat by class. */
function goodsMeant(product: string): string[] {
  if (/^(name|class|code):./.test(product)) return [product]
  const {
    flags: _,
    standardName: __,
    standardCode: ___,
    falsePositiveProne: ____,
    ...known
  } = lookupProduct(/^\d{4,8}$/.test(product) ? { code: product } : { name: product })
  return productKeys({ product: known }).slice(-1)
}
