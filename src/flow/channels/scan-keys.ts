import type { Pool } from 'pg'
import { AdapterError, type AdapterParts, type ChannelLimits } from '#adapters/adapter.ts'
import { sourceRecord } from '#adapters/push/record.ts'
import type { DeclaredScan } from '#core/channels/declared.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { recordKey } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Intake } from '#flow/intake/intake.ts'
import type { Registry } from '#flow/systems/registry.ts'
import type { ChannelStep } from '#store/channels.ts'
import { type KeyScan, openKeyScan } from '#store/key-scan.ts'
import type { ComposedChannel } from './compose.ts'

export interface ScanParts {
  readonly pool: Pool
  readonly registry: Pick<Registry, 'system'>
  readonly intake: Pick<Intake, 'voidMissing'>
  readonly now: () => number
}

/** What a scan found and did. */
export interface Scanned {
  readonly keys: number
  readonly active: number
  readonly voided: number
}

/** Records that are made void by one message. */
const BATCH = 1000
const REASON = '来源的主键清单中已没有此记录 · The source does not list it any more'

/**
 * Compares the keys that a source has now with the active records of the channel's record, and makes void what the source does not have any
 * more. More than the fuse at once, or no key at all, is taken for a fault of the source: nothing is made void then.
 * @param step the channel as it stands; its fence refuses a worker that lost its lease
 * @throws AdapterError where the list of keys cannot be had or read as a whole, or the fuse has blown
 */
export async function scanKeys(
  { pool, registry, intake, now }: ScanParts,
  channel: ComposedChannel,
  parts: AdapterParts,
  step: ChannelStep,
): Promise<Scanned> {
  const { adapter, declared } = channel
  const { system } = step
  const { scan, record = '' } = declared
  const mapping = registry.system(system)?.records.get(record)?.mapping
  if (!scan || !adapter.keys || !mapping) throw noScan('the channel names no record of one mapping')
  if (mapping.ownKeys)
    throw noScan('its records have keys of their own, of which a list of keys tells nothing')
  const receivedBeforeMs = now()
  const found = await openKeyScan(pool, { system, record, kinds: mapping.kinds, receivedBeforeMs })
  try {
    let keys = 0
    for await (const piece of adapter.keys(parts)) {
      parts.signal.throwIfAborted()
      await found.add(piece.map((key) => keyOf(key, mapping, system, receivedBeforeMs)))
      keys += piece.length
    }
    parts.signal.throwIfAborted()
    const { active, missing } = await found.count()
    const fuse = { ...scan, ...fuseOf(channel.limits) }
    if (isBlown(keys, active, missing, fuse)) throw blown(active, missing, fuse)
    const voided = missing === 0 ? 0 : await voidAll(found, intake, { record, step, parts })
    return { keys, active, voided }
  } finally {
    await found.close()
  }
}

type Fuse = Pick<DeclaredScan, 'fusePercent' | 'fuseRecords'>

/** What an operator set in place of the system.yaml. */
const fuseOf = ({ fusePercent, fuseRecords }: ChannelLimits): Partial<Fuse> => ({
  ...(fusePercent === undefined ? {} : { fusePercent }),
  ...(fuseRecords === undefined ? {} : { fuseRecords }),
})

/** One record may always be missing, where the fuse lets any: of few records one is a large share. */
function isBlown(
  keys: number,
  active: number,
  missing: number,
  { fusePercent, fuseRecords = Number.POSITIVE_INFINITY }: Fuse,
): boolean {
  if (missing === 0) return false
  const most = fusePercent === 0 ? 0 : Math.max(1, Math.floor((active * fusePercent) / 100))
  return keys === 0 || missing > Math.min(most, fuseRecords)
}

async function voidAll(
  found: KeyScan,
  intake: Pick<Intake, 'voidMissing'>,
  {
    record,
    step,
    parts,
  }: { readonly record: string; readonly step: ChannelStep; readonly parts: AdapterParts },
): Promise<number> {
  let voided = 0
  for (let after = ''; ; ) {
    parts.signal.throwIfAborted()
    const rows = await found.missing(after, BATCH)
    const last = rows.at(-1)
    if (last === undefined) return voided
    const missing = rows.map(({ id, kind, version }) => ({ id, kind: kind as Kind, version }))
    voided += await intake.voidMissing({
      system: step.system,
      record,
      missing,
      reason: REASON,
      channel: step,
    })
    after = last.id
  }
}

/** A key as the identifier of a record has it behind its kind: read by the mapping, as the key of a whole record is. */
function keyOf(
  key: Readonly<Record<string, string>>,
  mapping: CompiledMapping,
  system: string,
  receivedAtMs: number,
): string {
  const source = sourceRecord(0, '', { ...key }, (_, field) => field)
  const { key: parts } = mapping.map(source, { receivedAtMs })
  // To pass over it would be to take its record for deleted.
  if (parts === null) throw new AdapterError('source', 'the mapping can make no key of a key of the source')
  return recordKey(system, mapping.record, parts)
}

const noScan = (detail: string): AdapterError => new AdapterError('config', detail, { setting: '/scan' })

const blown = (active: number, missing: number, { fusePercent, fuseRecords }: Fuse): AdapterError => {
  const most = `${fusePercent} %${fuseRecords === undefined ? '' : ` or ${fuseRecords} records`}`
  return new AdapterError(
    'source',
    `${missing} of ${active} records are not in the list of keys, more than ${most} at once: nothing was made void`,
    { setting: '/scan/fuse' },
  )
}
