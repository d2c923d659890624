import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import {
  type CrashHub,
  compare,
  killHub,
  killPostgres,
  newLedger,
  sendUntil,
  startHub,
  storedSales,
} from './crash.ts'

/** Rounds of this run; many more are run by hand with KILL_ROUNDS. */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 4)

it(
  'what was acknowledged before kill -9 of the hub or of PostgreSQL is there afterwards, once, with the same receipt',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hub-killed-'))
    // Root's PostgreSQL runs as another user: where that one cannot enter, the data would lie in /var/lib and stay there.
    await chmod(folder, 0o755)
    let hub: CrashHub = await startHub(folder)
    onTestFinished(async () => {
      await killHub(hub)
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
    })
    const total = { acknowledged: 0, unknown: 0 }
    const everSent = new Set<string>()
    for (let round = 0; round < ROUNDS; round++) {
      const ledger = newLedger()
      ledger.next = round * 100_000
      const dead = pause(150 + Math.random() * 700).then(async () => {
        if (round % 2 === 0) await killHub(hub)
        else {
          await killPostgres(folder)
          await pause(1500)
        }
      })
      await sendUntil(hub.url, ledger, dead)
      if (round % 2 === 0) hub = await startHub(folder)
      const found = await compare(hub.url, ledger)
      expect(found).toMatchObject({ lost: [], double: [], uncounted: [] })
      expect([...ledger.answers.keys()].filter((status) => ![0, 200, 503].includes(status))).toEqual([])
      total.acknowledged += found.acknowledged
      total.unknown += found.unknown
      for (const body of ledger.sent.values())
        for (const { billNo } of body as { billNo: string }[]) if (billNo) everSent.add(billNo)
    }
    const stored = await storedSales(hub.url)
    expect([...stored.keys()].filter((key) => !everSent.has(key))).toEqual([])
    expect([...everSent].filter((key) => stored.get(key) !== 1)).toEqual([])
    if (process.env['KILL_ROUNDS']) console.log({ rounds: ROUNDS, ...total, sales: stored.size })
  },
  60_000 + ROUNDS * 60_000,
)
