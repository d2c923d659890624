import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { mergeSettings } from '#flow/channels/compose.ts'
import { type Call, callsTo } from './running-hub.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

const NAME = /^[a-z0-9-]+\/[a-z0-9-]+$/
/** A check tries slow sources too. */
const CHECK_MS = 90_000
const text = { type: 'string' } as const
const texts = { type: 'string', multiple: true } as const
const options = {
  hub: text,
  key: text,
  system: text,
  set: texts,
  secret: texts,
  allow: texts,
  every: text,
  cron: text,
  state: text,
} as const

type Values = ReturnType<typeof parsed>['values']
type Action = (call: Call, path: string, values: Values) => Promise<string[]>

const shown = (value: unknown): string[] => [JSON.stringify(value)]

const actions: Readonly<Record<string, Action>> = {
  async list(call, _path, { system }) {
    const lines: string[] = []
    for (let after: string | null = ''; after !== null; ) {
      const query = new URLSearchParams({ ...(system ? { system } : {}), ...(after ? { after } : {}) })
      const page = await call('GET', `/v1/channels?${query}`)
      lines.push(...(page['channels'] as unknown[]).flatMap(shown))
      after = page['next'] as string | null
    }
    return lines
  },
  show: async (call, path) => shown(await call('GET', path)),
  on: async (call, path) => shown(await call('PATCH', path, { on: true })),
  off: async (call, path) => shown(await call('PATCH', path, { on: false })),
  async set(call, path, values) {
    const { set } = await call('GET', path)
    return shown(await call('PATCH', path, await wishOf(values, set as Readonly<Record<string, unknown>>)))
  },
  async check(call, path, values) {
    const { set } = await call('GET', path)
    const found = await call(
      'POST',
      `${path}/check`,
      await wishOf(values, set as Readonly<Record<string, unknown>>),
    )
    if (found['ok'] !== true) process.exitCode = 1
    return (found['checks'] as { setting: string; ok: boolean; reason: string; advice?: string }[]).map(
      ({ setting, ok, reason, advice }) =>
        `${ok ? '✓' : '✗'} ${setting}: ${reason}${advice ? ` ${advice}` : ''}`,
    )
  },
  run: async (call, path) => shown(await call('POST', `${path}/run`)),
  scan: async (call, path) => shown(await call('POST', `${path}/scan`)),
  reset: async (call, path, { state }) =>
    shown(await call('POST', `${path}/reset`, { state: state === undefined ? null : JSON.parse(state) })),
}

/** `hub channel <action> … --hub URL --key KEY`: the channels of a running hub, by its API. */
export async function channelCommand([action = '', ...rest]: readonly string[]): Promise<void> {
  const chosen = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (!chosen) throw new WrongUsage()
  const { values, positionals } = parsed(rest)
  const [name = ''] = positionals
  const isNamed = action !== 'list'
  if (values.hub === undefined || values.key === undefined || positionals.length !== (isNamed ? 1 : 0))
    throw new WrongUsage()
  if (isNamed && !NAME.test(name)) throw new WrongUsage()
  try {
    const call = callsTo(values.hub, values.key, { timeoutMs: CHECK_MS })
    for (const line of await chosen(call, `/v1/systems/${name.replace('/', '/channels/')}`, values))
      console.log(line)
  } catch (error) {
    if (error instanceof WrongUsage) throw error
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

/** What is to be set: settings by dotted names over those that are set, secrets from files so that no list of processes shows them. */
async function wishOf(
  { set = [], secret = [], allow, every, cron }: Values,
  before: Readonly<Record<string, unknown>>,
): Promise<object> {
  if (every !== undefined && cron !== undefined) throw new WrongUsage()
  const settings = set
    .map(pairOf)
    .reduce((made, [name, value]) => mergeSettings(made, nested(name.split('.'), value)), {
      ...before,
    })
  const secrets: Record<string, string | null> = {}
  for (const [name, file] of secret.map(pairOf))
    secrets[name] = file === '' ? null : (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
  return {
    ...(set.length > 0 ? { settings } : {}),
    ...(secret.length > 0 ? { secrets } : {}),
    ...(allow ? { allowAddress: allow } : {}),
    ...(every ? { rhythm: { every } } : {}),
    ...(cron ? { rhythm: { cron } } : {}),
  }
}

function pairOf(pair: string): [string, string] {
  const at = pair.indexOf('=')
  if (at < 1) throw new WrongUsage()
  return [pair.slice(0, at), pair.slice(at + 1)]
}

const nested = ([name = '', ...rest]: readonly string[], value: string): Record<string, unknown> => ({
  [name]: rest.length > 0 ? nested(rest, value) : value,
})

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options })
  } catch (error) {
    throw wrongOptions(error)
  }
}
