import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { emptyFindings, type Figures, type Findings, faultsIn } from './check.ts'
import type { Ground } from './ground.ts'
import type { RoundResult } from './round.ts'

/** One round in a few lines: its seed, its figures, and whatever was found. */
export function describeRound({ seed, findings, figures, faults, ...round }: RoundResult): string {
  const kills = sum([...faults].filter(([fault]) => fault.startsWith('kill')).map(([, times]) => times))
  const { messages, acknowledged, unknown, refused, records, replayed, deliveries, duplicates } = figures
  const lines = [
    `seed ${seed}: ${kills} kills of ${sum([...faults.values()])} faults, ${messages} messages (${acknowledged} acknowledged, ${unknown} times no answer, ${refused} times put off), ` +
      `${records} versions (${replayed} by replays), ${deliveries} deliveries (${duplicates} of what was there), well after ${Math.round(round.healedAfterMs / 1000)} s, ` +
      `${round.failedJobs} failed jobs, ${round.planted.found} planted faults found`,
  ]
  for (const what of round.planted.overlooked) lines.push(`  OVERLOOKED: ${what}`)
  for (const name of faultsIn(findings))
    lines.push(`  ${name.toUpperCase()} ${findings[name].length}: ${findings[name].slice(0, 5).join('; ')}`)
  return lines.join('\n')
}

const BEGIN = '<!-- figures: written by npm run test:faults -- --report -->'
const END = '<!-- end of figures -->'

/** Puts the figures of all rounds between the two marks of a document. */
export function writeReport(
  file: string,
  results: readonly RoundResult[],
  ground: Pick<Ground, 'notRun'>,
): void {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : `${BEGIN}\n${END}\n`
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (before < 0 || after < 0) throw new Error(`${file} has no place for the figures: ${BEGIN} … ${END}`)
  writeFileSync(file, `${text.slice(0, before)}${BEGIN}\n\n${tables(results, ground)}\n${text.slice(after)}`)
}

function tables(results: readonly RoundResult[], { notRun }: Pick<Ground, 'notRun'>): string {
  const total = (of: (figures: Figures) => number): number => sum(results.map(({ figures }) => of(figures)))
  const found = (name: keyof Findings): number => sum(results.map(({ findings }) => findings[name].length))
  const faults = new Map<string, number>()
  for (const one of results)
    for (const [fault, times] of one.faults) faults.set(fault, (faults.get(fault) ?? 0) + times)
  const duplicates = total((figures) => figures.duplicates)
  const deliveries = total((figures) => figures.deliveries)
  const rows: [string, string | number][] = [
    ['rounds', results.length],
    ['seeds', results.length ? `${results[0]?.seed} – ${results.at(-1)?.seed}` : ''],
    ['kills', sum([...faults].filter(([fault]) => fault.startsWith('kill')).map(([, times]) => times))],
    ['messages', total((figures) => figures.messages)],
    ['… times without an answer', total((figures) => figures.unknown)],
    ['… times put off (429, 503)', total((figures) => figures.refused)],
    ['versions stored', total((figures) => figures.records)],
    ['… of which replays made', total((figures) => figures.replayed)],
    ['deliveries', deliveries],
    [
      '… of what the receiver had already',
      `${duplicates} (${((duplicates / Math.max(1, deliveries)) * 100).toFixed(2)} %)`,
    ],
    ['refused by receivers, and kept as such', total((figures) => figures.refusedAtReceivers)],
    [
      'slowest round to be well again',
      `${Math.round(Math.max(...results.map((one) => one.healedAfterMs)) / 1000)} s`,
    ],
    ['jobs left in `failed`, their work done', sum(results.map((one) => one.failedJobs))],
    ['planted faults found', sum(results.map((one) => one.planted.found))],
    ['planted faults overlooked', sum(results.map((one) => one.planted.overlooked.length))],
    ...(Object.keys(emptyFindings()) as (keyof Findings)[]).map((name): [string, number] => [
      `**${name}**`,
      found(name),
    ]),
  ]
  const kinds = [...faults].sort(([a], [b]) => (a < b ? -1 : 1))
  return [table(['measured', ''], rows), table(['fault', 'times'], kinds), ...notRun].join('\n\n')
}

const table = (
  head: readonly [string, string],
  rows: readonly (readonly [string, string | number])[],
): string =>
  [
    `| ${head[0]} | ${head[1]} |`,
    '|---|--:|',
    ...rows.map(([name, value]) => `| ${name} | ${shown(value)} |`),
  ].join('\n')

const shown = (value: string | number): string =>
  typeof value === 'number' ? value.toLocaleString('en-US') : value
const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)
