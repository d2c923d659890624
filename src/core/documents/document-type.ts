/** Papers that go with food, with their titles (domain words; the code is what records and filters hold). */
export const DOCUMENT_TYPES = {
  promise_cert: ['Commitment certificate', '承诺达标合格证'],
  animal_A: ['Animal quarantine certificate A (across provinces)', '动物检疫合格证明（动物A）'],
  animal_B: ['Animal quarantine certificate B (inside the province)', '动物检疫合格证明（动物B）'],
  product_A: ['Animal product quarantine certificate A (across provinces)', '动物检疫合格证明（产品A）'],
  product_B: ['Animal product quarantine certificate B (inside the province)', '动物检疫合格证明（产品B）'],
  animal_2026: ['Animal quarantine certificate, form of 2026, animals', '动物检疫证明（动物）'],
  product_2026: ['Animal quarantine certificate, form of 2026, products', '动物检疫证明（动物产品）'],
  quarantine_mark: ['Quarantine mark', '检疫标志'],
  aquatic_quarantine: ['Aquatic quarantine certificate', '水产苗种检疫合格证明'],
  meat_quality: ['Meat quality inspection certificate', '肉品品质检验合格证'],
  asf_report: ['African swine fever test report', '非洲猪瘟检测报告'],
  origin_cert: ['Proof of origin', '产地证明'],
  veg_test_cert: ['Vegetable test certificate', '蔬菜检测合格证'],
  purchase_voucher: ['Purchase voucher', '购货凭证'],
  sales_voucher: ['Sales voucher', '销售凭证'],
  import_quarantine: ['Inspection and quarantine certificate for inbound goods', '入境货物检验检疫证明'],
  customs_decl: ['Customs declaration', '进口货物报关单'],
  lab_report: ['Laboratory report', '检测报告'],
  rapid_test_sheet: ['Rapid test sheet', '快速检测单'],
  disinfection: ['Disinfection certificate', '消毒证明'],
  three_products_one_mark: [
    'Organic, green, pollution-free or geographical indication certificate',
    '三品一标证书',
  ],
  other: ['Other document', '其他凭证'],
  unknown: ['Document of unknown type', '类型未知的凭证'],
} as const satisfies Readonly<Record<string, readonly [en: string, zh: string]>>

export type DocumentType = keyof typeof DOCUMENT_TYPES

/** Whether a type says nothing of what the paper is: it may be of any. */
export const isUntoldType = (type: string): boolean => type === 'unknown' || type === 'other'
