import { readFile } from 'node:fs/promises'
import { TextDecoder } from 'node:util'
import { parse } from 'csv-parse/sync'

export const SYSTEM = 'quzhou-animal-quarantine'
export const SAMPLES = `mappings/${SYSTEM}/samples`

/** Cells as the bytes that a dump has: each character stands for one byte. */
export type Row = Record<string, string>

export const gb18030 = (bytes: string): string =>
  new TextDecoder('gb18030').decode(Buffer.from(bytes, 'latin1'))
export async function sampleRows(file: string): Promise<{ bytes: Buffer; rows: Row[] }> {
  const bytes = await readFile(`${SAMPLES}/${file}.csv`)
  const options = { relax_column_count: true, columns: (names: string[]) => names.map(gb18030) }
  return { bytes, rows: parse(bytes.toString('latin1'), options) as unknown as Row[] }
}
