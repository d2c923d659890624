import { notWorkbook } from './refuse.ts'
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
  if (text.startsWith('<'))
    throw notWorkbook('not a workbook, but a web page or XML file that is named like one')
  throw notWorkbook('not a workbook: a text such as CSV that is named like one')
}

/** A protected workbook and a workbook of before 2007 are the same kind of file. */
function oldFile(source: Source) {
  const look = Buffer.from(source.read(0, OLE_LOOK_BYTES))
  if (look.includes(PASSWORD)) return notWorkbook('the workbook is protected by a password')
  return notWorkbook('a workbook of the format before 2007 (.xls)')
}
