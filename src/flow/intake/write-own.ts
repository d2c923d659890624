import type { Pool } from 'pg'
import type { Body } from '#core/model/body.ts'
import { recordId } from '#core/model/identity.ts'
import type { Kind } from '#core/model/kinds.ts'
import { OWN_SYSTEM, ownKey } from '#core/model/own-system.ts'
import { bodyIssues } from '#core/model/validate.ts'
import type { ResultWord } from '#core/receipt.ts'
import { readHubId } from '#store/hub-identity.ts'
import { claimIssue } from './claim.ts'
import { contentOf } from './content.ts'
import { nextNumber } from './known-records.ts'
import { lateIssue } from './late.ts'
import { add, newestBody, voided } from './next-version.ts'
import { messageOfHub } from './own-message.ts'
import type { PreparedRecord } from './prepared.ts'
import type { KeyedResult } from './results-text.ts'
import type { IntakeMessage, WrittenMessage } from './write.ts'

/** Records of one message of the hub's own. */
const MESSAGE_RECORDS = 1000

/** A record of the hub's own system, as flow code wants it to be now. */
export interface OwnRecord {
  readonly kind: Kind
  /** The key within this hub; the hub's identifier is put before it. */
  readonly key: readonly string[]
  /** Name of this hub when the record was first written, where the writer kept it; else that of now. */
  readonly hub?: string
  /** The content, or null to make the record void. */
  readonly body: Body | null
  /** Why the record is made void. */
  readonly reason?: string
  /**
   * Which of two writers knows more, compared as text: what comes with a lower order than the newest version has is left out. Without it
   * the last one to write counts.
   */
  readonly order?: string
}

export interface OwnRequest {
  /** Record name in the hub's own system, such as `hold` or `finding`: part of the identifiers. */
  readonly record: string
  readonly records: readonly OwnRecord[]
  /** Key of who asked for it; null where the hub did it by itself. */
  readonly keyId?: string | null
}

/** What became of a record of the hub's own: `unchanged` where its newest version says the same already. */
export interface OwnResult {
  readonly id: string
  readonly version: number
  readonly result: ResultWord
}

interface Parts {
  readonly pool: Pool
  readonly clock: () => number
  /** Settles after COMMIT. */
  readonly write: (message: IntakeMessage) => Promise<WrittenMessage>
}

/**
 * Writes records of the hub's own system by the ordinary way of intake: message, receipt, versions, edges, entries of the change log. The
 * same key with the same content is `unchanged`; other content is the next version, also where an earlier version had it, because the hub
 * does not send anything again by mistake. What it said before it was restored from a backup it says once more, whatever others heard of it since. Gives what became of each, in order. Settles after COMMIT.
 * @throws Error where a body does not fit the schema of its kind: that is a mistake of the program
 */
export async function writeOwn(
  { pool, clock, write }: Parts,
  { record, records, keyId = null }: OwnRequest,
): Promise<OwnResult[]> {
  if (records.length === 0) return []
  const here = await readHubId(pool)
  const written: OwnResult[] = []
  for (let from = 0; from < records.length; from += MESSAGE_RECORDS) {
    const some = records.slice(from, from + MESSAGE_RECORDS)
    const message = ownMessage(record, some, { here, keyId, receivedAtMs: clock() })
    const { results } = await write(message)
    for (const [i, { result, records: made }] of results.entries()) {
      const prepared = message.sources[i]?.records[0] as PreparedRecord
      written.push({ id: prepared.id, version: made[0]?.version ?? 0, result })
    }
  }
  return written
}

interface Writing {
  readonly here: string
  readonly keyId: string | null
  readonly receivedAtMs: number
}

function ownMessage(
  record: string,
  given: readonly OwnRecord[],
  { here, keyId, receivedAtMs }: Writing,
): IntakeMessage {
  const prepared = given.map((one) => preparedOwn(record, one, here))
  const message = messageOfHub({ system: OWN_SYSTEM, record, keyId, receivedAtMs }, given, prepared, {
    decide(at, known, into): KeyedResult {
      const one = prepared[at] as PreparedRecord
      const { id, kind, key } = one
      const head = known.heads.get(id)
      const version = head?.version ?? 0
      const told = (result: ResultWord, at_: number, issue?: NonNullable<KeyedResult['issues']>[0]) => ({
        ...{ index: at, key, result, recordKeys: at_ > 0 ? [key] : [] },
        records: at_ > 0 ? [{ kind, id, version: at_ }] : [],
        ...(issue ? { issues: [issue] } : {}),
      })
      const owner = known.owners.get(id)
      if (owner) return told('unchanged', version, claimIssue(owner.hub))
      if (one.order !== null && head?.order && one.order < head.order)
        return told('unchanged', version, lateIssue(one.order))
      const isVoid = one.operation === 'void'
      if (isVoid && head?.status !== 'active') return told('unchanged', version)
      const isTold = version > (known.restoration?.versionsAfter ?? 0)
      if (!isVoid && isTold && head?.status === 'active' && head.hash === one.content?.hash)
        return told('unchanged', version)
      const content = one.content ?? voided(one, newestBody(id, known), one.ended)
      const next = nextNumber(id, known)
      add(message, at, one, content, isVoid ? 'void' : 'active', next, known, into)
      return told(isVoid ? 'voided' : head ? 'updated' : 'created', next)
    },
  })
  return message
}

function preparedOwn(record: string, given: OwnRecord, here: string): PreparedRecord {
  const { kind, body, reason, order } = given
  const key = ownKey(given.hub ?? here, given.key)
  const id = recordId(kind, OWN_SYSTEM, record, key)
  const [wrong] = body ? bodyIssues(kind, body as unknown as Record<string, unknown>, '') : []
  if (wrong) throw new Error(`the hub made a wrong ${kind}: ${wrong.path} ${wrong.reason}`)
  return {
    kind,
    id,
    key,
    operation: body ? 'upsert' : 'void',
    ended: body || reason === undefined ? undefined : { reason },
    order: order ?? null,
    content: body && contentOf({ kind, id }, body, 'active'),
    expected: undefined,
  }
}
