import { goodsSite, siteByName } from '#core/balance/goods-site.ts'
import { siteOf } from '#core/findings/finding-row.ts'
import type { Mentioning } from '#core/lineage/node-state.ts'
import type { Body } from '#core/model/body.ts'
import type { PartyPart, SitePart } from '#core/model/parts.ts'
import { nameInKey, traderKey, tradersOf } from './mentioned-paper.ts'

/** Who stands at the beginning of a paper: what they sell under it has come in nowhere yet. */
export interface PaperBeginning {
  /** A voucher begins with who sold under it, wherever that was. */
  readonly isVoucher: boolean
  /** Ways to say the places at which its goods were made: codes, and names as a record without a code says them. */
  readonly places: readonly string[]
  /** Names of those of which no code is told. */
  readonly names: readonly string[]
  /** Those who made the goods, issued the paper or sold under the voucher: by the whole of their keys, and by the names in these. */
  readonly givers: readonly string[]
  /** A voucher was sold under to somebody of the seller's name: whoever bears it and tells no code is the seller at the place of the sale alone. */
  readonly isToNamesake: boolean
}

/** Where goods are made; many trade at a market, and what is sold there has come in there. */
const MADE_AT: ReadonlySet<SitePart['role']> = new Set(['slaughterhouse', 'farm', 'store', 'cold_store'])
/** Places that a record of the paper itself names as those that the goods come from. */
export const MAKERS: readonly SitePart['role'][] = ['slaughterhouse', 'farm']
/** Who has goods before they go to anybody. */
const FIRST: ReadonlySet<PartyPart['role']> = new Set([
  ...(['issuer', 'producer', 'shipper', 'seller', 'owner', 'operator'] as const),
])

/** The beginning of a paper by the records that are it or issued it. */
export function beginningOf(own: readonly Mentioning[]): PaperBeginning {
  const isVoucher = own.some(({ mention }) => mention.role === 'voucher')
  const isToNamesake = isVoucher && own.some(({ record: { body } }) => isOfOneName(body))
  const sites = isVoucher ? (isToNamesake ? own.flatMap(placeSold) : []) : own.flatMap(placeMade)
  const givers = own.flatMap(({ record: { body } }) => {
    if (isVoucher) return tradersOf(body).giver ?? []
    return (body.parties ?? []).flatMap((party) => (FIRST.has(party.role) ? (traderKey(party) ?? []) : []))
  })
  return {
    isVoucher,
    places: unlike(sites.flatMap(({ code, name, region }) => [code ?? [], ...spelt(name, region)].flat())),
    names: unlike(sites.flatMap(({ code, name }) => (code === undefined ? (name ?? []) : []))),
    givers: unlike(givers.flatMap((key) => [key, nameInKey(key)])),
    isToNamesake,
  }
}

function isOfOneName(body: Body): boolean {
  const { giver, taker } = tradersOf(body)
  return giver !== null && taker !== null && nameInKey(giver) === nameInKey(taker)
}

const unlike = (texts: readonly string[]): string[] => [...new Set(texts)].sort()

/** A place that is known by its name is one in its province under a paper. */
const spelt = (name: string | undefined, region: string): string[] =>
  name === undefined ? [] : [name, ...(region === '' ? [] : [siteByName(name, region.slice(0, 2))])]

function placeMade({ record, mention }: Mentioning) {
  const site = siteOf(record.body)
  const isMade = mention.role === 'output' || record.kind === 'production'
  if (site === undefined || !(isMade ? MADE_AT.has(site.role) : MAKERS.includes(site.role))) return []
  return placeSold({ record })
}

function placeSold({ record: { body } }: Pick<Mentioning, 'record'>) {
  const site = siteOf(body)
  return site === undefined
    ? []
    : [{ code: site.ids[0]?.value, name: site.name, region: goodsSite(body)?.region ?? '' }]
}
