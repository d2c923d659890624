import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createReplay } from '#flow/replay/create-replay.ts'
import { runReplay } from '#flow/replay/run.ts'
import { leaseReplay, readReplay } from '#store/replays.ts'
import { sale, withVersions } from '#test/versions.ts'

const hub = withVersions()
const script = fileURLToPath(new URL('./replay-process.ts', import.meta.url))
const MESSAGES = 400

const urlOf = async () =>
  (hub.pool as unknown as { options: { connectionString: string } }).options.connectionString

/** Works on a replay in processes of their own, each killed after one step more than the one before. Gives how many were killed. */
async function killedAgainAndAgain(id: string, times: number): Promise<number> {
  let kills = 0
  for (let at = 1; at <= times; at++) {
    const child = spawn(process.execPath, [script, await urlOf(), id], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const gone = once(child, 'exit')
    let steps = 0
    for await (const _ of createInterface({ input: child.stdout })) if (++steps === at) child.kill('SIGKILL')
    const [, signal] = await gone
    if (signal === 'SIGKILL') kills++
    await pause(1100)
  }
  return kills
}

it('killed again and again, a replay counts and writes every record once', { timeout: 180_000 }, async () => {
  await hub.take({ version: 1, product: 'fine' })
  for (let i = 0; i < MESSAGES; i += 20) {
    const rows = (at: number) => [sale(`K${i + at}`, { fine: '番茄' }), sale(`R${i + at}`)]
    await Promise.all(Array.from({ length: 20 }, (_, at) => hub.push(rows(at))))
  }
  await hub.take({ version: 2, more: '      vehicle: plate\n', product: 'goods' })
  const { pool, registry } = hub
  const { id } = await createReplay(
    { pool, registry, clock: Date.now },
    { mode: 'apply', scope: { system: 'stall' } },
    'test',
  )
  expect(await killedAgainAndAgain(id, 3)).toBeGreaterThan(0)
  await runReplay({ pool, registry, onCommitted: () => {} }, id)
  const done = await readReplay(pool, id)
  expect(done).toMatchObject({
    state: 'done',
    counts: {
      messages: MESSAGES,
      received: MESSAGES * 2,
      newlyOk: MESSAGES,
      same: MESSAGES,
      versions: MESSAGES,
    },
  })
  const { rows } = await pool.query(
    `select count(*)::int as versions, count(distinct record_id)::int as records, count(replay)::int as replayed from record_versions`,
  )
  expect(rows).toEqual([{ versions: MESSAGES * 2, records: MESSAGES * 2, replayed: MESSAGES }])
})

it('two workers at once: one has the lease, and one that lost it writes nothing', async () => {
  const { pool, registry } = hub
  const { id } = await createReplay(
    { pool, registry, clock: Date.now },
    { mode: 'dry-run', scope: { system: 'stall' } },
    'test',
  )
  const held = await leaseReplay(pool, id, 300)
  expect(held).not.toBeNull()
  expect(await leaseReplay(pool, id, 300)).toBeNull()
  await pause(350)
  const first = runReplay({ pool, registry, onCommitted: () => {} }, id)
  expect(await first).toBe(true)
  expect((await readReplay(pool, id))?.counts).toMatchObject({ messages: MESSAGES, same: MESSAGES * 2 })
  expect(await runReplay({ pool, registry, onCommitted: () => {} }, id)).toBe(false)
})

it('a correction that comes while the replay writes is never overwritten', async () => {
  const { pool, registry } = hub
  await hub.take({ version: 3, more: '      note: remark\n' })
  await hub.push(Array.from({ length: 60 }, (_, i) => sale(`C${i}`, { remark: 'x' })))
  await hub.take({ version: 4 })
  const { id } = await createReplay(
    { pool, registry, clock: Date.now },
    { mode: 'apply', scope: { system: 'stall', mapping: 'stall/sale@3' } },
    'test',
  )
  hub.nowMs = Math.max(hub.nowMs, Date.now())
  const corrections = Promise.all(
    Array.from({ length: 60 }, (_, i) => hub.push([sale(`C${i}`, { kg: '7' })])),
  )
  await runReplay({ pool, registry, onCommitted: () => {} }, id)
  await corrections
  for (let i = 0; i < 60; i++)
    expect((await hub.versions(`C${i}`)).at(-1)).toMatch(/^active@[23] 番茄 7 stall\/sale@4/)
})

it('killed in the middle of a large message, it goes on there: each source record is counted, written and mended once', {
  timeout: 90_000,
}, async () => {
  const { pool, registry } = hub
  await hub.take({ version: 5, product: 'fine' })
  const rows = Array.from({ length: 3000 }, (_, i) => sale(`L${i}`, i % 3 === 0 ? {} : { fine: '番茄' }))
  // Said twice, in parts that different processes come to.
  rows[2900] = sale('L1', { fine: '番茄', kg: '7' })
  const large = await hub.pushLarge(rows)
  const after = await hub.push([sale('L9999', { fine: '番茄' })])
  await hub.take({ version: 6, product: 'goods', more: '      note: remark\n' })
  const wish = { mode: 'apply', scope: { system: 'stall', receipts: [large, after.receipt] } } as const
  const { id } = await createReplay({ pool, registry, clock: Date.now }, wish, 'test')
  expect(await killedAgainAndAgain(id, 4)).toBe(4)
  const half = await readReplay(pool, id)
  expect(half?.inside).toMatchObject({ message: large, total: 3000 })
  expect(half?.inside?.done).toBeGreaterThan(0)
  expect(half?.inside?.done).toBeLessThan(3000)
  await runReplay({ pool, registry, onCommitted: () => {} }, id)
  const done = await readReplay(pool, id)
  expect(done).toMatchObject({
    state: 'done',
    inside: null,
    counts: { messages: 2, received: 3001, newlyOk: 1000, mended: 1000, versions: 1000, newlyFailing: 0 },
  })
  const { rows: written } = await pool.query(
    `select count(*)::int as versions, count(distinct record_id)::int as records from record_versions where replay = $1`,
    [id],
  )
  expect(written).toEqual([{ versions: 1000, records: 1000 }])
  expect((await hub.versions('L1')).at(-1)).toBe('active@2 番茄 7 stall/sale@5')
  const { rows: open } = await pool.query(`select from rejections where state = 'open' and message_id = $1`, [
    large,
  ])
  expect(open).toHaveLength(0)
})

it('killed after its last step, a replay is done: nothing is counted again', async () => {
  const { pool, registry } = hub
  const { receipt } = await hub.push([sale('E1')])
  const wish = { mode: 'dry-run', scope: { system: 'stall', receipts: [receipt] } } as const
  const { id } = await createReplay({ pool, registry, clock: Date.now }, wish, 'test')
  const killed = new Error('killed')
  const stepped = runReplay({ pool, registry, onCommitted: () => {} }, id, {
    onStep: () => {
      throw killed
    },
  })
  await stepped.catch(() => {})
  expect(await runReplay({ pool, registry, onCommitted: () => {} }, id)).toBe(false)
  expect(await readReplay(pool, id)).toMatchObject({ state: 'done', counts: { messages: 1, received: 1 } })
})
