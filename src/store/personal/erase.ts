import { hash } from 'node:crypto'
import type { PoolClient } from 'pg'
import {
  commitmentOf,
  messageLeaf,
  messageSubject,
  versionLeaf,
  versionSubject,
} from '#core/evidence/leaves.ts'
import { canonicalJson } from '#core/model/canonical-json.ts'
import { erasedBody, erasedCodes } from '#core/model/erased-body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { readMessageRows, readVersionsOf } from '#store/audit-rows.ts'
import { decodeBytes, encodeBytes, openResults, resultsPlace } from '#store/message-bytes.ts'
import { eraseCopies } from './erase-copies.ts'
import { sealVersion, versionPlace } from './sealed-body.ts'

/** Versions of one erasure; who needs more calls again. */
export const ERASED_MAX = 2000

export interface ErasedRow {
  readonly subject: string
  readonly was: string
  readonly now: string
}

/** Values that were found, in the JSON text of issues; a reason always follows. */
const VALUES = /"value":"(?:[^"\\]|\\.)*",/g
const withoutValues = (text: string): string => text.replace(VALUES, '')

/**
 * Takes what is of a person out of all versions of the records, in place, and gives for each what the log had of it before and has now. In a
 * transaction of the caller's that may rewrite. Versions that were erased before are left as they are.
 */
export async function eraseVersions(
  client: PoolClient,
  salts: Buffer,
  records: readonly string[],
): Promise<ErasedRow[]> {
  const before = (await readVersionsOf(client, records, ERASED_MAX)).filter(({ erased }) => !erased)
  for (const { recordId, version, kind, body, rest } of before) {
    const given = JSON.parse(body)
    const recorded = rest[2] === null ? undefined : JSON.parse(rest[2] as string)
    const { recordedAt, ...erased } = erasedBody(kind as Kind, { ...given, recordedAt: recorded })
    const texts = sealVersion(
      client,
      kind as Kind,
      { body: canonicalJson(erased), recorded: recordedAt === undefined ? null : canonicalJson(recordedAt) },
      versionPlace(recordId, version),
    )
    await client.query(
      'update record_versions set body = $3, recorded = $4, codes = $5 where record_id = $1 and version = $2',
      [recordId, version, texts.body, texts.recorded, erasedCodes(rest[9] as string[])],
    )
  }
  const after = new Map(
    (await readVersionsOf(client, records, ERASED_MAX)).map((one) => [`${one.recordId} ${one.version}`, one]),
  )
  const commitment = (one: (typeof before)[number]): string => commitmentOf(versionLeaf(salts, one).opening)
  return before.map((one) => ({
    subject: versionSubject(one.recordId, one.version),
    was: commitment(one),
    now: commitment(after.get(`${one.recordId} ${one.version}`) ?? one),
  }))
}

/** Empties the bytes of messages and takes what was found out of their results; digest, size and counts stay. */
export async function eraseMessages(
  client: PoolClient,
  salts: Buffer,
  ids: readonly string[],
): Promise<ErasedRow[]> {
  const before = (await readMessageRows(client, ids)).filter(({ erased }) => !erased)
  for (const { id, receivedAt } of before) {
    const name = [id, receivedAt]
    const { rows } = await client.query<{
      results: string
      problem: string | null
      completed: string | null
      mended: string | null
    }>('select results, problem, completed, mended from messages where id = $1 and received_at = $2', name)
    const results = rows[0] && (await openResults(client, id, rows[0].results))
    const texts = rows[0] ? [results, rows[0].problem, rows[0].completed, rows[0].mended] : []
    await client.query(
      `update messages set bytes = '', coding = case coding when 'parts' then 'parts' else 'erased' end,
              results = $3, problem = $4, completed = $5, mended = $6 where id = $1 and received_at = $2`,
      [...name, ...texts.map((text) => text && withoutValues(text))],
    )
    await client.query(
      `update message_parts set bytes = '', coding = 'erased' where message_id = $1 and received_at = $2`,
      name,
    )
    await eraseResults(client, id, receivedAt)
  }
  const after = new Map((await readMessageRows(client, ids)).map((one) => [one.id, one]))
  const commitment = (one: (typeof before)[number]): string => commitmentOf(messageLeaf(salts, one).opening)
  return before.map((one) => ({
    subject: messageSubject(one.id),
    was: commitment(one),
    now: commitment(after.get(one.id) ?? one),
  }))
}

async function eraseResults(client: PoolClient, id: string, receivedAt: string): Promise<void> {
  const { rows } = await client.query(
    'select first, coding, results from message_results where message_id = $1 and received_at = $2',
    [id, receivedAt],
  )
  for (const { first, coding, results } of rows) {
    const text = (await decodeBytes(client, coding, results, resultsPlace(id, first))).toString()
    const packed = encodeBytes(client, Buffer.from(withoutValues(text)), resultsPlace(id, first))
    await client.query(
      'update message_results set coding = $4, results = $5 where message_id = $1 and received_at = $2 and first = $3',
      [id, receivedAt, first, packed.coding, packed.bytes],
    )
  }
}

/** What else tells of the persons of these records and messages, beside the log: it is taken away or emptied. */
export async function eraseAround(
  client: PoolClient,
  records: readonly string[],
  messages: readonly string[],
  codes: readonly string[],
): Promise<void> {
  await client.query('delete from rejections where message_id = any($1)', [messages])
  await client.query('delete from parked_bases where message_id = any($1)', [messages])
  await client.query('delete from parked_details where message_id = any($1)', [messages])
  await client.query('delete from new_values where receipt = any($1)', [messages])
  await eraseCopies(client, records, messages, codes)
}

/** Notes an erasure in the log of evidence, and what each row was: both in the transaction that erases. */
export async function noteErasure(
  client: PoolClient,
  rows: readonly ErasedRow[],
  {
    who,
    reason,
    records,
    messages,
  }: { readonly who: string; readonly reason: string; readonly records: number; readonly messages: number },
): Promise<string> {
  const lines = rows
    .map(({ subject, was, now }) => `${subject} ${was} ${now}`)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const facts = JSON.stringify({
    reason,
    records,
    messages,
    versions: rows.length - messages,
    digest: hash('sha256', lines.join('\n')),
  })
  const { rows: made } = await client.query<{ id: string }>(
    `insert into audit_log (kind, who, action, subject, facts) values ('administration', $1, 'erase', 'personal', $2) returning id::text as id`,
    [who, facts],
  )
  const entry = (made[0] as { id: string }).id
  await client.query(
    'insert into erasures (subject, was, now, entry) select s, w, n, $4 from unnest($1::text[], $2::text[], $3::text[]) e (s, w, n)',
    [rows.map(({ subject }) => subject), rows.map(({ was }) => was), rows.map(({ now }) => now), entry],
  )
  return entry
}
