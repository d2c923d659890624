import type { Bilingual } from '#core/model/field.ts'
import type { PlaceKind } from './place.ts'
import type { Find, FindAway } from './settled.ts'

/** Where goods are or went, as one says it. */
export const FIND_WORDS: Readonly<Record<Find, Bilingual>> = {
  soldWholesale: ['sold, arrival not told', '已售出，买方未登记'],
  atSites: ['should still be there', '应仍在场'],
  soldRetail: ['sold at retail', '已零售'],
  disposed: ['disposed of', '已处置'],
  leftRegion: ['left the province', '已出省'],
  returned: ['sent back or refused, and not told to have arrived', '退回或拒收，供货方尚无记录'],
  processed: ['turned into other goods', '已加工'],
}

/** Of what should still be there what sales may be of that name no lot. */
export const MAYBE_SOLD: Bilingual = [
  'of it may have been sold, look for it all the same',
  '其中可能已售，仍须查找',
]
/** What of a lot is left, where nobody knows it better. */
export const LEFT_LEAST: Bilingual = ['left of it, at least', '余量下限']
export const LEFT_MOST: Bilingual = ['left of it, at most', '余量上限']

/** What became of goods in another province. */
export const awayWords = (find: FindAway): Bilingual => {
  const [[left, leftZh], [then, thenZh]] = [FIND_WORDS.leftRegion, FIND_WORDS[find]]
  return [`${left}: ${then}`, `${leftZh}：${thenZh}`]
}

export const PLACE_WORDS: Readonly<Record<PlaceKind, Bilingual>> = {
  farm: ['Farm', '产地'],
  slaughterhouse: ['Slaughterhouse', '屠宰厂'],
  market: ['Market', '市场'],
  stall: ['Stall', '摊位'],
  store: ['Store', '门店'],
  canteen: ['Canteen', '食堂'],
  cold_store: ['Cold store', '冷库'],
  business: ['Business', '经营者'],
}

export const UNIT_WORDS: Readonly<Record<string, Bilingual>> = {
  KGM: ['kg', '公斤'],
  HEA: ['head', '头'],
  H87: ['pieces', '件'],
  PKG: ['packages', '包'],
}
