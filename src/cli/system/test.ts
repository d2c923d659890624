import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbedded } from '#cli/embedded.ts'
import { cliLanguage } from '#cli/language.ts'
import { createLog, sentenceOf, settingsOrExit } from '#cli/process.ts'
import { WrongUsage, wrongOptions } from '#cli/wrong-usage.ts'
import { LEVELS, type Level, type TrialHub } from '#flow/conformance/check.ts'
import { type CheckResult, type ConformanceReport, runConformance } from '#flow/conformance/run.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import { readSamples } from '#flow/systems/golden.ts'
import type { FolderSystem } from '#flow/systems/registry.ts'
import { createPool } from '#store/database.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { migrate } from '#store/migrate.ts'
import { registerSystems } from '#store/systems.ts'
import { wantedSystems } from './wanted-systems.ts'

/**
 * `hub system test [system…] [--level L] [--json FILE]`: the conformance suite over the samples of systems. Silver and gold use a
 * PostgreSQL of their own, which is thrown away; the hub's data are not touched.
 */
export async function systemTest(argv: readonly string[]): Promise<void> {
  const { level, json, names } = parsed(argv)
  const systems = await wantedSystems(names)
  if (systems === null) return
  const open = level === 'bronze' ? null : await openTrialHub(systems)
  try {
    const reports: ConformanceReport[] = []
    for (const system of systems) reports.push(await testOne(system, level, open?.hub ?? null))
    if (json !== undefined) await writeFile(json, `${JSON.stringify(reports.map(reportJson), null, 2)}\n`)
    if (reports.some(({ reached }) => reached !== level)) process.exitCode = 1
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
  } finally {
    await open?.close()
  }
}

function parsed(argv: readonly string[]): { level: Level; json: string | undefined; names: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { level: { type: 'string', default: 'gold' }, json: { type: 'string' } },
    })
    const level = LEVELS.find((one) => one === values.level)
    if (level === undefined)
      throw new WrongUsage({
        en: `"${values.level}" is no level. Use one of ${LEVELS.join(', ')}.`,
        zh: `没有级别“${values.level}”。可用：${LEVELS.join('、')}。`,
      })
    return { level, json: values.json, names: positionals }
  } catch (error) {
    throw wrongOptions(error)
  }
}

async function testOne(system: FolderSystem, level: Level, hub: TrialHub | null): Promise<ConformanceReport> {
  console.log(system.id)
  const trial = { system, samples: await readSamples(system), receivedAtMs: Date.now(), hub }
  const report = await runConformance(trial, level, (result) => console.log(resultLines(result).join('\n')))
  const zh = cliLanguage() === 'zh'
  const reached = report.reached ?? (zh ? '未达到 bronze' : 'not even bronze')
  console.log(`  = ${zh ? '达到' : 'reached'}: ${reached}\n`)
  return report
}

const MARKS = { passed: '✓', failed: '✗', skipped: '–' } as const

function resultLines({ check, verdict }: CheckResult): string[] {
  const language = cliLanguage()
  const line = `  ${MARKS[verdict.is]} ${check.level.padEnd(6)} ${check.title[language]}`
  if (verdict.is === 'failed')
    return [
      line,
      ...verdict.findings.map((finding) => `      ${finding[language]}`),
      ...(check.fix ? [`      → ${check.fix[language]}`] : []),
    ]
  return verdict.is === 'skipped' ? [`${line} (${verdict.reason[language]})`] : [line]
}

const reportJson = ({ system, reached, results }: ConformanceReport): object => ({
  system,
  reached,
  checks: results.map(({ check, verdict }) => ({
    id: check.id,
    level: check.level,
    title: check.title,
    ...verdict,
  })),
})

async function openTrialHub(
  systems: readonly FolderSystem[],
): Promise<{ hub: TrialHub; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'trace-hub-test-'))
  const embedded = await startEmbedded({ dataDir: folder, log: createLog(settingsOrExit(process.env)) })
  const pool = createPool({ url: embedded.url })
  await migrate(pool)
  await registerSystems(pool, systems)
  const byId = new Map(systems.map((system) => [system.id, system]))
  const registry = { systems: byId, mistakes: [], system: (id: string) => byId.get(id) }
  const intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  return {
    hub: { pool, intake, empty: () => emptyTables(pool) },
    close: async () => {
      await intake.close()
      await pool.end()
      await embedded.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
