import { decodeMessage } from '#adapters/push/decode-message.ts'
import { sniff } from '#adapters/push/sniff/sniff.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { proposeMapping } from '#core/mapping/propose/propose.ts'

/** The proposal for a sample, and what its mapping makes of the records. */
export async function proposed(sample: string | Uint8Array) {
  const bytes = Buffer.from(sample)
  const { read } = await sniff(bytes)
  const { records } = await decodeMessage(bytes, read)
  const title = { zh: '甲', en: 'A' }
  const proposal = proposeMapping({ system: 'a', record: 'b', title, read, records, sample: 'valid/a.csv' })
  const { mapping, mistakes } = compileMapping({ path: 'b.yaml', text: proposal.mapping })
  const mapped = records.flatMap(
    (record) => mapping?.map(record, { receivedAtMs: Date.UTC(2026, 4, 1) }) ?? [],
  )
  return { ...proposal, mistakes, mapped }
}
