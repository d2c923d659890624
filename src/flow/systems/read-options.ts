import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { type ReadOptions, readAs } from '#core/source.ts'
import type { InstalledRecord } from './registry.ts'

/** How the messages of a record are read, by their content type, with the most records that its interface document allows in one. */
export function readOptions(
  { maxRecords }: Pick<InstalledRecord, 'maxRecords'>,
  mapping: CompiledMapping,
  contentType: string,
): ReadOptions & { readonly maxRecords?: number } {
  const read = readAs(mapping.read, contentType)
  return maxRecords === undefined ? read : { ...read, maxRecords }
}
