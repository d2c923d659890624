import type { DecodeOptions } from '#adapters/push/decode.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { InstalledRecord } from './registry.ts'

/** How the messages of a record are read, with the most records that its interface document allows in one. */
export const readOptions = (
  { maxRecords }: Pick<InstalledRecord, 'maxRecords'>,
  { read }: CompiledMapping,
): DecodeOptions => (maxRecords === undefined ? read : { ...read, maxRecords })
