import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { chinaClock } from '#core/dates/china-day.ts'
import { counted } from '#core/in-number.ts'
import { PLACE_KINDS } from '#core/recall/place.ts'
import { FINDS, FINDS_AWAY } from '#core/recall/settled.ts'
import { awayWords, FIND_WORDS, MAYBE_SOLD, PLACE_WORDS, UNIT_WORDS } from '#core/recall/words.ts'
import type { Rehearsal } from '#flow/recall/schema.ts'
import { cliLanguage } from './language.ts'
import { type Call, callsTo } from './running-hub.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

const TIMEOUT_MS = 120_000

/** `hub recall`: rehearses a recall at a running hub, or prints who was told of a hold when. */
export async function recallCommand(argv: readonly string[]): Promise<void> {
  const { action, subject, hub, key, json, out, purpose, ...asked } = parsed(argv)
  if (action !== 'rehearse' && action !== 'notices') throw new WrongUsage()
  try {
    const call = callsTo(hub, key, { timeoutMs: TIMEOUT_MS, purpose })
    if (action === 'notices') {
      const notices = await noticesOf(call, subject)
      const none =
        cliLanguage() === 'zh'
          ? '此案件或停售记录目前没有须通知的接收方'
          : 'so far nobody is to be told of this case or hold'
      const lines = notices.length === 0 ? none : notices.map(noticeLine).join('\n')
      const list = json ? JSON.stringify(notices, null, 2) : lines
      if (out === undefined) console.log(list)
      else await writeFile(out, `${list}\n`)
      return
    }
    const { document = false, forward = false, confidence, at } = asked
    const found = (await call('POST', '/v1/recalls/rehearse', {
      ...(document ? { document: subject } : { code: subject }),
      ...(forward ? { direction: 'forward' } : {}),
      ...(confidence === undefined ? {} : { confidence: Number(confidence) }),
      ...(at === undefined ? {} : { at }),
    })) as unknown as Rehearsal
    const text = json ? JSON.stringify(found, null, 2) : rehearsalText(found, cliLanguage() === 'zh')
    if (out === undefined) console.log(text)
    else await writeFile(out, `${text}\n`)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

/** Every notice of a case or hold, page by page. */
async function noticesOf(call: Call, subject: string): Promise<Told[]> {
  const found: Told[] = []
  for (let after: unknown = ''; after !== null; ) {
    const page = after === '' ? '' : `&after=${encodeURIComponent(String(after))}`
    const answer = await call('GET', `/v1/recalls/${encodeURIComponent(subject)}/notices?limit=200${page}`)
    found.push(...(answer['notices'] as readonly Told[]))
    after = answer['next']
  }
  return found
}

/** As much of a notice as is shown. */
interface Told {
  readonly order: string
  readonly version: number
  readonly receiver: string
  readonly name: string
  readonly orderedAt: string
  readonly deliveredAt: string | null
  readonly acknowledgedAt: string | null
  readonly late: boolean
  readonly level: number
}

/** Who was told what when, in one line. */
export const noticeLine = (one: Told): string => {
  const zh = cliLanguage() === 'zh'
  const at = (words: readonly [string, string], time: string | null): string =>
    `${words[zh ? 1 : 0]} ${time === null ? '-' : chinaClock(time)}`
  return [
    `${one.order} v${one.version}`,
    one.name,
    one.receiver,
    at(['ordered', '下达'], one.orderedAt),
    at(['delivered', '送达'], one.deliveredAt),
    at(['acknowledged', '确认'], one.acknowledgedAt),
    ...(one.late ? [`${zh ? '逾期' : 'late'} (${one.level})`] : []),
  ].join('  ')
}

/** A rehearsal as lines for a person. */
export function rehearsalText(found: Rehearsal, zh: boolean): string {
  const say = ([en, cn]: readonly [string, string]): string => (zh ? cn : en)
  const { numbers, mass, unsure } = found
  const places = PLACE_KINDS.filter((kind) => numbers.sites[kind] > 0).map(
    (kind) => `${say(PLACE_WORDS[kind])} ${numbers.sites[kind]}`,
  )
  const lines = [
    `${found.asked}: ${say(['lots', '批次'])} ${numbers.lots}, ${places.join(', ')}, ${say(['businesses', '经营者'])} ${numbers.parties}, ${say(['systems', '系统'])} ${numbers.systems}, ${say(['links', '链路'])} ${numbers.links} (${found.ms} ms)`,
    ...(found.part
      ? [
          say([
            'only what this key may see: others may hold more',
            '仅为该密钥可见部分：其他主体可能另有该货物',
          ]),
        ]
      : []),
    ...(found.truncated ? [say(['cut: the numbers are at least so much', '已截断：数字为下限'])] : []),
    ...mass.map(({ stage, unit, stated, found: known, where, away, notFound, maybeSold }) => {
      const went = FINDS.filter((find) => where[find] !== '0').map(
        (find) => `${say(FIND_WORDS[find])} ${where[find]}`,
      )
      for (const find of FINDS_AWAY)
        if (away[find] !== '0') went.push(`${say(awayWords(find))} ${away[find]}`)
      if (maybeSold !== '0') went.push(`${say(MAYBE_SOLD)} ${maybeSold}`)
      const of = stage === 0 ? '' : `${say(['made of it', '加工产物'])} ${stage}: `
      return `${of}${say(['stated', '源头'])} ${stated ?? '?'}, ${say(['found', '已查明'])} ${known}, ${say(['not found', '未查明'])} ${notFound ?? '?'} ${say(UNIT_WORDS[unit] ?? [unit, unit])}${went.length > 0 ? ` (${went.join(', ')})` : ''}`
    }),
  ]
  for (const { region, name, markets, others } of found.regions) {
    lines.push(`${[region, name].filter(Boolean).join(' ') || '-'}`)
    for (const market of markets) {
      lines.push(`  ${[market.name ?? market.code ?? '-', ...amounts(market.left, say)].join(', ')}`)
      for (const stall of market.stalls) lines.push(`    ${placeLine(stall, say)}`)
    }
    for (const place of others) lines.push(`  ${say(PLACE_WORDS[place.kind])} ${placeLine(place, say)}`)
  }
  if (unsure && unsure.edges > 0)
    lines.push(
      zh
        ? `可信度降至 ${unsure.confidence}：未采用关联 ${unsure.edges} 条，另及批次 ${unsure.lots}、场所 ${unsure.sites}`
        : `down to ${unsure.confidence}: ${counted(unsure.edges, 'edge')} left out, ${counted(unsure.lots, 'more lot')}, ${counted(unsure.sites, 'more place')}`,
    )
  return lines.join('\n')
}

type Left = Rehearsal['regions'][number]['others'][number]['left']
const amounts = (left: Left, say: (words: readonly [string, string]) => string): string[] =>
  left.map(
    ({ value, unit, atLeast, maybeSold }) =>
      `${atLeast ? '≥ ' : ''}${value} ${say(UNIT_WORDS[unit] ?? [unit, unit])}${maybeSold === '0' ? '' : ` (${say(MAYBE_SOLD)} ${maybeSold})`}`,
  )

function placeLine(
  {
    name,
    booth,
    code,
    left,
    passedOn,
  }: Pick<Rehearsal['regions'][number]['others'][number], 'name' | 'booth' | 'code' | 'left' | 'passedOn'>,
  say: (words: readonly [string, string]) => string,
): string {
  return [
    [booth, name].filter(Boolean).join(' ') || (code ?? '-'),
    ...amounts(left, say),
    ...(passedOn ? [say(['passed on', '经手'])] : []),
  ].join(', ')
}

function parsed(argv: readonly string[]) {
  try {
    const text = { type: 'string' } as const
    const flag = { type: 'boolean' } as const
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        hub: text,
        key: text,
        document: flag,
        forward: flag,
        confidence: text,
        at: text,
        json: flag,
        out: text,
        purpose: text,
      },
    })
    const [action, subject, more] = positionals
    const { hub, key } = values
    if (!action || !subject || more !== undefined || !hub || !key || !URL.canParse(hub))
      throw new WrongUsage()
    return { ...values, action, subject, hub, key }
  } catch (error) {
    throw wrongOptions(error)
  }
}
