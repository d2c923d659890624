import { hash } from 'node:crypto'
import type { Pool } from 'pg'
import { decode } from '#adapters/push/decode.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { HubError } from '#core/errors.ts'
import { SCHEMA_VERSION } from '#core/model/record.ts'
import { countResults, type Receipt } from '#core/receipt.ts'
import { createDriftCounts } from '#flow/drift/drift-counts.ts'
import { driftNotes } from '#flow/drift/message-drift.ts'
import type { InstalledRecord, Registry } from '#flow/systems/registry.ts'
import { isConflict } from '#store/database-errors.ts'
import { findIdempotencyKey } from '#store/idempotency-keys.ts'
import { readReceipt } from '#store/receipts.ts'
import { readSystemIds } from '#store/systems.ts'
import { CANONICAL, canonicalSources, readCanonical } from './canonical-sources.ts'
import { createGroupCommit } from './group-commit.ts'
import type { Intake, PushRequest } from './intake.ts'
import { messageId } from './message-id.ts'
import { prepareSources } from './prepare.ts'
import { refuse } from './refuse.ts'
import type { KeyedResult } from './results-text.ts'
import { receiptOf } from './stored-receipt.ts'
import type { IntakeMessage } from './write.ts'

/** Records in one message that are done when answered; the sender of more splits them. */
export const RECORDS_MAX = 5000

export interface IntakeParts {
  readonly pool: Pool
  readonly registry: Registry
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Called after each COMMIT that may have made changes. */
  readonly onCommitted: () => void
}

/** The way in for pushed messages and canonical records. */
export function createIntake({ pool, registry, clock, onCommitted }: IntakeParts): Intake {
  const group = createGroupCommit(pool, onCommitted)
  const drift = createDriftCounts(pool)
  const underWay = new Map<string, { sha256: Buffer; receipt: Promise<Receipt> }>()

  const write = async (message: IntakeMessage): Promise<Receipt> =>
    receiptFrom(message, await group.write(message))

  /** The receipt of an earlier use of the same key, if there is one; another body under the same key is refused. */
  const earlierReceipt = async (system: string, key: string, sha256: Buffer): Promise<Receipt | null> => {
    const use = await findIdempotencyKey(pool, system, key)
    if (!use) return null
    if (!use.sha256.equals(sha256)) throw new HubError('idempotency_conflict')
    const stored = await readReceipt(pool, use.messageId)
    return stored && receiptOf(stored)
  }

  const once = async (
    system: string,
    key: string,
    sha256: Buffer,
    work: () => Promise<Receipt>,
  ): Promise<Receipt> => {
    const name = `${system}\n${key}`
    const current = underWay.get(name)
    if (current) {
      if (!current.sha256.equals(sha256)) throw new HubError('idempotency_conflict')
      return current.receipt
    }
    const receipt = (async () => {
      const earlier = await earlierReceipt(system, key, sha256)
      if (earlier) return earlier
      try {
        return await work()
      } catch (error) {
        const other = isConflict(error) ? await earlierReceipt(system, key, sha256) : null
        if (other) return other
        throw error
      }
    })()
    underWay.set(name, { sha256, receipt })
    try {
      return await receipt
    } finally {
      underWay.delete(name)
    }
  }

  const start = (
    request: Pick<PushRequest, 'system' | 'bytes' | 'idempotencyKey'>,
    take: (sha256: Buffer) => Promise<Receipt>,
  ) => {
    if (request.bytes.length === 0) throw new HubError('empty_body')
    const sha256 = hash('sha256', request.bytes, 'buffer')
    const { idempotencyKey: key } = request
    return key === undefined ? take(sha256) : once(request.system, key, sha256, () => take(sha256))
  }

  return {
    push(request) {
      return start(request, async (sha256) => {
        const record = installedRecord(registry, request.system, request.record)
        const { mapping } = record
        if (!mapping)
          throw new HubError('mapping_broken', {
            detail: `${request.system}/${request.record}`,
            retryAfterMs: 60_000,
          })
        const receivedAtMs = clock()
        const id = messageId(receivedAtMs)
        const base = {
          ...request,
          idempotencyKey: request.idempotencyKey,
          id,
          receivedAtMs,
          sha256,
          mapping: `${mapping.name}@${mapping.version}`,
        }
        try {
          const decoded = decode(request.bytes, mapping.read, charsetOf(request.contentType))
          if (decoded.records.length > (record.maxRecords ?? RECORDS_MAX))
            throw tooMany(decoded.records.length)
          const notes = driftNotes(mapping)
          const receipt = await write({
            ...base,
            encoding: decoded.encoding,
            ...prepareSources(decoded.records, mapping, receivedAtMs, notes),
          })
          drift.add(base, notes.drift, mapping.watch?.fields ?? [])
          return receipt
        } catch (error) {
          if (error instanceof DecodeRefusal) return refuse(pool, base, error)
          throw error
        }
      })
    },
    async pushCanonical(request) {
      if (request.bytes.length === 0) throw new HubError('empty_body')
      const receivedAtMs = clock()
      const read = readCanonical(request.bytes)
      const { system } = read
      request.mayPush(system)
      // A system that pushes canonical records needs no folder: being registered is enough.
      if (!registry.system(system) && !(await readSystemIds(pool)).includes(system)) {
        throw unknownSystem(registry, system)
      }
      if (read.records.length > RECORDS_MAX) throw tooMany(read.records.length)
      return start({ ...request, system }, (sha256) =>
        write({
          id: messageId(receivedAtMs),
          receivedAtMs,
          sha256,
          system,
          record: CANONICAL,
          mapping: `${CANONICAL}@${SCHEMA_VERSION}`,
          bytes: request.bytes,
          contentType: 'application/json',
          encoding: 'utf-8',
          keyId: request.keyId,
          idempotencyKey: request.idempotencyKey,
          ...canonicalSources(read),
        }),
      )
    },
    writeCounts: () => drift.write(),
    async close() {
      await group.close()
      await drift.close()
    },
  }
}

const tooMany = (records: number): HubError =>
  new HubError('too_large', { detail: `${records} records in one message` })

const unknownSystem = (registry: Registry, system: string): HubError =>
  new HubError('unknown_system', { detail: system, members: { known: [...registry.systems.keys()] } })

function installedRecord(registry: Registry, system: string, record: string): InstalledRecord {
  const installed = registry.system(system)
  if (!installed) throw unknownSystem(registry, system)
  const found = installed.records.get(record)
  if (!found)
    throw new HubError('unknown_record', {
      detail: `${system}/${record}`,
      members: { known: [...installed.records.keys()] },
    })
  return found
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i
const charsetOf = (contentType: string): { charset?: string } => {
  const charset = CHARSET.exec(contentType)?.[1]
  return charset ? { charset } : {}
}

function receiptFrom(message: IntakeMessage, results: readonly KeyedResult[]): Receipt {
  return {
    receipt: message.id,
    system: message.system,
    record: message.record,
    sha256: message.sha256.toString('hex'),
    state: 'done',
    receivedAt: new Date(message.receivedAtMs).toISOString(),
    ...countResults(results),
    results: results.map(({ recordKeys: _, ...result }) => result),
  }
}
