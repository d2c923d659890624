import { hash } from 'node:crypto'
import type { PoolClient } from 'pg'
import { commitmentOf, versionLeaf, versionSubject } from '#core/evidence/leaves.ts'
import { canonicalJson } from '#core/model/canonical-json.ts'
import { erasedBody, erasedCodes } from '#core/model/erased-body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { readVersionsNamed } from '#store/audit-rows.ts'
import { type ErasedNames, eraseCopies } from './erase-copies.ts'
import { sealVersion, versionPlace } from './sealed-body.ts'

/** Versions of one erasure; who needs more calls again. */
export const ERASED_MAX = 2000

export interface ErasedRow {
  readonly subject: string
  readonly was: string
  readonly now: string
}

/** One erasure at a time: two of the same rows would both note what these were. Where a hold is made meanwhile, it waits for the end. */
export async function beginErasing(client: PoolClient): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [ERASURE_LOCK])
  await client.query('lock table legal_holds in share mode')
  await client.query("select set_config('hub.rewriting', 'on', true)")
}
const ERASURE_LOCK = 7205042

/**
 * Takes what is of a person out of versions, in place, and gives for each what the log had of it before and has now. In a transaction of the caller's that
 * may rewrite. Versions that were erased before are left as they are.
 */
export async function eraseVersions(
  client: PoolClient,
  salts: Buffer,
  named: readonly { readonly id: string; readonly version: number }[],
): Promise<ErasedRow[]> {
  const before = (await readVersionsNamed(client, named)).filter(({ erased }) => !erased)
  const texts = before.map(({ recordId, version, kind, body, rest }) => {
    const given = JSON.parse(body)
    const recorded = rest[2] === null ? undefined : JSON.parse(rest[2] as string)
    const { recordedAt, ...erased } = erasedBody(kind as Kind, { ...given, recordedAt: recorded })
    return sealVersion(
      client,
      kind as Kind,
      { body: canonicalJson(erased), recorded: recordedAt === undefined ? null : canonicalJson(recordedAt) },
      versionPlace(recordId, version),
    )
  })
  await client.query(
    `update record_versions v set body = e.body, recorded = e.recorded, codes = array(select jsonb_array_elements_text(e.codes))
       from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::jsonb[]) e (record_id, version, body, recorded, codes)
      where v.record_id = e.record_id and v.version = e.version`,
    [
      before.map(({ recordId }) => recordId),
      before.map(({ version }) => version),
      texts.map(({ body }) => body),
      texts.map(({ recorded }) => recorded),
      before.map(({ rest }) => JSON.stringify(erasedCodes(rest[9] as string[]))),
    ],
  )
  const after = new Map(
    (await readVersionsNamed(client, named)).map((one) => [`${one.recordId} ${one.version}`, one]),
  )
  const commitment = (one: (typeof before)[number]): string => commitmentOf(versionLeaf(salts, one).opening)
  return before.map((one) => ({
    subject: versionSubject(one.recordId, one.version),
    was: commitment(one),
    now: commitment(after.get(`${one.recordId} ${one.version}`) ?? one),
  }))
}

/** What else tells of the persons of these records and messages, beside the log: it is taken away or emptied. */
export async function eraseAround(client: PoolClient, erased: ErasedNames): Promise<void> {
  await eraseRefused(client, erased.messages)
  await eraseCopies(client, erased)
}

/** What of these messages was refused or waits. */
export async function eraseRefused(client: PoolClient, messages: readonly string[]): Promise<void> {
  await client.query('delete from rejections where message_id = any($1)', [messages])
  await client.query('delete from parked_bases where message_id = any($1)', [messages])
  await client.query('delete from parked_details where message_id = any($1)', [messages])
  await client.query('delete from new_values where receipt = any($1)', [messages])
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
