import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { ReadOptions } from '#core/source.ts'
import type { InstalledRecord } from './registry.ts'

/** How the messages of a record are read, with the most records that its interface document allows in one. */
export const readOptions = (
  { maxRecords }: Pick<InstalledRecord, 'maxRecords'>,
  { read }: CompiledMapping,
): ReadOptions & { readonly maxRecords?: number } =>
  maxRecords === undefined ? read : { ...read, maxRecords }
