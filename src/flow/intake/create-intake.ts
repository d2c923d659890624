import { hash } from 'node:crypto'
import type { Pool } from 'pg'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import { TooManyRecords, tooMany as tooManyParts } from '#adapters/push/too-many.ts'
import { HubError } from '#core/errors.ts'
import { CANONICAL } from '#core/model/identity.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { countResults, type Receipt } from '#core/receipt.ts'
import { readAs } from '#core/source.ts'
import { createDriftCounts } from '#flow/drift/drift-counts.ts'
import { driftNotes } from '#flow/drift/message-drift.ts'
import { createReceive } from '#flow/large/receive.ts'
import { accept } from '#flow/peers/decide-claim.ts'
import { takeChanges } from '#flow/peers/take-changes.ts'
import { checkSigner, isSigned, type MaybeSigned } from '#flow/signers/check-signer.ts'
import { readOptions } from '#flow/systems/read-options.ts'
import type { Registry } from '#flow/systems/registry.ts'
import { hasDataKeys } from '#store/personal/data-keys.ts'
import { readSystemIds } from '#store/systems.ts'
import { CANONICAL_READING, canonicalSources, readCanonical } from './canonical-sources.ts'
import { checkSignature } from './check-signature.ts'
import { createGroupCommit } from './group-commit.ts'
import type { Intake, LargeRequest, PushRequest } from './intake.ts'
import { messageId } from './message-id.ts'
import { createOnce, type Named } from './once.ts'
import { messageParts } from './parts.ts'
import { prepareSources } from './prepare.ts'
import { refuse } from './refuse.ts'
import { charsetOf, mappingName, targetOf, unknownSystem } from './target.ts'
import { voidMissing } from './void-missing.ts'
import type { IntakeMessage, WrittenMessage } from './write.ts'
import { writeAnew } from './write-anew.ts'
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
  const once = createOnce(pool)

  const write = async (message: IntakeMessage): Promise<Receipt> =>
    receiptFrom(message, await group.write(message))

  const start = (
    request: Named & Pick<PushRequest, 'bytes'>,
    take: (sha256: Buffer) => Promise<Receipt>,
  ): Promise<Receipt> => {
    if (request.bytes.length === 0) throw new HubError('empty_body')
    const sha256 = hash('sha256', request.bytes, 'buffer')
    return once(request, sha256, () => take(sha256))
  }

  /** The message with its id, where it was signed. One that is not believed is kept, and refused as such. */
  const believed = async (request: PushRequest): Promise<PushRequest & Named> => {
    if (request.channel || request.bytes.length === 0) return request
    const { bytes, headers = {}, system } = request
    const nowMs = clock()
    try {
      const nonce = await checkSigner(pool, { system, bytes, headers, nowMs })
      return nonce === null ? request : { ...request, nonce }
    } catch (error) {
      if (!(error instanceof DecodeRefusal)) throw error
      const target = targetOf(registry, system, request.record)
      const sha256 = hash('sha256', bytes, 'buffer')
      const message = { ...request, id: messageId(nowMs), receivedAtMs: nowMs, sha256 }
      return refuse(pool, { ...message, mapping: mappingName(target.mapping) }, error)
    }
  }

  const believedCanonical = async (message: MaybeSigned): Promise<string | undefined> => {
    try {
      return (await checkSigner(pool, message)) ?? undefined
    } catch (error) {
      if (!(error instanceof DecodeRefusal)) throw error
      const { at: path, code, reason, fix } = error
      throw new HubError('bad_signature', { detail: reason, issues: [{ path, code, reason, fix }] })
    }
  }

  const mustBeWhole = async ({ system, headers = {} }: LargeRequest): Promise<boolean> =>
    registry.system(system)?.sign !== undefined || (await isSigned(pool, { system, headers, nowMs: clock() }))

  return {
    async push(given) {
      const request = await believed(given)
      return await start(request, async (sha256) => {
        const target = targetOf(registry, request.system, request.record)
        const { record, mapping } = target
        const receivedAtMs = clock()
        const id = messageId(receivedAtMs)
        const base = {
          ...request,
          idempotencyKey: request.idempotencyKey,
          nonce: request.nonce,
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
            ...prepareSources(decoded.records, mapping, receivedAtMs, { notes, seals: hasDataKeys(pool) }),
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
      if (!request.channel && (await mustBeWhole(request)))
        return await this.push({ ...request, bytes: await gathered(request.chunks) })
      return await receive(request, target, (sha256, work) => once(request, sha256, work))
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
      const { bytes, headers = {} } = request
      const nonce = await believedCanonical({ system, bytes, headers, nowMs: receivedAtMs })
      return await start({ ...request, system, nonce }, (sha256) =>
        write({
          id: messageId(receivedAtMs),
          receivedAtMs,
          sha256,
          system,
          record: CANONICAL,
          mapping: CANONICAL_READING,
          bytes: request.bytes,
          contentType: 'application/json',
          encoding: 'utf-8',
          keyId: request.keyId,
          idempotencyKey: request.idempotencyKey,
          nonce,
          ...canonicalSources(read, receivedAtMs, registry.productAliases),
        }),
      )
    },
    takeChanges: (request) => takeChanges({ pool, clock, write: group.write }, request),
    acceptClaim: (id, by) => accept({ pool, clock, write: group.write }, id, by),
    voidMissing: (request) => voidMissing({ clock, write: group.write }, request),
    writeAnew: (request) => writeAnew({ clock, write: group.write }, request),
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
    held.push(Buffer.from(chunk))
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
