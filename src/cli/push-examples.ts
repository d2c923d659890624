import { createHash } from 'node:crypto'
import { decodeText } from '#adapters/push/charset.ts'
import type { MappedSource } from '#core/mapping/mapping.ts'
import { decodedSamples, isText } from '#flow/conformance/decoded.ts'
import { readSamples } from '#flow/systems/golden.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import type { InstalledSystem } from '#flow/systems/registry.ts'

/** Path of the generated file. */
export const PUSH_EXAMPLES = 'src/api/push-examples.json'

const LONGEST = 4000
const RECEIVED = { receivedAtMs: Date.UTC(2026, 10, 1) }

/** One push as the documentation shows it: what is sent, and the receipt. */
interface PushExample {
  readonly summary: string
  readonly contentType: string
  readonly body: string
  readonly receipt: object
}

/** The text of `src/api/push-examples.json`: for each record of each system its smallest valid sample, and what the hub answers. */
export async function pushExamplesText(mappings: string): Promise<string> {
  const examples: Record<string, PushExample> = {}
  for (const system of (await loadRegistry(mappings)).systems.values())
    Object.assign(examples, await examplesOf(system))
  return `${JSON.stringify(examples, null, 2)}\n`
}

async function examplesOf(system: InstalledSystem): Promise<Record<string, PushExample>> {
  const trial = { system, samples: await readSamples(system), ...RECEIVED, hub: null }
  const examples: Record<string, PushExample> = {}
  const smallFirst = (await decodedSamples(trial)).sort(
    (a, b) => a.sample.bytes.length - b.sample.bytes.length,
  )
  for (const { sample, mapping, records } of smallFirst) {
    const name = mapping.name
    if (name in examples || !sample.name.startsWith('valid/') || !isText(sample)) continue
    const body = decodeText(sample.bytes).text
    const mapped = records.map((record) => mapping.map(record, RECEIVED))
    if (body.length > LONGEST || mapped.some(({ records: [first] }) => first?.operation !== 'upsert'))
      continue
    const { title } = mapping
    examples[name] = {
      summary: `${name} · ${system.title.zh}·${title.zh}`,
      contentType: sample.expected.contentType.split(';', 1)[0] ?? '',
      body,
      receipt: receiptOf(system.id, mapping.record, sample.bytes, mapped),
    }
  }
  return examples
}

/** What a hub that has never seen the records answers. */
function receiptOf(system: string, record: string, bytes: Buffer, mapped: readonly MappedSource[]): object {
  const rejected = mapped.filter((source) => source.rejected).length
  return {
    receipt: '019826d2-3a5c-7c41-9d2e-5f0b6a1c8e37',
    system,
    record,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    state: 'done',
    receivedAt: '2024-04-15T00:00:01.204Z',
    received: mapped.length,
    accepted: mapped.length - rejected,
    unchanged: 0,
    rejected,
    results: mapped.map(({ index, key, issues, records }) => ({
      index,
      key,
      result: 'created',
      records: records.map(({ kind, id }) => ({ kind, id, version: 1 })),
      ...(issues.length > 0 ? { issues } : {}),
    })),
  }
}
