import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readDeployment } from '#store/deployment.ts'
import { StartRefusal } from '#store/refusal.ts'
import { checkDataKeys } from './doctor/data-keys.ts'
import { judgeDatabase } from './doctor/database.ts'
import { checkEgress } from './doctor/egress.ts'
import { checkMachine } from './doctor/machine.ts'
import { checkPeople } from './doctor/people.ts'
import { type Reading, wrong } from './doctor/reading.ts'
import { checkSigners } from './doctor/signers.ts'
import { checkJobs, checkMappings, checkWork } from './doctor/work.ts'
import { cliLanguage } from './language.ts'
import { withOwnDatabase } from './own-database.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { dataKeysOf, type Settings } from './settings.ts'
import { wrongOptions } from './wrong-usage.ts'

const migrationsFolder = fileURLToPath(new URL('../store/migrations/', import.meta.url))

/** `hub doctor`: checks a deployment and changes nothing; ends with 1 where a promise of the hub does not hold so. */
export async function doctorCommand(argv: readonly string[]): Promise<void> {
  const json = parsed(argv)
  const readings = await examine(settingsOrExit(process.env))
  console.log(json ? JSON.stringify(readings, null, 2) : readings.map(line).join('\n'))
  if (readings.some(({ state }) => state === 'fail')) process.exitCode = 1
}

/** Every check that can be made with these settings; one that cannot be made is a reading too. */
export async function examine(settings: Settings): Promise<Reading[]> {
  const machine = await checkMachine(settings)
  const mappings = await attempt('mappings', () => checkMappings(settings.mappings))
  const jobs = await attempt('jobs', async () => [await checkJobs(settings.redisUrl)])
  const database = await attempt('database', () =>
    withOwnDatabase(settings, { name: 'doctor', mustExist: true }, async (pool) => {
      const facts = await readDeployment(pool, migrationsFolder, Date.now)
      const judged = judgeDatabase(facts)
      // What the hub says of itself can be read only where the tables are those of this program.
      return facts.missingMigrations?.length === 0 && facts.unknownMigrations.length === 0
        ? [
            ...judged,
            ...(await attempt('data.sealed', () => checkDataKeys(pool, dataKeysOf(settings)))),
            ...(await checkWork(pool)),
            ...(await checkPeople(pool, Date.now())),
            await checkEgress(pool),
            ...(await attempt('signing.keys', async () => [await checkSigners(pool)])),
          ]
        : judged
    }),
  )
  return [...machine, ...mappings, ...jobs, ...database]
}

async function attempt(check: string, run: () => Promise<Reading[]>): Promise<Reading[]> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof StartRefusal)
      // Before the first start there is none, and nothing is wrong with that.
      return [
        wrong(
          error.code === 'no_database' ? 'warn' : 'fail',
          check,
          [error.reason.en, error.reason.zh],
          [error.fix.en, error.fix.zh],
        ),
      ]
    const said = sentenceOf(error)
    return [wrong('fail', check, [said, said], ['See the log of PostgreSQL.', '请查看 PostgreSQL 日志。'])]
  }
}

const MARKS = { ok: '✓', warn: '!', fail: '✗' } as const

function line({ check, state, said, fix }: Reading): string {
  const language = cliLanguage()
  return `${MARKS[state]} ${check}: ${said[language]}${fix ? ` → ${fix[language]}` : ''}`
}

function parsed(argv: readonly string[]): boolean {
  try {
    return parseArgs({ args: [...argv], options: { json: { type: 'boolean' } } }).values.json ?? false
  } catch (error) {
    throw wrongOptions(error)
  }
}
