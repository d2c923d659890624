import { cliLanguage } from '#cli/language.ts'

type Row = Readonly<Record<string, unknown>>

/** A sentence in the language of the command line. */
export const say = (words: { readonly zh: string; readonly en: string }): string => words[cliLanguage()]

/** What a breaker does that is not closed; nothing of a closed one, which on the line of a link reads like a link that is. */
function breakerWords(breaker: unknown): string[] {
  if (breaker === 'open') return [say({ zh: '熔断中', en: 'breaker open' })]
  return breaker === 'half-open' ? [say({ zh: '熔断试恢复', en: 'breaker half open' })] : []
}

/** A link in one line: what it is, how far behind, what stops it. */
export function linkLine(link: Row): string {
  const { id, name, state, breaker, behind } = link
  const where = link['url'] ?? link['folder'] ?? say({ zh: '接收方拉取', en: 'the receiver pulls' })
  const lag = say({ zh: `落后 ${behind}`, en: `${behind} behind` })
  return [id, state, ...breakerWords(breaker), lag, name, where].join('  ')
}

/** A link in full. */
export function linkLines(link: Row): string[] {
  const told = (title: { zh: string; en: string }, value: unknown): string[] =>
    value === null || value === undefined
      ? []
      : [`${say(title)}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`]
  return [
    linkLine(link),
    ...told({ zh: '映射', en: 'mapping' }, link['mapping']),
    ...told({ zh: '过滤条件', en: 'filter' }, link['filter']),
    ...told({ zh: '限速', en: 'limits' }, link['limits']),
    ...told({ zh: '仅发送最新版本', en: 'newest versions only' }, link['coalesce']),
    ...laneLines({ zh: '实时', en: 'live' }, link),
    ...told(
      { zh: '待发送的重放变更', en: 'changes of replays still to be sent' },
      link['replaysBehind'] || null,
    ),
    ...laneLines({ zh: '召回', en: 'recall' }, link['recall'] as Row),
  ]
}

/** What is still owed over a lane; nothing where the receiver pulls, or wants no holds. */
function lagLines({ secondsBehind, oldest, held }: Row): string[] {
  if (secondsBehind === null) return []
  const { waiting, refused } = held as Row
  const since = oldest as Row | null
  const of = since ? say({ zh: `（${since['at']}）`, en: ` (${since['at']})` }) : ''
  return [
    say({
      zh: `  最早未送达：${secondsBehind} 秒${of}；搁置待重试 ${waiting}，被拒未处理 ${refused}`,
      en: `  oldest not taken: ${secondsBehind} s${of}; held for another try ${waiting}, refused ${refused}`,
    }),
  ]
}

function laneLines(name: { readonly zh: string; readonly en: string }, lane: Row): string[] {
  const { position, delivered, refused, breaker, nextAt } = lane
  const error = lane['lastError'] as Row | null
  const told = say({
    zh: `${name.zh}：位点 ${position}，已投递 ${delivered}，被拒 ${refused}`,
    en: `${name.en}: position ${position}, delivered ${delivered}, refused ${refused}`,
  })
  const line = [told, ...breakerWords(breaker)].join(say({ zh: '，', en: ', ' }))
  const lag = lagLines(lane)
  if (!error) return [line, ...lag]
  const next = nextAt ? say({ zh: `，下次尝试 ${nextAt}`, en: `, next try ${nextAt}` }) : ''
  return [
    `${line}${next}`,
    ...lag,
    `  ${error['class']} (${error['actor']}): ${error['detail']}`,
    `  ${error['advice']}`,
  ]
}

export const backfillLine = ({ id, state, done, total, delivered }: Row): string =>
  say({
    zh: `补发 ${id}：${state}，位点 ${done}/${total}，已投递 ${delivered}`,
    en: `backfill ${id}: ${state}, positions ${done}/${total}, delivered ${delivered}`,
  })

/** Refused changes by cause, with who must act and how. */
export const groupLines = (groups: readonly Row[]): string[] =>
  groups.length === 0
    ? [say({ zh: '没有被拒变更。', en: 'Nothing was refused.' })]
    : groups.flatMap(({ count, cause, kinds, actor, advice }) => [
        `${count}  ${cause}  [${(kinds as string[]).join(', ')}]`,
        `  ${actor}: ${advice}`,
      ])

export const heldLine = ({ id, version, state, attempts, nextAt, code, detail, reason }: Row): string =>
  [id, `v${version}`, state, attempts, nextAt, code, detail, reason]
    .filter((part) => part !== null)
    .join('  ')
