import { parseArgs } from 'node:util'
import { FINDING_EVENTS, type FindingEvent } from '#core/findings/next-version.ts'
import { cliLanguage } from './language.ts'
import { tellNone } from './none-found.ts'
import { callsTo } from './running-hub.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

const text = { type: 'string' } as const
const FILTER = [
  'kind',
  'severity',
  'state',
  'region',
  'site',
  'system',
  'from',
  'to',
  'limit',
  'after',
] as const
const options = {
  ...{ hub: text, key: text, note: text, purpose: text },
  ...(Object.fromEntries(FILTER.map((name) => [name, text])) as Record<(typeof FILTER)[number], typeof text>),
  overdue: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

/** What a line of the list tells. */
interface Finding {
  readonly id: string
  readonly severity: string
  readonly state: string
  readonly isOverdue: boolean
  readonly title: { readonly en: string; readonly zh: string }
  readonly sentence: { readonly en: string; readonly zh: string } | null
}

/** `hub finding list [filter]` and `hub finding <event> <finding> [--note N]`, over a running hub. */
export async function findingCommand(argv: readonly string[]): Promise<void> {
  const { values, action, id } = parsed(argv)
  const { hub, key } = values
  if (!hub || !key) throw new WrongUsage()
  const call = callsTo(hub, key, { purpose: values.purpose })
  try {
    if (action === 'list') {
      const where = new URLSearchParams()
      for (const name of FILTER) {
        const value = values[name]
        if (value !== undefined) where.set(name, value)
      }
      if (values.overdue) where.set('overdue', 'true')
      const { findings, next } = await call('GET', `/v1/findings?${where}`)
      if (values.json) console.log(JSON.stringify({ findings, next }, null, 2))
      else for (const one of findings as readonly Finding[]) console.log(lineOf(one))
      if ((findings as readonly Finding[]).length === 0) tellNone()
      if (next !== null && !values.json) console.error(`--after ${next}`)
      return
    }
    const done = await call('POST', `/v1/findings/${encodeURIComponent(id ?? '')}/events`, {
      event: action,
      ...(values.note === undefined ? {} : { note: values.note }),
    })
    console.log(values.json ? JSON.stringify(done, null, 2) : lineOf(done as unknown as Finding))
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

function lineOf({ id, severity, state, isOverdue, title, sentence }: Finding): string {
  const language = cliLanguage() === 'zh' ? 'zh' : 'en'
  return [severity, `${state}${isOverdue ? '!' : ''}`, title[language], sentence?.[language] ?? '', id].join(
    '\t',
  )
}

function parsed(argv: readonly string[]) {
  const { values, positionals } = read(argv)
  const [action, id] = positionals
  const isList = action === 'list' && positionals.length === 1
  const isEvent = FINDING_EVENTS.some((event: FindingEvent) => event === action) && action !== 'assign'
  if (!isList && !(isEvent && positionals.length === 2)) throw new WrongUsage()
  return { values, action, id }
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true })
  } catch (error) {
    throw wrongOptions(error)
  }
}
