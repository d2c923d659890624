import { foldWidth } from '#core/width.ts'

/** UN/ECE Recommendation 20 codes that quantities are kept in; PKG is a package of unknown content. */
export type UnitCode = 'KGM' | 'HEA' | 'H87' | 'PKG'

/** What one unit text means. */
export interface UnitMeaning {
  readonly code: UnitCode
  /** Kilograms in one, exact decimal; only of masses. */
  readonly factor: string
  /** A price of one times this is the price of a kilogram; absent where the quotient has no end. */
  readonly perKilogram?: string
  /** A unit that hardly occurs in a Chinese market: the value is converted, and flagged. */
  readonly suspect?: true
}

const KILOGRAM = mass('1', '1')
const GRAM = mass('0.001', '1000')
const TONNE = mass('1000', '0.001')
const POUND: UnitMeaning = { code: 'KGM', factor: '0.45359237', suspect: true }
const HEAD: UnitMeaning = { code: 'HEA', factor: '1' }
const PIECE: UnitMeaning = { code: 'H87', factor: '1' }
const PACKAGE: UnitMeaning = { code: 'PKG', factor: '1' }

/**
 * 市制 since 1959: 1 斤 = 500 g, 1 两 = 50 g, 1 担 = 100 斤. The pound is that of 1959, 0.45359237 kg. Keys are in small letters
 * and half width; traditional characters stand beside the simplified ones.
 */
const MEANINGS: readonly (readonly [meaning: UnitMeaning, texts: string])[] = [
  [KILOGRAM, '公斤 千克 kg kgs kgm 公斤(kg) 千克(kg) 公斤/kg kilogram'],
  [mass('0.5', '2'), '斤 市斤 500g 500克'],
  [mass('0.05', '20'), '两 兩 市两 市兩'],
  [GRAM, '克 g 公克 grm'],
  [mass('0.000001', '1000000'), '毫克 mg mgm'],
  [TONNE, '吨 噸 公吨 公噸 t tne'],
  [mass('50', '0.02'), '担 擔 市担 市擔'],
  [mass('100', '0.01'), '公担 公擔'],
  [POUND, '磅 英磅 lb lbs lbr pound'],
  [HEAD, '头 頭 只 隻 羽 尾 条 條 匹 口 hea head'],
  [PIECE, '枚 个 個 片 扇 胴体 胴體 h87 c62 ea each pc pcs piece'],
  [PACKAGE, '箱 件 筐 框 袋 盒 板 瓶 捆 包 托 托盘 泡沫箱 桶 罐 篮 籃 扎 pkg box bag ctn carton'],
]

const UNITS: ReadonlyMap<string, UnitMeaning> = new Map(
  MEANINGS.flatMap(([meaning, texts]) => texts.split(' ').map((text) => [text, meaning] as const)),
)

/** Texts that end a quantity, by their last character, the longest first: `千克` must be seen before `克`. */
const ENDINGS: ReadonlyMap<string, readonly string[]> = endingsByLastCharacter([...UNITS.keys()])

/** The meaning of a unit cell such as `公斤`, `KG`, `㎏` or `市斤`; undefined for what is no unit of mass or count. */
export function unitOf(text: string): UnitMeaning | undefined {
  return UNITS.get(text) ?? UNITS.get(unitKey(text))
}

/** The unit text in the form in which it is looked up. */
export function unitKey(text: string): string {
  return foldWidth(text).replaceAll(' ', '').toLowerCase()
}

/**
 * The unit that a text in lookup form ends with, and what stands before it.
 * @param own further unit texts of a source; they are looked at first
 */
export function unitAtEnd(
  key: string,
  own: readonly string[] = [],
): { readonly before: string; readonly unit: string } | null {
  const ends = (unit: string) => key.endsWith(unit) && isUnitThere(key, unit)
  const unit = own.find(ends) ?? ENDINGS.get(key.at(-1) ?? '')?.find(ends)
  return unit === undefined ? null : { before: key.slice(0, -unit.length), unit }
}

function endingsByLastCharacter(units: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = Map.groupBy(units, (unit) => unit.at(-1) ?? '')
  for (const group of groups.values()) group.sort((a, b) => b.length - a.length)
  return groups
}

/** `500g` is a unit as a cell of its own, but in `2500g` it is not; a Latin unit is no ending of a longer word. */
function isUnitThere(key: string, unit: string): boolean {
  const first = unit.charCodeAt(0)
  if (first >= 48 && first <= 57) return false
  const latin = first < 128
  const before = key.charCodeAt(key.length - unit.length - 1)
  return !(latin && before >= 97 && before <= 122)
}

function mass(factor: string, perKilogram: string): UnitMeaning {
  return { code: 'KGM', factor, perKilogram }
}
