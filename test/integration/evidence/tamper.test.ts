import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Pool, PoolClient } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signedHead } from '#core/evidence/anchor-line.ts'
import { sealBatch } from '#flow/evidence/seal.ts'
import { verifyLog } from '#flow/evidence/verify.ts'
import { messageId } from '#flow/intake/message-id.ts'
import { newKey } from '#flow/keys.ts'
import { createAlertTarget } from '#store/alert-targets.ts'
import { readHeads } from '#store/audit-heads.ts'
import { listHeadKeys } from '#store/audit-keys.ts'
import { noteAudit } from '#store/audit-log.ts'
import { createLink } from '#store/links.ts'
import { withPlainIntake } from '#test/intake.ts'
import { coveredTables, disarm, seeded } from './tamper.ts'
import { type Done, LEAST, tamper } from './tamper-ways.ts'

/** Each costs a reading of the whole log. */
const CHANGES = 1000
const hub = withPlainIntake()
let client: PoolClient

/** A large message as intake leaves it: its bytes in parts, its results in pieces. */
async function largeMessage(pool: Pool): Promise<void> {
  const bytes = [randomBytes(300), Buffer.from('a part that is packed '.repeat(200))]
  const now = Date.now()
  const id = messageId(now)
  const whole = Buffer.concat(bytes)
  await pool.query(
    `insert into messages (id, received_at, system, record, mapping, content_type, encoding, sha256, size, coding, bytes, state, received,
       accepted, unchanged, rejected, results)
     values ($1, to_timestamp($2::numeric / 1000), 'plain', 'sale', 'plain/sale@1', 'application/json', 'utf-8', $3, $4, 'parts', '', 'done', 2, 2, 0, 0, '')`,
    [id, now, createHash('sha256').update(whole).digest(), whole.length],
  )
  for (const [part, one] of bytes.entries())
    await pool.query(
      `insert into message_parts (message_id, received_at, part, size, coding, bytes) values ($1, to_timestamp($2::numeric / 1000), $3, $4, $5, $6)`,
      [id, now, part, one.length, part === 0 ? 'identity' : 'zstd', part === 0 ? one : zstdCompressSync(one)],
    )
  await pool.query(
    `insert into message_results (message_id, received_at, first, count, coding, results)
     values ($1, to_timestamp($2::numeric / 1000), 0, 2, 'identity', 'two results')`,
    [id, now],
  )
}

beforeAll(async () => {
  const { pool } = hub
  await hub.push([{ no: 'A1' }, { no: 'A2', kg: '2' }, { kg: 'x' }])
  await hub.push([{ no: 'A2', kg: '3' }])
  await pool.query(`insert into systems (id, title) values ('plain', '{"en": "Plain"}')`)
  await pool.query(`insert into system_secrets (system, name, sealed) values ('plain', 'sign', '\\x0102')`)
  await newKey(pool, { name: 'reader', scopes: ['read'] })
  await pool.query(
    `insert into mapping_versions (system, record, version, origin, text, state, created_by) values ('plain', 'sale', 1, 'folder', 'mapping: sale', 'installed', 'hub')`,
  )
  expect(await sealBatch(pool)).toBe('sealed')
  // Long enough to be packed.
  await hub.push(Array.from({ length: 16 }, (_, i) => ({ no: `B${i}`, kg: String(i + 1) })))
  await largeMessage(pool)
  const { target } = await createAlertTarget(pool, {
    name: 'duty',
    url: 'https://duty.example.org',
    allowAddress: [],
    topics: [],
  })
  await pool.query(
    `insert into peer_versions (record_id, version, origin, hops, via) values ('urn:cnft:sale:plain:sale:B1', 1, 'hub-a', '{hub-a}', 'peer-a')`,
  )
  await pool.query(
    `insert into deliveries (id, started_at, link_id, from_position, to_position, attempt, changes, ok, duplicate, retry, reject, outcome, ms)
     values ($1, now(), $2, 1, 5, 1, 5, 5, 0, 0, 0, 'taken', 12)`,
    [randomUUID(), target.id],
  )
  await noteAudit(pool, {
    kind: 'access',
    who: 'administrator',
    action: 'getRecord',
    subject: 'urn:cnft:sale:plain:sale:B1',
    facts: { purpose: 'recall' },
  })
  expect(await sealBatch(pool)).toBe('sealed')
  await createLink(pool, { name: 'city', url: 'https://city.example.org/in' } as Parameters<
    typeof createLink
  >[1])
  await hub.push([{ no: 'C1' }, { no: 'A1', status: 'void' }])
  expect(await sealBatch(pool)).toBe('sealed')
  await hub.push([{ no: 'D1' }, { no: 'D2' }, { no: 'D3' }])
  expect(await sealBatch(pool)).toBe('sealed')
  client = await pool.connect()
})
afterAll(() => client.release())

/** Bytes that are packed otherwise (a bit that no reader of zstd looks at) and are the same when they are unpacked: what was received is unharmed. */
async function isReadTheSame({ way, said }: Done): Promise<boolean> {
  const [, table] = /^update (messages|message_parts) set bytes = /.exec(said) ?? []
  if (way !== 'value' || table === undefined) return false
  const unpacked = async (): Promise<string[]> => {
    const { rows } = await client.query<{ bytes: Buffer }>(
      `select bytes from ${table} where coding = 'zstd' order by size`,
    )
    return rows.map(({ bytes }) => zstdDecompressSync(bytes).toString('base64'))
  }
  const now = await unpacked()
  await client.query('rollback to savepoint untouched')
  const was = await unpacked()
  return now.length > 0 && now.join() === was.join()
}

async function* linesOf(heads: readonly string[]) {
  for (const [i, text] of heads.entries()) yield { number: i + 1, text }
}

it('finds the log as it was sealed, with nothing amiss', async () => {
  const { findings, heads, leaves } = await verifyLog(hub.pool)
  expect(findings).toEqual([])
  expect(heads).toBe(4)
  expect(leaves).toBeGreaterThan(40)
})

it('finds each of a thousand values that were changed, rows that were taken away, put in or exchanged, tails that were cut off and logs that were written anew', async () => {
  const random = seeded(20_240_415)
  const tables = await coveredTables(client)
  const pool = client as unknown as Pool
  // What somebody else keeps: without it a clean cut and a log that its own key signed anew are not seen.
  const keys = new Map((await listHeadKeys(hub.pool)).map(({ id, publicKey }) => [id, publicKey]))
  const kept = (await readHeads(hub.pool, 0, 100)).map((head) =>
    JSON.stringify(signedHead(head, keys.get(head.key) ?? '')),
  )
  const verify = () => verifyLog(pool, { most: 1, anchor: linesOf(kept) })
  const unfound: string[] = []
  const seen = new Set<string>()
  const made = new Map<string, number>()
  let all = 0
  await client.query('begin')
  await disarm(client, tables)
  while (all < CHANGES) {
    await client.query('savepoint untouched')
    try {
      const done = await tamper(client, tables, random)
      if (done) {
        all++
        made.set(done.way, (made.get(done.way) ?? 0) + 1)
        seen.add(done.place)
        const { findings } = await verify()
        if (findings.length === 0 && !(await isReadTheSame(done))) unfound.push(`${done.way} ${done.said}`)
      }
    } catch (error) {
      // A value that the table itself refuses.
      if (!(error instanceof Error && 'severity' in error)) throw error
    }
    await client.query('rollback to savepoint untouched')
  }
  expect((await verify()).findings).toEqual([])
  await client.query('rollback')
  expect(unfound).toEqual([])
  for (const [way, least] of Object.entries(LEAST)) expect(made.get(way), way).toBeGreaterThanOrEqual(least)
  expect(seen.size).toBeGreaterThan(100)
}, 240_000)
