import { parseArgs } from 'node:util'
import { instantOf, isDayOrTime } from '#api/day-or-time.ts'
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
import { sentenceOf, settingsOrExit, told } from './process.ts'
import { dataKeysOf } from './settings.ts'
import { missing, WrongUsage, wrongOptions } from './wrong-usage.ts'

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
  const issues = (parts.issues ?? []).map(({ path, reason }) => `${path}: ${told(reason)}`)
  const what = `${title[language]}: ${told(parts.detail ?? '')}`
  return [what, ...issues, parts.fix === undefined ? fix[language] : told(parts.fix)].join('\n')
}

function wishOf(argv: readonly string[]): ReplayWish {
  const { system, record, from, to, receipt, group, flag, mapping, newest, apply, compare, target } =
    parsed(argv)
  const versions = compare === undefined ? undefined : /^([1-9]\d{0,8}),([1-9]\d{0,8})$/.exec(compare)
  if (system === undefined) throw missing('--system')
  if (versions === null) throw wrongValue('--compare', compare, '3,4')
  if (apply === true && compare !== undefined)
    throw new WrongUsage({ en: '--apply or --compare, not both.', zh: '--apply 与 --compare 只能选一。' })
  if (apply !== true && target !== undefined)
    throw new WrongUsage({ en: '--target goes with --apply.', zh: '--target 须与 --apply 同用。' })
  if (newest !== undefined && !/^[1-9]\d{0,2}$|^1000$/.test(newest))
    throw wrongValue('--newest', newest, '1–1000')
  return {
    mode: versions ? 'compare' : apply ? 'apply' : 'dry-run',
    scope: {
      system,
      ...(record === undefined ? {} : { record }),
      ...(from === undefined ? {} : { from: timeOf('--from', from, 'start') }),
      ...(to === undefined ? {} : { to: timeOf('--to', to, 'end') }),
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

const wrongValue = (name: string, value: string | undefined, example: string): WrongUsage =>
  new WrongUsage({
    en: `${name}: ${value} is not understood; write ${example}.`,
    zh: `${name}：无法识别 ${value}，格式如 ${example}。`,
  })

function timeOf(name: string, text: string, edge: 'start' | 'end'): string {
  if (!isDayOrTime(text)) throw wrongValue(name, text, '2026-07-01, 2026-07-01T08:00+08:00')
  return instantOf(text, edge)
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
  } catch (error) {
    throw wrongOptions(error)
  }
}
