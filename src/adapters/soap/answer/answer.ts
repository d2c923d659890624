import { AdapterError, type HttpAnswer } from '#adapters/adapter.ts'
import { failureOfStatus } from '#adapters/http/failure.ts'
import { decodeText } from '#adapters/push/charset.ts'
import { isHtmlPage } from '#adapters/push/json/refuse.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { localName, versionOf } from '#adapters/push/soap/names.ts'
import { faultError, member } from './fault.ts'
import { type XmlTree, type XmlValue, xmlTree } from './tree.ts'

/** What of an answer is looked at. */
export interface AnswerWish {
  /** Name of the elements that are rows. */
  readonly row: string
  /** Name of the element whose text is a document of its own; the rows are in there. */
  readonly inside: string | undefined
  /** The secret or setting to blame where the source does not let us in. */
  readonly accessSetting: string
  readonly urlSetting: string
  /** Pointer of the query in the settings. */
  readonly at: string
}

/** The response in the body of an envelope. */
export interface SoapAnswer {
  /** What is in it; a document in it stands in place of its text. */
  readonly response: XmlValue
  readonly rows: readonly XmlValue[]
}

/** Statuses that mean the same whatever came with them. */
const BY_STATUS = new Set([401, 403, 407, 429, 502, 503, 504])

/**
 * Reads an answer.
 * @throws AdapterError for a fault, a status that is none of success, and what is no envelope
 */
export function readAnswer(answer: HttpAnswer, wish: AnswerWish, nowMs: number): SoapAnswer {
  const { status } = answer
  if (BY_STATUS.has(status)) throw statusError(answer, wish, nowMs)
  const isFine = status >= 200 && status < 300
  let body: XmlValue | undefined
  let rows: readonly XmlValue[]
  try {
    const tree = envelopeOf(answer, wish.inside === undefined ? wish.row : null)
    rows = tree.rows
    body = member(tree.value, 'Body')
  } catch (error) {
    // What an error of HTTP came with is not what was asked for.
    throw isFine ? error : statusError(answer, wish, nowMs)
  }
  const fault = member(body, 'Fault')
  if (fault !== undefined) throw faultError(fault, wish.accessSetting, wish.at)
  if (!isFine) throw statusError(answer, wish, nowMs)
  const response = firstOf(body)
  return wish.inside === undefined ? { response, rows } : unwrapped(response, wish.inside, wish)
}

function statusError({ status, headers }: HttpAnswer, wish: AnswerWish, nowMs: number): AdapterError {
  const told = { 'retry-after': [headers['retry-after'] ?? []].flat().slice(0, 1) }
  const { class: what, detail, retryAfterMs } = failureOfStatus(status, told, nowMs)
  if (what === 'auth') return new AdapterError('auth', detail, { setting: wish.accessSetting })
  if (what === 'retry')
    return new AdapterError('retry', detail, retryAfterMs === undefined ? {} : { retryAfterMs })
  return new AdapterError('config', detail, { setting: wish.urlSetting })
}

function envelopeOf({ body, headers }: HttpAnswer, row: string | null): XmlTree {
  const type = [headers['content-type'] ?? []].flat()[0] ?? ''
  if (/^\s*multipart\//i.test(type))
    throw new AdapterError('source', 'an answer in several parts (MTOM or attachments), which is not read')
  const text = textOf(body)
  if (isHtmlPage(text)) throw new AdapterError('source', 'an HTML page in place of an envelope')
  const tree = xmlTree(text.trimStart(), row)
  if (tree.name !== 'Envelope' || versionOf(tree.namespace) === null)
    throw new AdapterError('source', 'the answer is no envelope of SOAP')
  return tree
}

export function textOf(bytes: Uint8Array): string {
  try {
    return decodeText(bytes).text
  } catch (error) {
    if (error instanceof DecodeRefusal) throw new AdapterError('source', error.reason, { cause: error })
    throw error
  }
}

/** The one element in a body; nothing where it is empty. */
function firstOf(body: XmlValue | undefined): XmlValue {
  if (typeof body !== 'object' || body === null) return null
  for (const [name, value] of Object.entries(body))
    if (!name.startsWith('@')) return Array.isArray(value) ? (value[0] ?? null) : value
  return null
}

/** The response with the document that it holds as text. */
function unwrapped(response: XmlValue, field: string, { row, at }: AnswerWish): SoapAnswer {
  const setting = `${at}/result`
  const places: { [name: string]: XmlValue | XmlValue[] }[] = []
  collect(response, localName(field), places)
  const [place, another] = places
  const text = place?.[field]
  if (place === undefined) {
    // A response without it has no rows; so do services end a list.
    if (response === null || response === '') return { response, rows: [] }
    throw new AdapterError('source', `the answer has no ${field}`, { setting })
  }
  if (another || Array.isArray(text))
    throw new AdapterError('source', `the answer has ${field} twice`, { setting })
  if (text === null || text === undefined || text === '') return { response, rows: [] }
  if (typeof text !== 'string')
    throw new AdapterError('source', `${field} holds elements, and no document as text`, { setting })
  const tree = xmlTree(text.trimStart(), row)
  place[field] = tree.value
  return { response, rows: tree.rows }
}

function collect(
  value: XmlValue | XmlValue[],
  field: string,
  into: { [name: string]: XmlValue | XmlValue[] }[],
): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const one of value) collect(one, field, into)
    return
  }
  if (Object.hasOwn(value, field)) into.push(value)
  for (const [name, one] of Object.entries(value)) if (name !== field) collect(one, field, into)
}
