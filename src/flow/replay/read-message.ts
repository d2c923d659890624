import type { Pool } from 'pg'
import type { Issue } from '#core/issue.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { SourceResult } from '#core/receipt.ts'
import type { SourceValue } from '#core/source.ts'
import type { PreparedMessage } from '#flow/intake/decide.ts'
import { prepareSources } from '#flow/intake/prepare.ts'
import { rejectionId } from '#flow/intake/rejection-rows.ts'
import { storedResults } from '#flow/intake/stored-results.ts'
import type { StoredMessage } from '#store/replay-messages.ts'
import { replayRule } from './keeps-out.ts'
import { storedRecords } from './stored-records.ts'

/** A stored message, mapped anew. */
export interface ReplayMessage {
  readonly stored: StoredMessage
  readonly prepared: PreparedMessage & { readonly rejectedValues: ReadonlyMap<number, SourceValue> }
  /** What its receipt said, by the place of the source record. */
  readonly told: ReadonlyMap<number, SourceResult>
  /** Identifiers of rejections, for the source records that were rejected when the message came. */
  readonly rejections: ReadonlyMap<number, string>
  /** Places in `sources` at which something newer stays. */
  readonly keptOut: Set<number>
  /** The message as a whole cannot be read with this mapping. */
  readonly refused?: Issue
  /** More than is mapped anew at once: it stays as it is. */
  readonly tooLarge?: true
}

/** Decodes a stored message from its bytes and maps it with a mapping, as of the time at which it was received. */
export async function readMessage(
  pool: Pool,
  stored: StoredMessage,
  mapping: CompiledMapping,
  replayId: string,
): Promise<ReplayMessage> {
  const { id, receivedAtMs, system, record, sha256 } = stored
  const told = new Map<number, SourceResult>()
  for await (const result of storedResults(pool, stored)) told.set(result.index, result)
  const read = await storedRecords(pool, id, mapping)
  const records = 'records' in read ? read.records : []
  const { sources, rejectedValues } = prepareSources(records, mapping, receivedAtMs)
  const rejections = new Map<number, string>()
  for (const { index, value } of records) {
    if (told.get(index)?.result === 'rejected')
      rejections.set(index, rejectionId(system, record, JSON.stringify(value ?? null)))
  }
  const late = new Set(
    [...told.values()]
      .filter(({ issues }) => issues?.some(({ code }) => code === 'W_LATE'))
      .map(({ key }) => JSON.stringify(key)),
  )
  const staysOut = replayRule({ id, receivedAtMs, sha256, sources, late })
  const keptOut = new Set<number>()
  return {
    stored,
    told,
    rejections,
    keptOut,
    ...('refused' in read ? { refused: read.refused } : {}),
    ...('tooLarge' in read ? { tooLarge: true as const } : {}),
    prepared: {
      id,
      receivedAtMs,
      system,
      record,
      mapping: `${mapping.name}@${mapping.version}`,
      sha256,
      sources,
      rejectedValues,
      replay: {
        id: replayId,
        keepsOut(at, asked, head, known) {
          const isOut = staysOut(at, asked, head, known)
          if (isOut) keptOut.add(at)
          return isOut
        },
      },
    },
  }
}
