import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { emptyFindings } from './check.ts'
import { openGround } from './ground.ts'
import { describeRound } from './report.ts'
import { runRound } from './round.ts'

/** The short form of `npm run test:faults`: one round. Its seed is printed; the long form takes it with `--seed`. */
it('nothing is lost, doubled, changed, made up, left out or turned round while all parts are killed and receivers misbehave', {
  timeout: 300_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-faults-'))
  // Root's PostgreSQL runs as another user, who must get in.
  chmodSync(folder, 0o755)
  const ground = await openGround(join(folder, 'data'))
  onTestFinished(async () => {
    await ground.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const result = await runRound({
    ...ground.forRound(0),
    seed: Math.floor(Math.random() * 1e6),
    folder: join(folder, 'round'),
    apis: 1,
    workers: 1,
    faultsMs: 6000,
    healMs: 100_000,
  })
  console.log(describeRound(result))
  expect(result.findings, describeRound(result)).toEqual(emptyFindings())
  expect(result.planted.overlooked).toEqual([])
  expect(result.planted.found).toBeGreaterThan(10)
  // A round in which nothing happened proves nothing.
  const kills = [...result.faults].filter(([fault]) => fault.startsWith('kill')).length
  expect(kills).toBeGreaterThan(2)
  expect(result.figures.acknowledged).toBeGreaterThan(20)
})
