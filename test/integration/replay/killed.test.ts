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

it('killed again and again, a replay counts and writes every record once', { timeout: 60_000 }, async () => {
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
  let kills = 0
  for (let at = 1; at <= 3; at++) {
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
  expect(kills).toBeGreaterThan(0)
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
