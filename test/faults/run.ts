/**
 * `npm run test:faults`: rounds in which everything is killed or disturbed while sources push and links deliver, each compared to the
 * last record. `--long` (12 rounds of 30 s of faults), `--rounds N`, `--seconds N` (of faults), `--minutes N` (as many rounds as fit),
 * `--seed N` (of the first round; the next ones count on), `--report FILE` (writes the table there), `--keep` (leaves ledgers and logs).
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { faultsIn } from './check.ts'
import { openGround } from './ground.ts'
import { describeRound, writeReport } from './report.ts'
import { type RoundResult, runRound } from './round.ts'

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    report: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const long = values.long || values.minutes !== undefined
const rounds = Number(values.rounds ?? (values.minutes ? Number.POSITIVE_INFINITY : long ? 12 : 2))
const faultsMs = Number(values.seconds ?? (long ? 30 : 6)) * 1000
const untilMs = performance.now() + Number(values.minutes ?? Number.POSITIVE_INFINITY) * 60_000
const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 1e6))

const folder = mkdtempSync(join(tmpdir(), 'hub-faults-'))
chmodSync(folder, 0o755)
const ground = await openGround(join(folder, 'data'))
const results: RoundResult[] = []
let bad = 0
try {
  for (let round = 0; round < rounds && performance.now() < untilMs; round++) {
    const place = ground.forRound(round)
    // The PostgreSQL of the tests takes 50 connections, and jobs in it take some of each process.
    const processes = long && place.redis ? 2 : 1
    const result = await runRound({
      ...place,
      seed: firstSeed + round,
      folder: join(folder, `round-${round}`),
      apis: processes,
      workers: processes,
      faultsMs,
      healMs: 180_000,
    })
    results.push(result)
    console.log(describeRound(result))
    if (faultsIn(result.findings).length > 0 || result.planted.overlooked.length > 0) bad++
  }
} finally {
  await ground.close()
  if (bad === 0 && !values.keep) rmSync(folder, { recursive: true, force: true })
  else console.log(`Ledgers and logs: ${folder}`)
}
for (const sentence of ground.notRun) console.log(sentence)
console.log(`${results.length - bad} rounds without a fault found, ${bad} with`)
if (values.report) writeReport(values.report, results, ground)
process.exitCode = bad === 0 && results.length > 0 ? 0 : 1
