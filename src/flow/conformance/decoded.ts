import { isDbf } from '#adapters/push/dbf/header.ts'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { isWorkbook } from '#adapters/push/sniff/sniff-xlsx.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { readAs, type SourceRecord } from '#core/source.ts'
import type { GoldenSample } from '#flow/systems/golden.ts'
import type { InstalledSystem } from '#flow/systems/registry.ts'
import type { Trial } from './check.ts'

/** A sample with its source records and the mapping of its record, which reads what has the content type of the sample. */
export interface Decoded {
  readonly sample: GoldenSample
  readonly mapping: CompiledMapping
  readonly records: readonly SourceRecord[]
}

/** The samples that are taken, decoded; a message with a wrong signature can be read, and is not taken all the same. */
export async function decodedSamples({
  system,
  samples,
}: Pick<Trial, 'samples'> & { readonly system: InstalledSystem }): Promise<Decoded[]> {
  const decoded: Decoded[] = []
  for (const sample of samples) {
    const { record, contentType } = sample.expected
    const named = system.records.get(record)?.mapping
    const mapping = named && { ...named, read: readAs(named.read, contentType) }
    const records = mapping ? await read(sample.bytes, mapping) : null
    if (mapping && Array.isArray(records) && !sample.expected.refused)
      decoded.push({ sample, mapping, records })
  }
  return decoded
}

/** The records of a message, or the refusal of the whole. Anything else that is thrown is a defect and goes on. */
export async function read(
  bytes: Uint8Array,
  mapping: CompiledMapping,
): Promise<readonly SourceRecord[] | DecodeRefusal> {
  try {
    return (await decodeMessage(bytes, mapping.read)).records
  } catch (error) {
    if (error instanceof DecodeRefusal) return error
    throw error
  }
}

/** Samples of text; those of a binary format cannot be written anew in another encoding. */
export const isText = ({ bytes }: GoldenSample): boolean => !isWorkbook(bytes) && !isDbf(bytes)
