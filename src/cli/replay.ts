import { parseArgs } from 'node:util'
import { ERRORS, HubError } from '#core/errors.ts'
import { createReplay, type ReplayWish } from '#flow/replay/create-replay.ts'
import { runReplay } from '#flow/replay/run.ts'
import { createLiveRegistry } from '#flow/systems/live.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { createPool } from '#store/database.ts'
import { holdDataKeys } from '#store/personal/data-keys.ts'
import { type Replay, readReplay } from '#store/replays.ts'
import { keptSecret, keyedHash } from '#store/secrets.ts'
import { cliLanguage } from './language.ts'
import { mappingsMustExist } from './mappings-folder.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { dataKeysOf } from './settings.ts'
import { WrongUsage } from './wrong-usage.ts'

/** `hub replay`: maps stored messages of the database of DATABASE_URL anew, in this process, and shows what became of them. */
export async function replayCommand(argv: readonly string[]): Promise<void> {
  const wish = wishOf(argv)
  const settings = settingsOrExit(process.env)
  const zh = cliLanguage() === 'zh'
  if (!settings.databaseUrl) {
    console.error(
      zh
        ? '内嵌数据库运行时请用 POST /v1/replays；此命令用于 DATABASE_URL 指定的数据库。'
        : 'With the embedded database use POST /v1/replays; this command is for the database of DATABASE_URL.',
    )
    process.exitCode = 1
    return
  }
  const pool = createPool({ url: settings.databaseUrl, max: 4, applicationName: 'trace-hub replay' })
  try {
    await mappingsMustExist(settings.mappings)
    await holdDataKeys(pool, dataKeysOf(settings))
    const options = { keyedHash: keyedHash(await keptSecret(pool, 'identity-numbers')) }
    const seed = await loadRegistry(settings.mappings, options)
    const registry = createLiveRegistry({ pool, seed, options })
    await registry.refresh()
    const { id } = await createReplay({ pool, registry, clock: Date.now }, wish, 'hub replay')
    // The hub's own sweep finds the changes for its links.
    await runReplay({ pool, registry, onCommitted: () => {} }, id, {
      onStep: ({ counts }) => console.error(progressLine(counts)),
    })
    const replay = await readReplay(pool, id)
    if (replay) console.log(JSON.stringify(replay, null, 2))
    if (!isDone(replay)) process.exitCode = 1
  } catch (error) {
    console.error(error instanceof HubError ? problemLine(error) : sentenceOf(error))
    process.exitCode = 1
  } finally {
    await pool.end()
  }
}

const isDone = (replay: Replay | null): boolean => replay?.state === 'done'

const progressLine = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')

function problemLine({ code, parts }: HubError): string {
  const { title, fix } = ERRORS[code]
  const language = cliLanguage()
  const issues = (parts.issues ?? []).map(({ path, reason }) => `${path}: ${reason}`)
  return [`${title[language]}: ${parts.detail ?? ''}`, ...issues, fix[language]].join('\n')
}

function wishOf(argv: readonly string[]): ReplayWish {
  const { system, record, from, to, receipt, group, flag, mapping, newest, apply, compare, target } =
    parsed(argv)
  const versions = compare === undefined ? undefined : /^([1-9]\d{0,8}),([1-9]\d{0,8})$/.exec(compare)
  const isWrong =
    system === undefined ||
    versions === null ||
    (apply === true && compare !== undefined) ||
    (apply !== true && target !== undefined) ||
    [from, to].some((time) => time !== undefined && Number.isNaN(Date.parse(time))) ||
    (newest !== undefined && !/^[1-9]\d{0,2}$|^1000$/.test(newest))
  if (isWrong) throw new WrongUsage()
  return {
    mode: versions ? 'compare' : apply ? 'apply' : 'dry-run',
    scope: {
      system,
      ...(record === undefined ? {} : { record }),
      ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
      ...(to === undefined ? {} : { to: new Date(to).toISOString() }),
      ...(receipt === undefined ? {} : { receipts: receipt }),
      ...(group === undefined ? {} : { rejectionGroup: group }),
      ...(flag === undefined ? {} : { flag }),
      ...(mapping === undefined ? {} : { mapping }),
      ...(newest === undefined ? {} : { newest: Number(newest) }),
    },
    ...(target === undefined ? {} : { targets: targetsOf(target) }),
    ...(versions ? { versions: { from: Number(versions[1]), to: Number(versions[2]) } } : {}),
  }
}

const targetsOf = (given: readonly string[]): NonNullable<ReplayWish['targets']> => {
  const [first] = given
  return given.length === 1 && (first === 'none' || first === 'all') ? first : given
}

function parsed(argv: readonly string[]) {
  try {
    const text = { type: 'string' } as const
    return parseArgs({
      args: [...argv],
      options: {
        system: text,
        record: text,
        from: text,
        to: text,
        receipt: { type: 'string', multiple: true },
        group: text,
        flag: text,
        mapping: text,
        newest: text,
        target: { type: 'string', multiple: true },
        apply: { type: 'boolean' },
        compare: text,
      },
    }).values
  } catch {
    throw new WrongUsage()
  }
}
