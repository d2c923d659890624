import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WORKBOOK_TYPE } from '#core/mapping/backward/workbook.ts'

const SYSTEM = 'jiaxing-wholesale'
const READ = {
  csv: '{ format: csv, encoding: utf-8 }',
  ndjson: '{ format: ndjson, encoding: utf-8 }',
  xml: '{ format: xml, encoding: utf-8, xml: { roots: [row] } }',
  xlsx: '{ format: xlsx }',
}

/** A folder of mappings in which the trades of jiaxing-wholesale may also come as CSV, NDJSON, XML and XLSX: the same mapping, read otherwise. */
export async function fileMappings(mappings: string, folder: string): Promise<string> {
  const own = join(folder, 'mappings')
  const system = join(own, SYSTEM)
  await cp(join(mappings, SYSTEM), system, { recursive: true })
  const mapping = await readFile(join(system, 'trade.yaml'), 'utf8')
  for (const [format, read] of Object.entries(READ)) {
    const changed = mapping
      .replace(/^mapping: .*$/m, `mapping: ${SYSTEM}/trade-${format}`)
      .replace(/^read: .*$/m, `read: ${read}`)
    await writeFile(join(system, `trade-${format}.yaml`), changed)
  }
  const file = join(system, 'system.yaml')
  const records = [
    '  trade-csv: { mapping: trade-csv.yaml, accepts: [text/csv] }',
    '  trade-ndjson: { mapping: trade-ndjson.yaml, accepts: [application/x-ndjson] }',
    '  trade-xml: { mapping: trade-xml.yaml, accepts: [text/xml] }',
    `  trade-xlsx: { mapping: trade-xlsx.yaml, accepts: [${WORKBOOK_TYPE}] }`,
  ]
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/^records:$/m, `records:\n${records.join('\n')}`))
  return own
}
