import { decodeText } from '#adapters/push/charset.ts'
import { isDbf } from '#adapters/push/dbf/header.ts'
import { readDbf } from '#adapters/push/dbf/read.ts'
import { RECORDS_MAX } from '#adapters/push/decode.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { ReadOptions } from '#core/source.ts'
import { sniffCsv } from './sniff-csv.ts'
import { sniffForm } from './sniff-form.ts'
import { sniffJson } from './sniff-json.ts'
import { isWorkbook, sniffXlsx } from './sniff-xlsx.ts'
import { sniffXml } from './sniff-xml.ts'

/** How the bytes of a sample can be read, and the content type that its sender most likely declares. */
export interface Sniffed {
  readonly read: ReadOptions
  readonly contentType: string
}

const WORKBOOK = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/**
 * Tells from the bytes of a sample how they can be read: format, encoding, where the records are.
 * @throws DecodeRefusal where the sample is none of the formats, or broken
 */
export async function sniff(bytes: Uint8Array): Promise<Sniffed> {
  if (isWorkbook(bytes)) return { read: await sniffXlsx(bytes), contentType: WORKBOOK }
  if (isDbf(bytes)) return { read: sniffDbf(bytes), contentType: 'application/vnd.dbf' }
  const { text, encoding } = decodeText(bytes)
  const start = text.trimStart()
  if (start === '')
    throw new DecodeRefusal('E_SCHEMA', 'line 1', 'the sample is empty', 'give a sample with records')
  const { read, contentType } = sniffText(start)
  return { read: { ...read, encoding: encoding === 'gb18030' ? 'gbk' : encoding }, contentType }
}

/** The encoding is named as programs of its place name it. */
function sniffDbf(bytes: Uint8Array): ReadOptions {
  const { name } = readDbf(bytes, {}, RECORDS_MAX).codePage
  return { format: 'dbf', encoding: name === 'gb18030' ? 'gbk' : name }
}

function sniffText(text: string): Sniffed {
  if (text.startsWith('<')) return { read: sniffXml(text), contentType: 'text/xml' }
  if (text.startsWith('{') || text.startsWith('[')) return sniffJson(text)
  const form = sniffForm(text)
  if (form !== null) return { read: form, contentType: 'application/x-www-form-urlencoded' }
  return { read: sniffCsv(text), contentType: 'text/csv' }
}
