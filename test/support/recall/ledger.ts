import { type CaseGoods, mayBe } from '#core/cases/goods.ts'
import type { StepReader } from '#core/cases/links-once.ts'
import { recordCode } from '#core/lineage/codes.ts'
import { edgesOf } from '#core/lineage/edges.ts'
import { ANY_GOODS } from '#core/lineage/goods-path.ts'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { goodsFact } from '#core/recall/goods-fact.ts'
import { rehearse } from '#core/recall/rehearse.ts'
import { around } from '#flow/recall/likely.ts'
import { goodsAsked } from '#flow/recall/own-goods.ts'
import { factsReached, reachOf } from '#flow/recall/reach.ts'
import { likelyLinks, likelyReader } from './likely.ts'

/** Traders with their markets; the last is of another province. */
export const MARKETS = ['330402003', '330105031', '330110032', '310115001'] as const
const SCHEME = 'cn.mofcom.trace20b'

export type LotRole = 'subject' | 'source' | 'input' | 'output'
export const lot = (value: string, role: LotRole = 'subject') => ({ role, scheme: SCHEME, value })
export const paper = (
  role: 'self' | 'upstream' | 'voucher' | 'source' | 'input' | 'output',
  number: string,
  type = 'sales_voucher',
) => ({ role, type, number })
export const party = (role: string, who: number) => ({ role, name: `${who}号示例果蔬商行`, ids: [] })
export const sitesOf = (who: number, stall?: string) => {
  const code = MARKETS[who] as string
  const booth = stall === undefined ? [] : [{ role: 'stall', name: stall, ids: [] }]
  return {
    region: { code: code.slice(0, 6) },
    sites: [
      { role: 'market', name: `市场${code}`, ids: [{ scheme: 'cn.mofcom.node9', value: code }] },
      ...booth,
    ],
  }
}
export const kg = (value: number) => ({ value: String(value), unit: 'KGM' })
export const heads = (value: number) => ({ value: String(value), unit: 'HEA' })

/** Records as systems tell them, each on the day after the one before unless it says its own. */
export function ledger() {
  const records: TracedRecord[] = []
  const tell = (
    kind: Kind,
    who: number,
    kilograms: number | null,
    body: object = {},
    system = `market${who}`,
  ): void => {
    records.push({
      ...{ id: `r${records.length}`, version: 1, kind, system, status: 'active' },
      receivedAt: '2026-12-01T00:00:00Z',
      body: {
        occurredAt: dayOf(records.length),
        ...sitesOf(who),
        product: { name: '大白菜' },
        ...(kilograms === null ? {} : { quantity: kg(kilograms) }),
        flags: [],
        ...body,
      } as unknown as Body,
    })
  }
  return { records, tell }
}

export const dayOf = (n: number) => ({
  at: new Date(Date.UTC(2026, 0, 1 + n)).toISOString(),
  precision: 'second' as const,
})

/** The links that the records make, and those of what was made of the paper under which a lot came. */
export function linksOf(records: readonly TracedRecord[]): Link[] {
  const edges = records.flatMap(({ id, kind, system, status, body }) =>
    status === 'void'
      ? []
      : edgesOf(kind, body, recordCode(kind, id, body)).map(
          (edge): Link => ({
            ...edge,
            ...{ recordId: id, version: 1, kind, system, quantity: null, unit: null },
            ...{ occurredAt: null, withRecord: null },
          }),
        ),
  )
  const made = edges.filter(({ kind }) => kind === 'transformation')
  const entered = edges.flatMap((came) =>
    came.kind !== 'entry' || !came.from.startsWith('doc:')
      ? []
      : made.flatMap((one): Link[] =>
          one.from === came.from && one.system === came.system && one.to !== came.to
            ? [{ ...one, from: came.to, rule: 'entered', confidence: 0.95 }]
            : [],
        ),
  )
  return [...edges, ...entered, ...likelyLinks(records)]
}

/** What a rehearsal finds of these records, as `rehearseRecall` makes it of those that are stored. */
export async function rehearsalOf(
  records: readonly TracedRecord[],
  root: string,
  direction: 'source' | 'forward' = 'source',
) {
  const links = linksOf(records)
  const active = records.filter(({ status }) => status === 'active')
  const byId = new Map(active.map((record) => [record.id, record]))
  const own = ({ recordId }: Link) => byId.get(recordId) as TracedRecord
  const mentions = active.filter((record) => {
    const fact = goodsFact(record)
    return fact !== null && [...fact.goods, ...fact.papers, ...fact.from].includes(root)
  })
  const goodsLinks = {
    of:
      (goods: CaseGoods): StepReader =>
      async (codes, way) => {
        const from = new Set(codes)
        return links.filter((link) => {
          const { kind, body } = own(link)
          return from.has(way === 'back' ? link.to : link.from) && mayBe(goods, kind, body)
        })
      },
    isSale: (link: Link) => own(link).kind === 'sale' && own(link).body.saleKind === 'retail',
    isCut: () => false,
  }
  const reach = await reachOf(goodsLinks, [root], {
    ...{ goods: goodsAsked([root], mentions), direction, confidence: 0.8 },
  })
  const { sources, back, sure, all, ofGoods } = reach
  const reached = factsReached(active, ofGoods)
  const near = around(all.links)
  for (const { record, fact } of reached) near.note(record, fact)
  const likely = await near.read(likelyReader(active, goodsLinks.of(ANY_GOODS)), ({ kind, body }) =>
    ofGoods.some(({ goods }) => mayBe(goods, kind, body)),
  )
  return rehearse({ direction, sources, back, ...sure, facts: reached.map(({ fact }) => fact), likely })
}

export type Found = Awaited<ReturnType<typeof rehearsalOf>>

/** Only what is something. */
export const some = (of: Readonly<Record<string, string>> = {}): Record<string, number> =>
  Object.fromEntries(Object.entries(of).flatMap(([key, n]) => (n === '0' ? [] : [[key, Number(n)]])))

/** The balance of one stage and unit in numbers. */
export function massOf({ mass }: Pick<Found, 'mass'>, stage = 0, unit = 'KGM') {
  const one = mass.find((balance) => balance.stage === stage && balance.unit === unit)
  if (one === undefined) return null
  const number = (text: string | null) => (text === null ? null : Number(text))
  return {
    ...{ stated: number(one.stated), found: Number(one.found), notFound: number(one.notFound) },
    ...{ where: some(one.where), away: some(one.away) },
  }
}

/** What should still be at each market, `≥` where it may be more. */
export const leftAt = ({ sites }: Pick<Found, 'sites'>, unit = 'KGM'): Record<string, string> =>
  Object.fromEntries(
    sites.flatMap(({ kind, code, left }) =>
      kind === 'market'
        ? left.flatMap((one) => (one.unit === unit ? [[code, `${one.atLeast ? '≥' : ''}${one.value}`]] : []))
        : [],
    ),
  )
