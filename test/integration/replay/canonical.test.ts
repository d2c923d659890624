import { hash } from 'node:crypto'
import { beforeAll, expect, it } from 'vitest'
import type { Issue } from '#core/issue.ts'
import type { MappedRecord } from '#core/mapping/mapping.ts'
import type { Body } from '#core/model/body.ts'
import { recordId } from '#core/model/identity.ts'
import { messageId } from '#flow/intake/message-id.ts'
import { edgeBudget, prepared } from '#flow/intake/prepare.ts'
import { writeGroup } from '#flow/intake/write.ts'
import { createReplay } from '#flow/replay/create-replay.ts'
import { runReplay } from '#flow/replay/run.ts'
import { readReplay } from '#store/replays.ts'
import { createSystem } from '#store/systems.ts'
import { sale, withVersions } from '#test/versions.ts'

const hub = withVersions()

beforeAll(() => hub.take({ version: 1 }))

const canonical = { record: 'canonical' }

/** A canonical sale whose paper is written in small letters. */
const ticket = (key: string, number: string, change: object = {}) => ({
  ...{ kind: 'sale', system: 'stall', key },
  occurredAt: { at: '2024-04-15T03:42:10+08:00', precision: 'second' },
  parties: [{ role: 'seller', name: '嘉禾示例果蔬商行', ids: [] }],
  documents: [{ role: 'upstream', type: 'promise_cert', number }],
  product: { name: '番茄', class: 'vegetable' },
  ...change,
})
type Ticket = ReturnType<typeof ticket> & { readonly status?: string }

/** Takes canonical records as hubs did that kept codes as they were sent. */
async function asBefore(tickets: readonly Ticket[], { record = 'canonical', refused = [] as Issue[] } = {}) {
  const bytes = Buffer.from(JSON.stringify(tickets))
  const receivedAtMs = hub.nowMs++
  const edges = edgeBudget()
  const sources = tickets.map((given, index) => {
    const { kind, system, key, status, ...body } = given
    const made: MappedRecord = {
      kind: 'sale',
      id: recordId('sale', system, 'canonical', [key]),
      key: [key],
      operation: status === 'void' ? 'void' : 'upsert',
      body: { flags: [], ...body } as unknown as Body,
    }
    const rejected = refused.length > 0
    return prepared({ index, key: [key], rejected, issues: refused, records: rejected ? [] : [made] }, edges)
  })
  const id = messageId(receivedAtMs)
  await writeGroup(hub.pool, [
    {
      ...{ id, receivedAtMs, system: 'stall', record, mapping: `${record}@1`, bytes, sources },
      ...{ sha256: hash('sha256', bytes, 'buffer'), contentType: 'application/json', encoding: 'utf-8' },
      ...{ keyId: null, idempotencyKey: undefined, expectsLots: false },
      rejectedValues: new Map(refused.length > 0 ? tickets.map((one, at) => [at, one as never]) : []),
    },
  ])
  return id
}

const push = (...tickets: object[]) =>
  hub.intake.pushCanonical({
    bytes: Buffer.from(JSON.stringify(tickets)),
    keyId: null,
    mayPush: () => {},
  })

/** `status@version number raw` of each version of a record. */
async function versions(key: string, system = 'stall'): Promise<string[]> {
  const { rows } = await hub.pool.query(
    'select status, version, body from record_versions where record_id = $1 order by version',
    [recordId('sale', system, 'canonical', [key])],
  )
  return rows.map(({ status, version, body }) => {
    const [paper] = JSON.parse(body).documents
    return `${status}@${version} ${paper.number}${paper.raw ? ` ${paper.raw}` : ''}`
  })
}

it('canonical records whose codes were kept as they were sent get the codes of today: counted first, then written once', async () => {
  const receipt = await asBefore([ticket('A1', 'sh-2024 001'), ticket('A2', 'SH-2024002')])
  const scope = { receipts: [receipt] }
  const dry = await hub.replay('dry-run', scope)
  expect(dry).toMatchObject({
    state: 'done',
    mappings: { sale: { version: 1 }, canonical: { version: 1 } },
    counts: { messages: 1, received: 2, changed: 1, same: 1, versions: 0 },
    samples: [
      { outcome: 'changed', message: receipt, index: 0, records: [{ differences: expect.anything() }] },
    ],
  })
  expect(await versions('A1')).toEqual(['active@1 sh-2024 001'])
  const { rows: before } = await hub.pool.query('select max(position) as head from record_versions')

  const done = await hub.replay('apply', scope)
  expect(done.counts).toMatchObject({ received: 2, changed: 1, same: 1, versions: 1 })
  expect(await versions('A1')).toEqual(['active@1 sh-2024 001', 'active@2 SH-2024001 sh-2024 001'])
  const { rows } = await hub.pool.query(
    `select mapping, message_id, message_index, replay, record, position > $1 as logged, codes from record_versions where replay = $2`,
    [before[0].head, done.id],
  )
  expect(rows).toEqual([
    {
      ...{
        mapping: 'canonical@1',
        message_id: receipt,
        message_index: 0,
        replay: done.id,
        record: 'canonical',
      },
      ...{ logged: true, codes: expect.arrayContaining([expect.stringContaining('SH-2024001')]) },
    },
  ])
  expect((await hub.replay('apply', scope)).counts).toMatchObject({ same: 2, changed: 0, versions: 0 })
  // What its source sends again is what the replay made of it.
  expect(await push(ticket('A1', 'sh-2024 001'))).toMatchObject({ unchanged: 1 })
})

it('a correction stays, a void stays void, and of a key that a message names twice its last word counts', async () => {
  const first = await asBefore([
    ticket('B1', 'b 1'),
    ticket('B2', 'b 2'),
    ticket('B3', 'b 3'),
    ticket('B3', 'b 4'),
  ])
  const second = await asBefore([ticket('B1', 'b 5'), { ...ticket('B2', 'b 2'), status: 'void' }])
  expect((await hub.replay('apply', { receipts: [first] })).counts).toMatchObject({
    ...{ received: 4, changed: 1, keptOut: 3, versions: 1 },
  })
  expect((await hub.replay('apply', { receipts: [first, second] })).counts).toMatchObject({
    ...{ received: 6, same: 1, keptOut: 3, changed: 2, versions: 2 },
  })
  expect((await versions('B1')).at(-1)).toBe('active@3 B5 b 5')
  expect((await versions('B2')).at(-1)).toBe('void@3 B2 b 2')
  expect((await versions('B3')).at(-1)).toBe('active@3 B4 b 4')
})

it('a canonical record that was refused and is taken today is mended; one that is still refused says why now', async () => {
  const why: Issue = { path: '/origin', code: 'E_SCHEMA', reason: 'of before' }
  await asBefore([ticket('C1', 'C1')], { refused: [why] })
  await asBefore([ticket('C2', 'C2', { quantity: { value: 'many', unit: 'KGM' } })], { refused: [why] })
  const { rows } = await hub.pool.query(
    "select distinct group_key from rejections where record = 'canonical'",
  )
  const { counts } = await hub.replay('apply', { rejectionGroup: rows[0].group_key })
  expect(counts).toMatchObject({ received: 2, newlyOk: 1, stillFailing: 1, mended: 1, versions: 1 })
  expect(await versions('C1')).toEqual(['active@1 C1'])
  const open = await hub.pool.query(
    "select place from rejections where record = 'canonical' and state = 'open'",
  )
  expect(open.rows).toEqual([{ place: '/0/quantity/value' }])
})

it('a replay of a whole system takes its canonical messages among the others, and never the batches of peers', async () => {
  await hub.push([sale('D1')])
  await asBefore([ticket('D2', 'd 2')])
  await asBefore([ticket('D3', 'd 3')], { record: 'changes' })
  await hub.replay('apply')
  expect((await versions('D2')).at(-1)).toBe('active@2 D2 d 2')
  expect(await versions('D3')).toEqual(['active@1 d 3'])
  const of = (await hub.replay('dry-run', canonical)).counts
  const all = (await hub.replay('dry-run')).counts
  const mapped = (await hub.replay('dry-run', { record: 'sale' })).counts
  expect(all['received']).toBe((of['received'] ?? 0) + (mapped['received'] ?? 0))
  expect(mapped).toMatchObject({ received: 1 })
})

it('a system without a mapping is replayed as well; its other records are told to be unknown', async () => {
  await createSystem(hub.pool, { id: 'ledger', title: { zh: '台账', en: 'Ledger' } })
  await push({ ...ticket('E1', 'E1'), system: 'ledger' })
  const parts = { pool: hub.pool, registry: hub.registry, clock: () => hub.nowMs++ }
  const { id } = await createReplay(parts, { mode: 'apply', scope: { system: 'ledger' } }, 'test')
  await runReplay({ ...parts, onCommitted: () => {} }, id)
  expect(await readReplay(hub.pool, id)).toMatchObject({ state: 'done', counts: { received: 1, same: 1 } })
  const asked = (scope: { system: string; record?: string }) =>
    createReplay(parts, { mode: 'dry-run', scope }, 'test')
  await expect(asked({ system: 'ledger', record: 'sale' })).rejects.toMatchObject({
    code: 'unknown_record',
    parts: { members: { known: ['canonical'] } },
  })
  await expect(asked({ system: 'nobody' })).rejects.toMatchObject({ code: 'unknown_system' })
})

it('two readings of canonical records are not compared, and that is told', async () => {
  await expect(hub.replay('compare', canonical, { versions: { from: 1, to: 2 } })).rejects.toMatchObject({
    code: 'invalid_request',
    parts: { issues: [{ path: '/scope/record', reason: expect.stringContaining('dry-run') }] },
  })
})

it('stopped between two steps, it goes on where it was and counts every record once', async () => {
  for (let i = 0; i < 3; i++)
    await asBefore(Array.from({ length: 400 }, (_, n) => ticket(`F${i}.${n}`, `f ${i}.${n}`)))
  const { pool, registry } = hub
  const parts = { pool, registry, onCommitted: () => {} }
  const wish = { mode: 'apply' as const, scope: { system: 'stall', ...canonical, newest: 3 } }
  const { id } = await createReplay({ pool, registry, clock: () => hub.nowMs++ }, wish, 'test')
  const stop = new AbortController()
  expect(await runReplay(parts, id, { signal: stop.signal, onStep: () => stop.abort() })).toBe(false)
  expect((await readReplay(pool, id))?.counts).toMatchObject({ received: 400, versions: 400 })
  expect(await runReplay(parts, id)).toBe(true)
  expect((await readReplay(pool, id))?.counts).toMatchObject({
    received: 1200,
    changed: 1200,
    versions: 1200,
  })
  expect((await versions('F2.399')).at(-1)).toBe('active@2 F2.399 f 2.399')
})
