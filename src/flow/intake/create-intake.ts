import { hash } from 'node:crypto'
import type { Pool } from 'pg'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { TooManyRecords, tooMany as tooManyParts } from '#adapters/push/too-many.ts'
import { HubError } from '#core/errors.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { SCHEMA_VERSION } from '#core/model/record.ts'
import { countResults, type Receipt } from '#core/receipt.ts'
import { readAs } from '#core/source.ts'
import { createDriftCounts } from '#flow/drift/drift-counts.ts'
import { driftNotes } from '#flow/drift/message-drift.ts'
import { createReceive } from '#flow/large/receive.ts'
import { accept } from '#flow/peers/decide-claim.ts'
import { takeChanges } from '#flow/peers/take-changes.ts'
import { readOptions } from '#flow/systems/read-options.ts'
import type { Registry } from '#flow/systems/registry.ts'
import { isConflict } from '#store/database-errors.ts'
import { findIdempotencyKey } from '#store/idempotency-keys.ts'
import { readReceipt } from '#store/receipts.ts'
import { readSystemIds } from '#store/systems.ts'
import { CANONICAL, canonicalSources, readCanonical } from './canonical-sources.ts'
import { checkSignature } from './check-signature.ts'
import { createGroupCommit } from './group-commit.ts'
import type { Intake, PushRequest } from './intake.ts'
import { messageId } from './message-id.ts'
import { messageParts } from './parts.ts'
import { prepareSources } from './prepare.ts'
import { refuse } from './refuse.ts'
import { receiptOf } from './stored-receipt.ts'
import { charsetOf, mappingName, targetOf, unknownSystem } from './target.ts'
import { voidMissing } from './void-missing.ts'
import type { IntakeMessage, WrittenMessage } from './write.ts'
import { writeOwn } from './write-own.ts'

/** Records in one message that are done when answered; a message with more is a large one. */
export const RECORDS_MAX = 5000

/** A signed message is never a large one. */
const WHOLE_MAX_BYTES = 8 * 1024 * 1024

export interface IntakeParts {
  readonly pool: Pool
  readonly registry: Registry
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Called after each COMMIT that may have made changes. */
  readonly onCommitted: () => void
  /** Called when a large message waits to be worked on. */
  readonly onWaiting?: (id: string) => void
}

/** The way in for pushed messages and canonical records. */
export function createIntake({
  pool,
  registry,
  clock,
  onCommitted,
  onWaiting = () => {},
}: IntakeParts): Intake {
  const group = createGroupCommit(pool, onCommitted)
  const receive = createReceive({ pool, clock, onWaiting })
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

  const keyed = (
    { system, idempotencyKey: key }: Pick<PushRequest, 'system' | 'idempotencyKey'>,
    sha256: Buffer,
    work: () => Promise<Receipt>,
  ): Promise<Receipt> => (key === undefined ? work() : once(system, key, sha256, work))

  const start = (
    request: Pick<PushRequest, 'system' | 'bytes' | 'idempotencyKey'>,
    take: (sha256: Buffer) => Promise<Receipt>,
  ) => {
    if (request.bytes.length === 0) throw new HubError('empty_body')
    const sha256 = hash('sha256', request.bytes, 'buffer')
    return keyed(request, sha256, () => take(sha256))
  }

  return {
    push(request) {
      return start(request, async (sha256) => {
        const target = targetOf(registry, request.system, request.record)
        const { record, mapping } = target
        const receivedAtMs = clock()
        const id = messageId(receivedAtMs)
        const base = {
          ...request,
          idempotencyKey: request.idempotencyKey,
          id,
          receivedAtMs,
          sha256,
          mapping: mappingName(mapping),
        }
        try {
          const maxRecords = record.maxRecords ?? RECORDS_MAX
          const decoded = await decodeMessage(
            request.bytes,
            { ...readOptions(record, mapping, request.contentType), maxRecords },
            charsetOf(request.contentType),
          )
          const signing = registry.system(request.system)?.sign
          // What a channel fetched is vouched for by where it was fetched.
          if (signing && !request.channel)
            await checkSignature(pool, signing, {
              ...request,
              read: readAs(mapping.read, request.contentType),
            })
          // Bases that are kept cost as much as records.
          if ((decoded.parts?.bases.length ?? 0) > maxRecords) throw tooManyParts(null, maxRecords, '')
          const notes = driftNotes(mapping)
          const receipt = await write({
            ...base,
            encoding: decoded.encoding,
            ...prepareSources(decoded.records, mapping, receivedAtMs, { notes }),
            parts: messageParts(decoded.parts, mapping),
          })
          drift.add(base, notes.drift, mapping.watch?.fields ?? [])
          return receipt
        } catch (error) {
          if (error instanceof TooManyRecords) {
            const { sign } = registry.system(request.system) ?? {}
            if (record.maxRecords !== undefined || (sign && !request.channel))
              throw tooMany(record.maxRecords ?? RECORDS_MAX)
            // The use of its key is settled around all of this.
            const large = { ...request, chunks: asChunks(request.bytes) }
            return await receive(large, target, (_, work) => work())
          }
          if (error instanceof DecodeRefusal) return refuse(pool, base, error, request.channel)
          throw error
        }
      })
    },
    async pushLarge(request) {
      const target = targetOf(registry, request.system, request.record)
      // What is signed is the whole text, so the whole text is needed before a part of it is believed.
      if (registry.system(request.system)?.sign && !request.channel)
        return await this.push({ ...request, bytes: await gathered(request.chunks) })
      return await receive(request, target, (sha256, work) => keyed(request, sha256, work))
    },
    async pushCanonical(request) {
      if (request.bytes.length === 0) throw new HubError('empty_body')
      const receivedAtMs = clock()
      const read = readCanonical(request.bytes)
      const { system } = read
      request.mayPush(system)
      if (system === OWN_SYSTEM)
        throw new HubError('forbidden', { detail: `${OWN_SYSTEM} is the hub itself: nobody pushes for it` })
      // A system that pushes canonical records needs no folder: being registered is enough.
      if (!registry.system(system) && !(await readSystemIds(pool)).includes(system)) {
        throw unknownSystem(registry, system)
      }
      if (read.records.length > RECORDS_MAX) throw tooMany(RECORDS_MAX)
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
    takeChanges: (request) => takeChanges({ pool, clock, write: group.write }, request),
    acceptClaim: (id, by) => accept({ pool, clock, write: group.write }, id, by),
    voidMissing: (request) => voidMissing({ clock, write: group.write }, request),
    writeOwn: (request) => writeOwn({ pool, clock, write: group.write }, request),
    writeCounts: () => drift.write(),
    async close() {
      await group.close()
      await drift.close()
    },
  }
}

const tooMany = (most: number): HubError =>
  new HubError('too_large', { detail: `more than ${most} records in one message` })

/** The bytes of a message that has to be held whole. */
async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const held: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > WHOLE_MAX_BYTES)
      throw new HubError('too_large', { detail: `a signed message may have ${WHOLE_MAX_BYTES} bytes` })
    held.push(chunk)
  }
  return Buffer.concat(held, size)
}

async function* asChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function receiptFrom(message: IntakeMessage, { results, completed }: WrittenMessage): Receipt {
  return {
    receipt: message.id,
    system: message.system,
    record: message.record,
    sha256: message.sha256.toString('hex'),
    state: 'done',
    receivedAt: new Date(message.receivedAtMs).toISOString(),
    ...countResults(results),
    results: results.map(({ recordKeys: _, ...result }) => result),
    ...(completed.length === 0 ? {} : { completed: completed.map(({ recordKeys: _, ...result }) => result) }),
  }
}
