import type { DocumentType } from './document-type.ts'

/** A generation of the printed form of a document, and the dates of issue for which it was the one in use. */
export interface DocumentForm {
  readonly type: DocumentType
  /** Year by which the generation is known: `2021`. */
  readonly form: string
  readonly titleEn: string
  readonly titleZh: string
  /** First and last date of issue, `YYYY-MM-DD`, both included; no last date while it is in use. */
  readonly validFrom: string
  readonly validTo?: string
  /** Act that brought it. */
  readonly source: string
}

/** First day of the quarantine papers of 2026: no A and B, no destination on those for products. */
export const QUARANTINE_2026 = '2026-01-01'
const QUARANTINE_LAST = '2025-12-31'

function quarantine2010(type: DocumentType, titleZh: string, titleEn: string): DocumentForm {
  return {
    type,
    form: '2010',
    titleEn,
    titleZh: `动物检疫合格证明（${titleZh}）`,
    validFrom: '2010-03-01',
    validTo: QUARANTINE_LAST,
    source: '动物检疫管理办法（农业部令2010年第6号）',
  }
}

function quarantine2026(type: DocumentType, titleZh: string, titleEn: string): DocumentForm {
  return {
    type,
    form: '2026',
    titleEn,
    titleZh,
    validFrom: QUARANTINE_2026,
    source: '农业农村部2025年9月动物检疫证明填写及应用规范通知',
  }
}

const FORMS: readonly DocumentForm[] = [
  {
    type: 'promise_cert',
    form: '2019',
    titleEn: 'Certificate of edible farm products (pilot)',
    titleZh: '食用农产品合格证',
    validFrom: '2019-12-01',
    validTo: '2021-10-31',
    source: '农质发〔2019〕6号',
  },
  {
    type: 'promise_cert',
    form: '2021',
    titleEn: 'Commitment certificate (trial)',
    titleZh: '承诺达标合格证',
    validFrom: '2021-11-01',
    validTo: '2026-01-31',
    source: '农质发〔2021〕16号',
  },
  {
    type: 'promise_cert',
    form: '2026',
    titleEn: 'Commitment certificate',
    titleZh: '承诺达标合格证',
    validFrom: '2026-02-01',
    source: '农业农村部令2025年第4号',
  },
  quarantine2010('animal_A', '动物A', 'Animal quarantine certificate A'),
  quarantine2010('animal_B', '动物B', 'Animal quarantine certificate B'),
  quarantine2010('product_A', '产品A', 'Animal product quarantine certificate A'),
  quarantine2010('product_B', '产品B', 'Animal product quarantine certificate B'),
  quarantine2026('animal_2026', '动物检疫证明（动物）', 'Animal quarantine certificate, animals'),
  quarantine2026('product_2026', '动物检疫证明（动物产品）', 'Animal quarantine certificate, products'),
]

/**
 * Form of a document that was in use on its date of issue (`YYYY-MM-DD`); undefined for types without a national form and for
 * dates on which the type was not issued.
 */
export function documentForm(type: DocumentType, issuedOn: string): DocumentForm | undefined {
  return FORMS.find(
    (form) =>
      form.type === type &&
      form.validFrom <= issuedOn &&
      (form.validTo === undefined || issuedOn <= form.validTo),
  )
}

const SINCE_2026: Readonly<Partial<Record<DocumentType, DocumentType>>> = {
  animal_A: 'animal_2026',
  animal_B: 'animal_2026',
  product_A: 'product_2026',
  product_B: 'product_2026',
}

/** Type that a paper has by its date of issue: a source that goes on saying 产品A in 2026 means the new certificate. */
export function documentTypeOn(type: DocumentType, issuedOn: string): DocumentType {
  return issuedOn >= QUARANTINE_2026 ? (SINCE_2026[type] ?? type) : type
}

/** Names that papers of this type bore before 2026, which sources go on using. */
export const namesBefore2026 = (type: DocumentType): DocumentType[] =>
  (Object.keys(SINCE_2026) as DocumentType[]).filter((old) => SINCE_2026[old] === type)
