import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readSignedHead } from '#core/evidence/anchor-line.ts'
import { newHeadKey } from '#core/evidence/signing.ts'
import { anchorNewest, type PostHead } from '#flow/evidence/anchor.ts'
import { appendHeads, readAnchorLines } from '#flow/evidence/anchor-file.ts'
import { createEvidenceGate, gatedIntake } from '#flow/evidence/gate.ts'
import { rotateHeadKey } from '#flow/evidence/head-keys.ts'
import { evidenceSchedule } from '#flow/evidence/schedules.ts'
import { sealBatch } from '#flow/evidence/seal.ts'
import { verifyLog } from '#flow/evidence/verify.ts'
import { createAnchor, listAnchors } from '#store/audit-anchors.ts'
import { readNewestHead } from '#store/audit-heads.ts'
import { readAuditState } from '#store/audit-sealing.ts'
import { withPlainIntake } from '#test/intake.ts'
import { rewrite } from '#test/rewrite.ts'

const hub = withPlainIntake()
let folder = ''
let file = ''
const signal = new AbortController().signal
const verifyWith = (path: string) => verifyLog(hub.pool, { anchor: readAnchorLines(path) })
const codesOf = async (path: string): Promise<string[]> =>
  (await verifyWith(path)).findings.map(({ code, place }) => `${code} ${place}`)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-anchors-'))
  file = join(folder, 'heads.ndjson')
  for (const no of ['A', 'B', 'C']) {
    await hub.push([{ no }])
    expect(await sealBatch(hub.pool)).toBe('sealed')
    await appendHeads(hub.pool, file)
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('writes each head once, as a line that proves itself, whatever a crash left behind', async () => {
  expect(await appendHeads(hub.pool, file)).toBe(0)
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => readSignedHead(line)?.number)).toEqual([1, 2, 3])
  expect(await verifyWith(file)).toMatchObject({ findings: [], anchored: 3, heads: 3 })
  const torn = join(folder, 'torn.ndjson')
  await writeFile(torn, `${lines[0]}\n${lines[1]?.slice(0, 100)}`)
  expect(await appendHeads(hub.pool, torn)).toBe(2)
  expect(await codesOf(torn)).toEqual([])
})

it('finds each line of the file that was edited, taken away, moved or put in', async () => {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n') as [string, string, string]
  const edited = join(folder, 'edited.ndjson')
  const after = async (text: readonly string[]): Promise<string[]> => {
    await writeFile(edited, text.join('\n'))
    return await codesOf(edited)
  }
  const [one, two, three] = lines
  expect(await after([one, two.replace(/"treeRoot":"./, '"treeRoot":"z'), three])).toEqual([
    'anchor_altered anchor line 2',
  ])
  expect(await after([one, three])).toEqual(['anchor_missing anchor line 2'])
  expect(await after([two, three, one])).toEqual(['anchor_altered anchor line 3'])
  expect(await after([one, 'no head', two, three])).not.toEqual([])
})

it('finds a tail that was cut off, and a log that was written anew, by the heads that others have', async () => {
  const { pool } = hub
  const cut = await pool.connect()
  try {
    // All that the last batch covers goes, as if it had never been: without anchors nothing is amiss.
    await cut.query('begin')
    await cut.query(`select set_config('hub.rewriting', 'on', true)`)
    const { rows } = await cut.query('select entries_to, changes_to from audit_heads where number = 2')
    await cut.query('delete from audit_leaves where number = 3')
    await cut.query('delete from audit_heads where number = 3')
    await cut.query('delete from record_versions where position > $1', [rows[0].changes_to])
    await cut.query('delete from audit_log where id > $1', [rows[0].entries_to])
    await cut.query(`delete from messages where id not in (select unnest(message_ids) from audit_leaves)`)
    const own = cut as unknown as typeof pool
    expect((await verifyLog(own)).findings).toEqual([])
    const anchored = await verifyLog(own, { anchor: readAnchorLines(file) })
    expect(anchored.findings).toEqual([{ code: 'truncated', batch: 3, place: 'anchor line 3' }])
    // And written anew with the hub's own key: only the anchors can tell.
    await cut.query(`insert into record_versions (record_id, version, kind, system, record, status, schema, mapping, message_id, message_index, received_at,
        content_hash, flags, codes, body) select record_id, version + 1, kind, system, record, status, schema, mapping, message_id, message_index,
        received_at, content_hash, flags, codes, body from record_versions limit 1`)
    await cut.query('commit')
    expect(await sealBatch(pool)).toBe('sealed')
    expect((await verifyLog(pool)).findings).toEqual([])
    expect(await codesOf(file)).toEqual(['forked anchor line 3'])
    await expect(appendHeads(pool, file)).rejects.toThrow('not of this chain')
  } finally {
    cut.release()
  }
})

it('finds a head that was signed with another key, and takes a key that the one before vouches for', async () => {
  const { pool } = hub
  await rotateHeadKey(pool, 'test')
  const before = await readNewestHead(pool)
  expect(await sealBatch(pool)).toBe('sealed')
  await hub.push([{ no: 'R1' }])
  expect(await sealBatch(pool)).toBe('sealed')
  const newest = await readNewestHead(pool)
  expect(newest?.key).not.toBe(before?.key)
  expect((await verifyLog(pool)).findings).toEqual([])
  const foreign = newHeadKey()
  const pinned = await verifyLog(pool, { key: foreign.publicKey })
  expect(pinned.findings[0]).toMatchObject({ code: 'key_unknown', batch: 1 })
  await pool.query(`insert into audit_keys (id, public_key, sealed) values ($1, $2, '')`, [
    foreign.id,
    foreign.publicKey,
  ])
  await rewrite(pool, `update audit_heads set key_id = $1 where number = $2`, [foreign.id, newest?.number])
  expect((await verifyLog(pool)).findings).toContainEqual({
    code: 'key_unknown',
    batch: newest?.number,
    place: `audit_keys ${foreign.id}`,
  })
  await rewrite(pool, `update audit_heads set key_id = $1 where number = $2`, [newest?.key, newest?.number])
})

it('gives the newest head to each receiver until it takes it, keeps the answers, and counts two as enough', async () => {
  const { pool } = hub
  const sent: string[] = []
  let up: readonly string[] = ['https://one.example/', 'https://two.example/']
  const post: PostHead = async ({ url, body, proof }) => {
    sent.push(`${url} ${proof.messageId} ${(JSON.parse(body) as { data: { number: number } }).data.number}`)
    return up.includes(url) ? { kind: 'answered', body: '{"kept":true}' } : { kind: 'failed', detail: 'off' }
  }
  for (const name of ['one', 'two', 'three'])
    await createAnchor(pool, { name, url: `https://${name}.example/`, allowAddress: [] })
  let nowMs = Date.now()
  const anchor = () => anchorNewest({ pool, post, now: () => nowMs }, signal)
  expect(await anchor()).toBe(true)
  const { number } = (await readNewestHead(pool)) ?? { number: 0 }
  expect(sent.toSorted()).toEqual(
    ['one', 'three', 'two'].map((n) => `https://${n}.example/ head_${number} ${number}`),
  )
  up = []
  nowMs += 86_400_000
  await hub.push([{ no: 'S1' }])
  await sealBatch(pool)
  expect(await anchor()).toBe(false)
  up = ['https://one.example/', 'https://two.example/', 'https://three.example/']
  nowMs += 86_400_000
  expect(await anchor()).toBe(true)
  expect((await listAnchors(pool)).map(({ lastNumber }) => lastNumber)).toEqual([
    number + 1,
    number + 1,
    number + 1,
  ])
  expect((await verifyLog(pool)).findings).toEqual([])
  await rewrite(pool, `update audit_acknowledgements set tree_root = '\\x00' where number = $1`, [number])
  expect((await verifyLog(pool)).findings.map(({ code }) => code)).toEqual(['forked', 'forked'])
})

it('seals what waits and anchors it by its schedule, and says when all was done', async () => {
  const { pool } = hub
  await hub.push([{ no: 'T1' }])
  const path = join(folder, 'scheduled.ndjson')
  const post: PostHead = async () => ({ kind: 'answered', body: '' })
  const later = Date.now() + 3 * 86_400_000
  const schedule = evidenceSchedule({ pool, post, file: path, now: () => later })
  expect(await schedule.run(signal)).toBeNull()
  const state = await readAuditState(pool)
  expect(state.sealedSeconds).toBeLessThan(60)
  expect(state.anchoredSeconds).toBeLessThan(60)
  expect(await readFile(path, 'utf8')).toContain(`"number":${(await readNewestHead(pool))?.number}`)
  const nowhere = evidenceSchedule({ pool, post, file: join(folder, 'no-folder', 'f'), now: () => later })
  await expect(nowhere.run(signal)).rejects.toThrow('ENOENT')
})

it('takes nothing in when the log was not sealed or anchored for too long, and everything again when it is', async () => {
  const { pool } = hub
  let nowMs = 0
  const gate = createEvidenceGate({ pool, limitSeconds: 14_400, now: () => nowMs })
  const intake = gatedIntake(hub.intake, gate)
  const push = (no: string) =>
    intake.push({
      system: 'plain',
      record: 'sale',
      bytes: Buffer.from(JSON.stringify([{ no }])),
      contentType: 'application/json',
      keyId: null,
    })
  const pass = async (seconds: number): Promise<void> => {
    nowMs += seconds * 1000
    await gate.look()
  }
  await pool.query(`update audit_state set anchored_ok_at = now() - interval '3 hours'`)
  await pass(0)
  expect((await gate.look()).stopsInSeconds).toBeGreaterThan(3000)
  await pool.query(`update audit_state set anchored_ok_at = now() - interval '5 hours'`)
  await pass(10)
  expect(await push('U1')).toMatchObject({ accepted: 1 })
  await pass(61)
  await expect(push('U2')).rejects.toMatchObject({ code: 'evidence_stopped' })
  expect((await gate.look()).isOverdue).toBe(true)
  await pool.query('update audit_state set anchored_ok_at = now()')
  await pass(1)
  expect(await push('U2')).toMatchObject({ accepted: 1 })
  const never = createEvidenceGate({ pool, limitSeconds: null, now: () => nowMs })
  await pool.query(`update audit_state set anchored_ok_at = now() - interval '1 year'`)
  expect(await never.look()).toMatchObject({ isOverdue: false, stopsInSeconds: null })
})

it('refuses to change, delete or empty what only grows, unless the transaction says so', async () => {
  const { pool } = hub
  for (const table of [
    'record_versions',
    'audit_log',
    'audit_heads',
    'audit_leaves',
    'deliveries',
    'peer_versions',
  ])
    await expect(pool.query(`truncate ${table} cascade`)).rejects.toThrow('only grows')
  for (const statement of [
    `update record_versions set body = '{}'`,
    'delete from record_versions',
    `update audit_log set who = 'nobody'`,
    'delete from audit_log',
    `update audit_heads set hub = 'other'`,
    `update messages set bytes = '\\x00'`,
    'delete from messages',
  ])
    await expect(pool.query(statement)).rejects.toThrow('only grows')
  await appendFile(file, '')
})

it('seals in one chain when several processes do it at once', async () => {
  const { pool } = hub
  const before = (await readNewestHead(pool))?.number ?? 0
  await hub.push([{ no: 'V1' }])
  await Promise.allSettled(Array.from({ length: 4 }, () => sealBatch(pool)))
  await hub.push([{ no: 'V2' }])
  await Promise.allSettled(Array.from({ length: 4 }, () => sealBatch(pool)))
  expect((await readNewestHead(pool))?.number).toBe(before + 2)
})
