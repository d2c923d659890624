import type { Body } from '#core/model/body.ts'
import type { DocumentPart } from '#core/model/parts.ts'
import { documentForm } from './document-form.ts'
import type { DocumentType } from './document-type.ts'

/** Fields that a form of paper asks for and that the hub keeps; telephones and signatures are not kept, so they are not asked for. */
export const PAPER_FIELDS = {
  product: ['product', '产品名称'],
  quantity: ['quantity', '数量'],
  origin: ['origin', '产地或启运地点'],
  destination: ['destination', '到达地点'],
  issuer: ['issuer', '开具主体'],
  basis: ['basis of the promise', '承诺依据'],
  vehicle: ['plate of the vehicle', '运载工具牌号'],
} as const satisfies Readonly<Record<string, readonly [en: string, zh: string]>>
export type PaperField = keyof typeof PAPER_FIELDS

/** Promise: the origin may stand on the package since 2026, the pilot of 2019 had no basis. Quarantine: no destination on products since 2026. */
const FIELDS: Readonly<Partial<Record<DocumentType, Readonly<Record<string, readonly PaperField[]>>>>> = {
  promise_cert: {
    '2019': ['product', 'quantity', 'origin', 'issuer'],
    '2021': ['product', 'quantity', 'origin', 'issuer', 'basis'],
    '2026': ['product', 'quantity', 'issuer', 'basis'],
  },
  animal_A: { '2010': ['product', 'quantity', 'origin', 'destination', 'vehicle'] },
  animal_B: { '2010': ['product', 'quantity', 'origin', 'destination'] },
  product_A: { '2010': ['product', 'quantity', 'origin', 'destination', 'vehicle'] },
  product_B: { '2010': ['product', 'quantity', 'origin', 'destination'] },
  animal_2026: { '2026': ['product', 'quantity', 'origin'] },
  product_2026: { '2026': ['product', 'quantity', 'origin'] },
}

/** What the form of the paper asks for and its own record does not hold. Empty for types without a national form. */
export function missingFields(
  paper: { readonly type: DocumentType; readonly issuedOn: string; readonly form?: string | undefined },
  body: Body,
  part: DocumentPart | undefined,
): PaperField[] {
  const form = paper.form ?? documentForm(paper.type, paper.issuedOn)?.form
  const wanted = form === undefined ? undefined : FIELDS[paper.type]?.[form]
  const has: Readonly<Record<PaperField, boolean>> = {
    product: (body.product?.name ?? body.product?.code) !== undefined,
    quantity: body.quantity !== undefined || body.mass !== undefined,
    origin: (body.origin ?? body.region) !== undefined || body.sites?.some(isOrigin) === true,
    destination: body.destination !== undefined || body.sites?.some(isDestination) === true,
    issuer: body.parties?.some(({ role }) => role === 'issuer' || role === 'producer') === true,
    basis: (part?.basis?.length ?? 0) > 0,
    vehicle: body.vehicle !== undefined,
  }
  return (wanted ?? []).filter((name) => !has[name])
}

const isOrigin = ({ role }: { readonly role: string }): boolean => role === 'origin' || role === 'farm'
const isDestination = ({ role }: { readonly role: string }): boolean =>
  role === 'destination' || role === 'slaughterhouse' || role === 'market'

/** Whether the form written on a paper is one that was not in use on its day of issue, or no form of its type was. */
export function isFormOutOfUse(type: DocumentType, issuedOn: string, form: string | undefined): boolean {
  if (FIELDS[type] === undefined) return false
  const inUse = documentForm(type, issuedOn)?.form
  return inUse === undefined || (form !== undefined && form !== inUse)
}
