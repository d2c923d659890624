import { notWorkbook } from '#adapters/push/table/refuse.ts'
import type { Source } from './source.ts'

const ZIP = 0x504b
const OLE = 0xd0cf11e0
const HEAD_BYTES = 512
/** The directory of an OLE file stands within its first blocks in all but the oddest files. */
const OLE_LOOK_BYTES = 1_048_576
const PASSWORD = Buffer.from('EncryptedPackage', 'utf16le')

/** Refuses what is called .xlsx and is none, in words that tell its sender what it is. @throws DecodeRefusal */
export function refuseOther(source: Source): void {
  const head = Buffer.from(source.read(0, HEAD_BYTES))
  if (head.length >= 4 && head.readUInt16BE(0) === ZIP) return
  if (head.length >= 4 && head.readUInt32BE(0) === OLE) throw oldFile(source)
  const text = head.toString('utf8').trimStart().toLowerCase()
  if (text.startsWith('<')) throw notWorkbook('page')
  throw notWorkbook('text')
}

/** A protected workbook and a workbook of before 2007 are the same kind of file. */
function oldFile(source: Source) {
  const look = Buffer.from(source.read(0, OLE_LOOK_BYTES))
  return notWorkbook(look.includes(PASSWORD) ? 'password' : 'old')
}
