import { parseArgs } from 'node:util'
import {
  beyondWords,
  DUE_WORDS,
  EVENT_WORDS,
  REFUSAL_WORDS,
  ROLE_WORDS,
  STATE_WORDS,
  UNKNOWN_FIXES,
  UNKNOWN_WORDS,
  VOID_WORDS,
} from '#core/cases/words.ts'
import { cliLanguage } from './language.ts'
import { tellNone } from './none-found.ts'
import { type Call, callsTo, HubProblem } from './running-hub.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

/** As much of a case as is shown. */
interface Case {
  readonly id: string
  readonly state: string
  readonly cause: string
  readonly product: { readonly name: string | null; readonly class: string | null }
  readonly site: string | null
  readonly stall: string | null
  readonly due: string | null
  readonly dueAt: string | null
  /** Null for who sees a part of the case. */
  readonly heldMass: string | null
  readonly disposedMass: string
}
interface Card extends Case {
  readonly unknownGoods: { readonly code: string } | null
  readonly heldAfterVoid: { readonly lots: readonly string[] } | null
  readonly truncated: boolean
  readonly disposedBeyond: { readonly held: string; readonly disposed: string } | null
  readonly lots: readonly {
    readonly code: string
    readonly role: string
    readonly site: string | null
    readonly places: readonly { readonly site: string | null; readonly order: 'stop_sale' | 'recall' }[]
    readonly mass: string | null
    readonly hold: string | null
  }[]
  readonly holds: readonly { readonly kind: string; readonly version: number; readonly place: string }[]
  readonly events: readonly {
    readonly at: string
    readonly event: string
    readonly to: string
    readonly actor: string | null
    readonly note: string | null
  }[]
  readonly findings: readonly { readonly id: string; readonly findingKind: string; readonly state: string }[]
  readonly possible: readonly string[]
  readonly needs: readonly { readonly event: string; readonly code: string }[]
}

/** `hub case list|show|event|open --hub URL --key KEY`: goods that failed a test or were stopped, and what is said of them. */
export async function caseCommand([action, ...rest]: readonly string[]): Promise<void> {
  const { values, positionals } = parsed(rest)
  const call = callsTo(values.hub, values.key, { purpose: values.purpose })
  try {
    if (action === 'list') await list(call, positionals, values)
    else {
      const card = (await ask(call, action, positionals, values)) as unknown as Card
      console.log(values.json ? JSON.stringify(card, null, 2) : cardText(card))
    }
  } catch (error) {
    if (error instanceof WrongUsage) throw error
    console.error(error instanceof Error ? error.message : String(error))
    if (error instanceof HubProblem) for (const line of refusalsOf(error)) console.error(line)
    process.exitCode = 1
  }
}

type Values = ReturnType<typeof parsed>['values']

/** Every case that fits, newest first, a line each. */
async function list(call: Call, positionals: readonly string[], values: Values): Promise<void> {
  if (positionals.length > 0) throw new WrongUsage()
  const { state, region, product, json } = values
  const query = new URLSearchParams(
    Object.entries({ state, region, product }).filter((one): one is [string, string] => one[1] !== undefined),
  )
  let count = 0
  for (let after: unknown = ''; after !== null; ) {
    if (after !== '') query.set('after', String(after))
    const { cases, next } = await call('GET', `/v1/cases?${query}`)
    for (const one of cases as readonly Case[]) console.log(json ? JSON.stringify(one) : lineOf(one))
    count += (cases as readonly Case[]).length
    after = next
  }
  if (count === 0) tellNone()
}

async function ask(
  call: Call,
  action: string | undefined,
  [subject, event, ...more]: readonly string[],
  { reason, at, quantity, method, note, 'idempotency-key': key }: Values,
): Promise<Record<string, unknown>> {
  if (more.length > 0 || (action !== 'event' && event !== undefined) || subject === undefined)
    throw new WrongUsage()
  if (action === 'show') return await call('GET', `/v1/cases/${encodeURIComponent(subject)}`)
  if (action === 'open' && reason !== undefined)
    return await call('POST', '/v1/cases', { code: subject, reason })
  if (action !== 'event' || event === undefined) throw new WrongUsage()
  const said = Object.entries({ at, quantity, method, note }).filter(([, value]) => value !== undefined)
  const body = { event, ...Object.fromEntries(said) }
  const headers = key === undefined ? {} : { 'idempotency-key': key }
  return await call('POST', `/v1/cases/${encodeURIComponent(subject)}/events`, body, headers)
}

const say = ([en, zh]: readonly [string, string]): string => (cliLanguage() === 'zh' ? zh : en)
const word = (words: Readonly<Record<string, readonly [string, string]>>, code: string): string =>
  say(words[code] ?? [code, code])

/** To the minute, in the time of China. */
const minute = (at: string): string =>
  new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')

const lineOf = (one: Case): string =>
  [
    word(STATE_WORDS, one.state),
    one.product.name ?? one.product.class ?? '-',
    [one.site, one.stall].filter(Boolean).join(' ') || '-',
    one.heldMass === null ? '-' : say([`${one.heldMass} kg came in`, `来货 ${one.heldMass} 公斤`]),
    one.due === null || one.dueAt === null
      ? '-'
      : `${word(DUE_WORDS, one.due)} ${say(['by', '截止'])} ${minute(one.dueAt)}`,
    one.id,
  ].join('\t')

function cardText(one: Card): string {
  const { lots, holds, events, findings, possible, needs } = one
  return [
    lineOf(one),
    one.cause,
    ...(one.unknownGoods === null
      ? []
      : [UNKNOWN_WORDS, UNKNOWN_FIXES].map((words) => `  ${word(words, one.unknownGoods?.code ?? '')}`)),
    ...(one.heldAfterVoid === null ? [] : VOID_WORDS.map((words) => `  ${say(words)}`)),
    ...beyondLines(one),
    ...(one.truncated
      ? [
          say([
            'not all of its lots are listed: they are more than a case holds',
            '批次超出单案上限，未全部列出',
          ]),
        ]
      : []),
    ...lots.map(
      ({ code, role, site, places, mass, hold }) =>
        `  ${[word(ROLE_WORDS, role), code, sitesOf(site, places), mass === null ? '-' : `${mass} ${say(['kg', '公斤'])}`, orderOf(hold, places)].join('  ')}`,
    ),
    `${say(['holds', '停售记录'])} ${holds.map(({ kind, version, place }) => `${kind} v${version} ${place}`).join(', ') || '-'}`,
    ...events.map(
      ({ at, event, to, actor, note }) =>
        `  ${[minute(at), word(EVENT_WORDS, event), `→ ${word(STATE_WORDS, to)}`, actor, note].filter(Boolean).join('  ')}`,
    ),
    `${say(['findings', '相关发现'])} ${findings.map(({ findingKind, state }) => `${findingKind} ${state}`).join(', ') || '-'}`,
    `${say(['possible now', '可用操作'])} ${possible.map((event) => `${event} ${word(EVENT_WORDS, event)}${needing(event, needs)}`).join(', ') || '-'}`,
  ].join('\n')
}

/** What an event must say, in brackets. */
function needing(event: string, needs: Card['needs']): string {
  const words = needs.flatMap((one) => (one.event === event ? word(REFUSAL_WORDS, one.code) : []))
  return words.length === 0 ? '' : say([` (${words.join('; ')})`, `（${words.join('；')}）`])
}

const beyondLines = ({ disposedBeyond: one }: Card): string[] =>
  one === null ? [] : beyondWords(one.disposed, one.held).map((words) => `  ${say(words)}`)

const orderOf = (hold: string | null, places: Card['lots'][number]['places']): string =>
  places.some(({ order }) => order === 'recall')
    ? say(['recalled', '召回'])
    : hold === null
      ? say(['not held', '未停售'])
      : say(['held', '停售'])

/** Where a lot is held, else where it is. */
const sitesOf = (site: string | null, places: readonly { readonly site: string | null }[]): string =>
  [...new Set((places.length > 0 ? places.map((one) => one.site) : [site]).filter(Boolean))].join(', ') || '-'

const refusalsOf = ({ problem }: HubProblem): string[] =>
  ((problem['refusals'] ?? []) as readonly { readonly code: string }[]).map(
    ({ code }) => `  ${code}: ${word(REFUSAL_WORDS, code)}`,
  )

function parsed(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const options = {
    ...{ hub: text, key: text, state: text, region: text, product: text, reason: text },
    ...{ at: text, quantity: text, method: text, note: text, purpose: text, 'idempotency-key': text },
    json: { type: 'boolean' },
  } as const
  try {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options })
    const { hub, key } = values
    if (hub === undefined || key === undefined) throw new WrongUsage()
    return { values: { ...values, hub, key }, positionals }
  } catch (error) {
    throw wrongOptions(error)
  }
}
