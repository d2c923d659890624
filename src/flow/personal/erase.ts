import type { Pool, PoolClient } from 'pg'
import { HubError } from '#core/errors.ts'
import { erasedCodes } from '#core/model/erased-body.ts'
import { saltSecret } from '#store/audit-keys.ts'
import { inTransaction } from '#store/database.ts'
import {
  beginErasing,
  ERASED_MAX,
  type ErasedRow,
  eraseAround,
  eraseVersions,
  noteErasure,
} from '#store/personal/erase.ts'
import { eraseMessages } from '#store/personal/erase-messages.ts'
import { readOpenHolds } from '#store/retention.ts'
import { findResends } from './find-resends.ts'

export interface EraseWish {
  /** Identifiers of records. */
  readonly records?: readonly string[]
  /** A code of a person, `<scheme>:<code>` or a number: every record that names it. */
  readonly code?: string
  readonly reason: string
  readonly who: string
}

export interface Erased {
  /** Entry of the log of evidence. */
  readonly entry: string | null
  readonly records: number
  readonly versions: number
  readonly messages: number
  /** Links that may have been given what was erased: their receivers must be told. */
  readonly links: readonly string[]
}

/**
 * Erases what is of a person in all versions of some records, in the messages that brought them, and in what was made of both. Hashes stay, so the log
 * of evidence is verified as before. @throws conflict where a legal hold wants the time kept, a message is still under way, or there is too much at once
 */
export async function erasePersonal(pool: Pool, wish: EraseWish): Promise<Erased> {
  const salts = await saltSecret(pool)
  // Before anybody has to wait: it may be long.
  const resends = await findResends(pool, await versionsOf(pool, wish))
  return await inTransaction(pool, async (client) => {
    await beginErasing(client)
    const rows = await versionsOf(client, wish)
    const brought = [...rows, ...resends]
    const messages = [...new Set(brought.map(({ message }) => message))]
    const times = brought.map(({ receivedAt }) => Date.parse(receivedAt))
    const hold = (await readOpenHolds(client)).find(({ from, until }) =>
      times.some((time) => time >= Date.parse(from) && time < Date.parse(until)),
    )
    if (hold)
      throw new HubError('conflict', {
        detail: `the legal hold ${hold.id} keeps what came then`,
        fix: 'Erase it when the hold has ended: DELETE /v1/retention/holds/{id}, once nobody needs what it keeps.',
      })
    const { rows: working } = await client.query(
      'select message_id from large_messages where message_id = any($1)',
      [messages],
    )
    if (working.length > 0)
      throw new HubError('conflict', {
        detail: 'a message is still under way',
        fix: 'Ask again when it is done: its receipt tells how far it is.',
      })
    const erased = await eraseRecords(client, salts, { rows, messages, keepsShared: false })
    const { entry, records } = await noteErased(client, erased, wish)
    const { rows: links } = await client.query<{ id: string }>(
      `select id from links where 'personal' = any(sees) order by id`,
    )
    return {
      entry,
      records,
      versions: erased.versions.length,
      messages: erased.messages.length,
      links: links.map(({ id }) => id),
    }
  })
}

/** A version that is to be erased. */
export interface VersionToErase {
  readonly id: string
  readonly version: number
  readonly message: string
  readonly receivedAt: string
  readonly codes: readonly string[]
}

const TO_ERASE = `record_id as id, version, message_id as message, received_at as "receivedAt", codes`

/** All versions of records. */
export async function versionsToErase(
  client: PoolClient,
  records: readonly string[],
): Promise<VersionToErase[]> {
  const { rows } = await client.query<VersionToErase>(
    `select ${TO_ERASE} from record_versions where record_id = any($1) order by record_id, version`,
    [records],
  )
  return rows
}

/** All versions of records that are named, or that name a code. @throws conflict where they are more than an erasure may have */
async function versionsOf(
  client: Pool | PoolClient,
  { records = [], code }: Pick<EraseWish, 'records' | 'code'>,
): Promise<VersionToErase[]> {
  const { rows } = await client.query<VersionToErase>(
    `select ${TO_ERASE} from record_versions
      where record_id in (select record_id from record_versions where record_id = any($1) or codes && $2::text[])
      order by record_id, version limit ${ERASED_MAX + 1}`,
    [records, code === undefined ? [] : [code]],
  )
  if (rows.length > ERASED_MAX)
    throw new HubError('conflict', {
      detail: `more than ${ERASED_MAX} versions at once`,
      fix: 'Name fewer records in one call, by "records".',
    })
  return rows
}

export interface ErasedSet {
  /** How many records there were. */
  readonly records: number
  readonly versions: readonly ErasedRow[]
  readonly messages: readonly ErasedRow[]
}

/** Erases versions, which are all that their records have, messages that brought them, and what was made of both. In a transaction that has begun erasing. */
export async function eraseRecords(
  client: PoolClient,
  salts: Buffer,
  {
    rows,
    messages,
    keepsShared,
  }: {
    readonly rows: readonly VersionToErase[]
    readonly messages: readonly string[]
    readonly keepsShared: boolean
  },
): Promise<ErasedSet> {
  if (rows.length === 0) return { records: 0, versions: [], messages: [] }
  const records = [...new Set(rows.map(({ id }) => id))]
  const all = [...new Set(rows.flatMap(({ codes }) => codes))]
  const others = new Set(erasedCodes(all))
  const codes = all.filter((code) => !others.has(code))
  const versions = await eraseVersions(client, salts, rows)
  const bytes = await eraseMessages(client, salts, messages)
  await eraseAround(client, { records, messages, codes, keepsShared })
  return { records: records.length, versions, messages: bytes }
}

/** Notes a set in the log of evidence; no entry where nothing was left to erase. */
export async function noteErased(
  client: PoolClient,
  { records, versions, messages }: ErasedSet,
  { who, reason }: Pick<EraseWish, 'who' | 'reason'>,
): Promise<{ readonly entry: string | null; readonly records: number }> {
  const rows = [...versions, ...messages]
  const entry =
    rows.length === 0
      ? null
      : await noteErasure(client, rows, { who, reason, records, messages: messages.length })
  return { entry, records }
}
