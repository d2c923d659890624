import { memo } from '#core/mapping/run/memo.ts'
import type { Body } from '#core/model/body.ts'
import type { PartyPart } from '#core/model/parts.ts'
import { isBusinessName } from '#core/organisation-name.ts'
import { bareProductName, cleanProductName, readProductName } from '#core/products/read-product-name.ts'
import { normaliseKey } from '#core/text.ts'

/** Meat is cut where it is sold, so the cut and the side that it was cut from are the same goods by their class. */
const CUT_AT_THE_STALL: ReadonlySet<string> = new Set(['pork', 'beef', 'mutton'])

/** Most ways of one record: a record that names many parties meets by the first of them. */
const WHO_MAX = 4
export const few = (keys: readonly string[]): string[] => [...new Set(keys)].slice(0, WHO_MAX)

/** Parties by their national codes. */
export const partyKeys = (body: Body, roles: readonly PartyPart['role'][]): string[] =>
  few(
    (body.parties ?? [])
      .filter(({ role }) => roles.includes(role))
      .flatMap(({ ids }) => ids.filter(({ scheme }) => isNational(scheme)).map(codeKey)),
  )

/** Parties by their names, where these are of businesses: a person's name is no key. */
const businessNames = (body: Body, roles: readonly PartyPart['role'][]): string[] =>
  (body.parties ?? []).flatMap(({ role, name, personal, kind }) =>
    roles.includes(role) && name && personal !== true && kind !== 'person' && isBusinessName(name)
      ? [`name:${nameKey(name)}`]
      : [],
  )

export const supplierKeys = (body: Body, roles: readonly PartyPart['role'][]): string[] =>
  few([...partyKeys(body, roles), ...businessNames(body, roles)])

/** A market by its codes and its name. */
export function marketKeys(body: Body): string[] {
  const market = body.sites?.find(({ role }) => role === 'market')
  if (!market) return []
  const codes = market.ids.filter(({ scheme }) => isNational(scheme)).map(codeKey)
  return few([...codes, ...(market.name ? [`name:${nameKey(market.name)}`] : [])])
}

/** What a market is called beside what a record calls it: the code of it that begins other records, or a name. */
export const marketKey = (one: { readonly code: string } | { readonly name: string }): string =>
  'code' in one ? codeKey({ scheme: 'cn.mofcom.node9', value: one.code }) : `name:${nameKey(one.name)}`

/** A stall inside its market. */
export function stallKeys(body: Body, markets: readonly string[]): string[] {
  const stall = body.sites?.find(({ role }) => role === 'stall')
  const booth = stall?.name ?? stall?.ids[0]?.value
  return booth ? markets.map((market) => `${market}#${boothKey(booth)}`) : []
}

/** A trader by his business name, which is his only inside one market. */
export const stallNames = (body: Body, markets: readonly string[]): string[] =>
  few(
    markets.flatMap((market) => businessNames(body, ['owner', 'seller']).map((name) => `${market}#${name}`)),
  )

const codeKey = ({ scheme, value }: { readonly scheme: string; readonly value: string }): string =>
  `${scheme}:${value}`
const isNational = (scheme: string): boolean => !scheme.startsWith('local.') && scheme !== 'cn.idcard.hash'
const nameKey = memo((name) => normaliseKey(name).replace(/\s+/gu, ''))
/** `A-023`, `a023` and `A 23` are one stall. */
export const boothKey = memo((booth) =>
  normaliseKey(booth)
    .replace(/[\s_-]+/gu, '')
    .replace(/(?<!\d)0+(?=\d)/g, ''),
)

const everydayName = memo((written) => {
  const clean = cleanProductName(written)
  return readProductName(clean)?.standard ?? bareProductName(clean)
})

/** The product by its everyday name as the tables know it, and for meat by its class. */
export function productKeys({ product }: Pick<Body, 'product'>): string[] {
  if (!product) return []
  const name = product.name ? everydayName(product.name) : undefined
  const keys = [
    ...(name ? [`name:${name}`] : product.code ? [`code:${product.code}`] : []),
    ...(product.class && CUT_AT_THE_STALL.has(product.class) ? [`class:${product.class}`] : []),
  ]
  return keys
}
