import type { SourceRecord } from '#core/source.ts'
import { type DecodedText, decodeText, type Encoding } from './charset.ts'
import { createLineReader } from './json/line.ts'
import { refuseOther } from './json/refuse.ts'
import { DecodeRefusal } from './refusal.ts'
import { tooMany } from './too-many.ts'

export interface LineLimits {
  readonly maxDepth: number
  readonly maxRecords: number
}

export interface LineRecords {
  readonly records: SourceRecord[]
  readonly encoding: Encoding
}

/** The records of NDJSON bytes: one for each line that is not blank. A line with broken bytes or broken JSON is rejected alone. */
export function readLines(bytes: Uint8Array, limits: LineLimits): LineRecords {
  let whole: DecodedText
  try {
    whole = decodeText(bytes)
  } catch (refusal) {
    if (refusal instanceof DecodeRefusal && bytes.includes(0x0a)) return readDamaged(bytes, limits)
    throw refusal
  }
  refuseOther(whole.text)
  const reader = createLineReader(limits.maxDepth)
  const records: SourceRecord[] = []
  let number = 0
  for (let at = 0; at < whole.text.length; ) {
    const end = lineEnd(whole.text, at)
    const record = reader.read(whole.text.slice(at, end), ++number)
    if (record) keep(records, record, limits.maxRecords)
    at = end + 1
  }
  return { records, encoding: whole.encoding }
}

function keep(records: SourceRecord[], record: SourceRecord, maxRecords: number): void {
  if (records.length >= maxRecords) throw tooMany(null, maxRecords, record.path)
  records.push(record)
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

/** Line by line: only those with broken bytes are lost. 0x0A is never part of a character in UTF-8 and GB 18030. */
function readDamaged(bytes: Uint8Array, limits: LineLimits): LineRecords {
  const reader = createLineReader(limits.maxDepth)
  const records: SourceRecord[] = []
  let encoding: Encoding = 'utf-8'
  let number = 0
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf(0x0a, at)
    const end = found < 0 ? bytes.length : found
    number++
    const line = lineText(bytes.subarray(at, end))
    if (line?.encoding === 'gb18030') encoding = 'gb18030'
    const record = line ? reader.read(line.text, number) : reader.unreadable(number)
    if (record) keep(records, record, limits.maxRecords)
    at = end + 1
  }
  return { records, encoding }
}

function lineText(line: Uint8Array): DecodedText | null {
  try {
    return decodeText(line)
  } catch {
    return null
  }
}
