import { hash } from 'node:crypto'
import { isEarTagShape } from '#core/identifiers/eartag.ts'
import { gs1CheckOk, gtin14 } from '#core/identifiers/gs1.ts'
import type { Body } from '#core/model/body.ts'
import { parseRecordId } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import { normaliseCode } from '#core/text.ts'
import { documentCode, type GraphCode, isCode, lotCode, recordCode } from './codes.ts'
import { readElements } from './gs1-elements.ts'
import { codesOfAddress, comparedAddress, DIGITAL_LINK, scannedAddress } from './scanned.ts'

/**
 * Codes by which a record is found although they are none of the graph: an ear tag on a certificate, the number of a retail ticket or of a test, a GTIN
 * with a lot or a serial in any of the forms of GS1, the address in the QR code of a certificate, as a digest. They lead to the goods or the paper that the record tells of.
 */
export type OtherScheme = 'cn.eartag15' | 'number' | 'gs1' | 'url'

const codeOf = (scheme: OtherScheme, value: string): string => `${scheme}:${value}`

/** The other codes of a record, for the index of codes. */
export function otherCodes(kind: Kind, id: string, body: Body): string[] {
  const codes: string[] = []
  for (const { earTags } of body.documents ?? [])
    for (const tag of earTags ?? []) if (isEarTagShape(tag)) codes.push(codeOf('cn.eartag15', tag))
  for (const { role, url } of body.documents ?? [])
    if (role === 'self' && url !== undefined) codes.push(...addressCodes(url))
  if (kind === 'test' || (kind === 'sale' && body.saleKind === 'retail')) {
    const number = parseRecordId(id)?.key.at(-1)
    if (number) codes.push(codeOf('number', normaliseCode(number)))
  }
  const gtins = (body.product?.ids ?? []).filter(({ scheme }) => scheme === 'gs1.gtin')
  for (const { role, value } of body.lots ?? []) {
    if (role !== 'subject') continue
    const [told] = readGs1(value)
    if (told !== undefined) codes.push(codeOf('gs1', told))
    else
      for (const gtin of gtins) codes.push(codeOf('gs1', `01${gtin14(gtin.value)}10${normaliseCode(value)}`))
  }
  return codes.filter(isCode)
}

/** The other codes that a text typed by a person or read by a scanner may mean. */
export function otherCodesMeant(text: string): string[] {
  const own = codesOfAddress(text) ?? [text]
  return [...gs1CodesMeant(text), ...addressCodes(text), ...own.flatMap(othersTyped)].filter(isCode)
}

/** The code of an address, where the text is one. It may hold a secret of the certificate, so that a digest stands for it. */
export function addressCodes(text: string): string[] {
  const address = comparedAddress(text)
  return address === null ? [] : [codeOf('url', hash('sha256', address, 'hex').slice(0, 32))]
}

/** The codes of a GTIN with a lot or a serial, where the text is one in any form of GS1. */
export const gs1CodesMeant = (text: string): string[] =>
  readGs1(text.trim())
    .map((told) => codeOf('gs1', told))
    .filter(isCode)

function othersTyped(text: string): string[] {
  const code = normaliseCode(text)
  if (code === '') return []
  const bare = code.replaceAll('-', '')
  return [...(isEarTagShape(bare) ? [codeOf('cn.eartag15', bare)] : []), codeOf('number', code)]
}

/** Scheme of one of these codes. */
export const otherScheme = (code: string): OtherScheme => code.slice(0, code.indexOf(':')) as OtherScheme

/** What goods, or failing them what paper, a record tells of. */
export function nodesOf(kind: Kind, id: string, body: Body): GraphCode[] {
  const subject = (body.lots ?? []).filter(({ role }) => role === 'subject')
  if (subject.length > 0) return subject.map(({ scheme, value }) => lotCode(scheme, value))
  const own = recordCode(kind, id, body)
  if (own !== null) return [own]
  const papers = (body.documents ?? []).filter(({ role }) => role === 'self' || role === 'voucher')
  return papers.map(({ number }) => documentCode(number))
}

/** A certificate with the last digits of one of its ear tags, as a veterinarian writes them: `3308000218 301`, `3308000218#301`. */
export interface TagOfPaper {
  readonly paper: GraphCode
  readonly tail: string
}
const TAG_OF_PAPER = /^(.*[^\s#＃])(?:\s*[#＃]\s*|\s+)(?:耳标)?(\d{3,8})$/

export function tagOfPaper(text: string): TagOfPaper | null {
  const [, number, tail] = TAG_OF_PAPER.exec(text.trim()) ?? []
  return number && tail ? { paper: documentCode(normaliseCode(number)), tail } : null
}

/** The ear tags of a record's certificate that end with these digits, as they are written there. */
export const tagsEnding = ({ documents = [] }: Body, tail: string): string[] =>
  documents.flatMap(({ role, earTags = [] }) =>
    role === 'self' ? (earTags ?? []).filter((tag) => tag.endsWith(tail)) : [],
  )

/** Whether the text has the form of the last digits of an ear tag, which say nothing without a certificate. */
export const isTagTail = (text: string): boolean => /^\d{3,8}$/.test(text.trim())

const URN = /^urn:epc:(?:id:sgtin|class:lgtin):(\d{6,12})\.(\d{1,7})\.(.+)$/i
const PLUS = /^(\d{8}|\d{12,14})\+([!-~]{1,20})$/

/**
 * GTIN with lot or serial as one element string without brackets, `01<GTIN-14>10<lot>` or `01<GTIN-14>21<serial>`: from element strings as they are
 * printed or as a scanner gives them, a GS1 Digital Link, an EPC URI of a serial or a lot, or `<GTIN>+<lot>`. The lot first where the text has both.
 */
export function readGs1(text: string): string[] {
  const urn = URN.exec(text)
  if (urn) {
    const [, company = '', item = '', serial = ''] = urn
    if (company.length + item.length !== 13) return []
    const digits = `${item.slice(0, 1)}${company}${item.slice(1)}`
    return [`01${digits}${checkDigit(digits)}${/lgtin/i.test(text) ? '10' : '21'}${unescaped(serial)}`]
  }
  const link = DIGITAL_LINK.exec(scannedAddress(text) ?? '')
  if (link)
    return [
      `01${gtin14(link[1] ?? '')}${/^(?:21|ser)$/i.test(link[2] ?? '') ? '21' : '10'}${unescaped(link[3] ?? '')}`,
    ]
  const code = text.replace(/\s+/g, '')
  const plus = PLUS.exec(code)
  if (plus) return gs1CheckOk(plus[1] ?? '') ? [`01${gtin14(plus[1] ?? '')}10${plus[2]}`] : []
  return readElements(code)
}

const checkDigit = (digits: string): number =>
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].find((digit) => gs1CheckOk(`${digits}${digit}`)) ?? 0

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
