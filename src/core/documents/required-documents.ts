import type { ProductClass } from '#core/products/product-class.ts'
import { QUARANTINE_2026 } from './document-form.ts'
import type { DocumentType } from './document-type.ts'

/** One document of these is enough. */
export type Alternatives = readonly DocumentType[]

/** 食用农产品市场销售质量安全监督管理办法 of 2016 (总局令第20号); before it the hub asks for nothing. */
const MARKET_RULE = '2016-03-01'
/** The rule of 2023 (总局令第81号) took the place of it and no longer names the marks of quality. */
const MARKET_RULE_2023 = '2023-12-01'

const QUARANTINED: Alternatives = ['product_A', 'product_B']
/** A certificate of the last days of 2025 may still be on its way. Cut meat has no certificate of its own since 2026: that of the carcass's lot, or the mark on it, stands for it. */
const QUARANTINED_2026: Alternatives = ['product_2026', 'quarantine_mark', 'product_A', 'product_B']
const LIVE: Alternatives = ['animal_A', 'animal_B']
const LIVE_2026: Alternatives = ['animal_2026', 'animal_A']
const FIELD: Alternatives = [
  'promise_cert',
  'origin_cert',
  'purchase_voucher',
  'sales_voucher',
  'veg_test_cert',
  'rapid_test_sheet',
  'lab_report',
]

function field(date: string): Alternatives {
  return date < MARKET_RULE_2023 ? [...FIELD, 'three_products_one_mark'] : FIELD
}

/**
 * Papers that goods of a class need at a market on a date (`YYYY-MM-DD`): one of each group. Empty where no rule asks for any.
 * A paper of the lot that the goods were cut or split from counts.
 */
export function requiredDocuments(productClass: ProductClass, date: string): readonly Alternatives[] {
  if (date < MARKET_RULE) return []
  const since2026 = date >= QUARANTINE_2026
  switch (productClass) {
    case 'pork':
      return [since2026 ? QUARANTINED_2026 : QUARANTINED, ['meat_quality']]
    case 'beef':
    case 'mutton':
    case 'poultry_meat':
      return [since2026 ? QUARANTINED_2026 : QUARANTINED]
    case 'other_livestock':
    case 'poultry_live':
      return [since2026 ? LIVE_2026 : LIVE]
    case 'cold_chain_import':
      return [['import_quarantine']]
    case 'fish_wild':
      return [['origin_cert', 'purchase_voucher', 'sales_voucher', 'rapid_test_sheet', 'lab_report']]
    case 'egg':
    case 'fish_farmed':
    case 'shellfish_crustacean':
    case 'vegetable':
    case 'mushroom':
    case 'fruit':
    case 'tea_leaf':
      return [field(date)]
    case 'grain_oil':
    case 'soy':
    case 'other':
      return []
  }
}
