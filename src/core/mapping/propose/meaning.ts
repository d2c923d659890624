import { ENDINGS, NAMES } from './names.ts'

/** What a source field probably is: the part of a record that it belongs to. */
export type Meaning =
  | 'key'
  | 'time'
  | 'recorded'
  | 'produced'
  | 'status'
  | 'void-reason'
  | 'void-time'
  | `${PartyRole}.code`
  | `${PartyRole}.name`
  | `${SiteRole}.code`
  | `${SiteRole}.name`
  | 'product.code'
  | 'product.name'
  | 'product.specification'
  | 'quantity'
  | 'heads'
  | 'arrived.heads'
  | 'slaughtered.heads'
  | 'live.mass'
  | 'carcass.mass'
  | 'dead'
  | 'unit'
  | 'price'
  | 'amount'
  | 'origin.code'
  | 'origin.name'
  | 'destination.code'
  | 'destination.name'
  | 'region.code'
  | `document.${DocumentField}`
  | 'basis'
  | 'lot'
  | 'vehicle'
  | 'payment'
  | 'test.verdict'
  | 'test.value'
  | 'test.item'
  | 'test.item-code'
  | 'test.sample'
  | 'test.sampled'
  | 'test.positive'
  | 'test.device'
  | 'note'
  | 'personal'

export type PartyRole = 'seller' | 'buyer' | 'supplier' | 'owner' | 'producer' | 'issuer'
export type SiteRole = 'market' | 'stall' | 'slaughterhouse' | 'cold_store' | 'farm'
export type DocumentField =
  | 'promise_cert'
  | 'origin_cert'
  | 'animal'
  | 'product'
  | 'meat_quality'
  | 'veg_test_cert'
  | 'sales_voucher'
  | 'by-number'

/** A field name without width, case, joints and what stands in brackets: `quantity(kg)` and `QUANTITY` are one name. */
export function plainName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[(（[【][^)）\]】]{0,40}[)）\]】]/gu, '')
    .replace(/[\s_.\-:：@#]+/gu, '')
}

/** The unit in a heading such as `数量(斤)` or `重量/公斤`; undefined where none stands there. */
export function headingUnit(name: string): string | undefined {
  return /[(（[【/／]\s*(公斤|千克|kg|市?斤|克|吨|头|只|件|箱)\s*[)）\]】]?$/iu.exec(name.trim())?.[1]
}

/** What a name usually means in the systems of the field; undefined for one that nobody has used so far. */
export const lastName = (name: string): string => plainName(name.slice(name.lastIndexOf('.') + 1))

/** Words that say nothing without what they stand in: `name` of a buyer, of a farm, of a dryer. */
const BARE: ReadonlySet<string> = new Set(['name', 'code', 'id', 'no', '名称', '编码', '编号'])
/** What a record is called in its lines, and what surrounds all records: no part of a record. */
const NO_PART: ReadonlySet<string> = new Set(['base', 'envelope', 'unit', 'title'])

/** What a group of columns is called beside what it is of: 商品信息, 供货商情况. */
const LOOSE = /(?:基本)?(?:信息|情况|资料)$/u

export function meaningOfName(name: string): Meaning | undefined {
  const plain = lastName(name)
  const part = name.split('.').at(-2)
  if (part !== undefined && !NO_PART.has(part) && BARE.has(plain)) {
    const group = plainName(part)
    return NAMES.get(group + plain) ?? NAMES.get(group.replace(LOOSE, '') + plain)
  }
  return NAMES.get(plain) ?? ENDINGS.find(([, ending]) => ending.test(plain))?.[0]
}
