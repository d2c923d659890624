import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { erasedCodes } from '#core/model/erased-body.ts'
import { saltSecret } from '#store/audit-keys.ts'
import { inTransaction } from '#store/database.ts'
import { ERASED_MAX, eraseAround, eraseMessages, eraseVersions, noteErasure } from '#store/personal/erase.ts'
import { readOpenHolds } from '#store/retention.ts'

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
  return await inTransaction(pool, async (client) => {
    await client.query("select set_config('hub.rewriting', 'on', true)")
    const { rows } = await client.query<{
      record: string
      message: string
      receivedAt: string
      codes: string[]
    }>(
      `select record_id as record, message_id as message, received_at as "receivedAt", codes from record_versions
        where record_id in (select record_id from record_versions where record_id = any($1) or codes && $2::text[])
        order by record_id, version limit ${ERASED_MAX + 1}`,
      [wish.records ?? [], wish.code === undefined ? [] : [wish.code]],
    )
    if (rows.length > ERASED_MAX)
      throw new HubError('conflict', { detail: `more than ${ERASED_MAX} versions at once` })
    const records = [...new Set(rows.map(({ record }) => record))]
    const messages = [...new Set(rows.map(({ message }) => message))]
    const all = [...new Set(rows.flatMap(({ codes }) => codes))]
    const others = new Set(erasedCodes(all))
    const personalCodes = all.filter((code) => !others.has(code))
    const times = rows.map(({ receivedAt }) => Date.parse(receivedAt))
    const hold = (await readOpenHolds(client)).find(({ from, until }) =>
      times.some((time) => time >= Date.parse(from) && time < Date.parse(until)),
    )
    if (hold) throw new HubError('conflict', { detail: `the legal hold ${hold.id} keeps what came then` })
    const { rows: working } = await client.query(
      'select message_id from large_messages where message_id = any($1)',
      [messages],
    )
    if (working.length > 0) throw new HubError('conflict', { detail: 'a message is still under way' })
    const versions = await eraseVersions(client, salts, records)
    const bytes = await eraseMessages(client, salts, messages)
    await eraseAround(client, records, messages, personalCodes)
    const counts = { records: records.length, messages: bytes.length }
    const entry =
      versions.length + bytes.length === 0
        ? null
        : await noteErasure(client, [...versions, ...bytes], { ...wish, ...counts })
    const { rows: links } = await client.query<{ id: string }>(
      `select id from links where 'personal' = any(sees) order by id`,
    )
    return { entry, ...counts, versions: versions.length, links: links.map(({ id }) => id) }
  })
}
