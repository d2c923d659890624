import type { ReadOptions } from '#core/source.ts'
import { readDbf } from './dbf/read.ts'
import {
  type Declared,
  type DecodeOptions,
  type DecodeOutcome,
  decode,
  isText,
  RECORDS_MAX,
} from './decode.ts'
import { readXlsx } from './xlsx/records.ts'

/**
 * The source records of a message of any format. Texts are read at once; a workbook is read in a thread of its own.
 * What is wrong with one record stands in its `issues` and its neighbours live.
 * @throws DecodeRefusal where the message as a whole cannot be read
 */
export async function decodeMessage(
  bytes: Uint8Array,
  options: ReadOptions & Pick<DecodeOptions, 'maxRecords'>,
  declared: Declared = {},
): Promise<DecodeOutcome> {
  if (isText(options)) return decode(bytes, options, declared)
  const most = Math.min(options.maxRecords ?? RECORDS_MAX, RECORDS_MAX)
  if (options.format === 'dbf') {
    const { dbf, encoding } = options
    const { records, codePage } = readDbf(bytes, { dbf, declared: declared.charset ?? encoding }, most)
    return {
      records,
      encoding: codePage.name,
      encodingMismatch: codePage.mismatch,
      envelope: {},
      unjoined: [],
    }
  }
  const records = await readXlsx(bytes, options.xlsx, most, options)
  return { records, encoding: 'xlsx', encodingMismatch: false, envelope: {}, unjoined: [] }
}
