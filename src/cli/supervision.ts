import { parseArgs } from 'node:util'
import { type DaySummary, summarySheet } from '#core/supervision/sheet.ts'
import { cliLanguage } from './language.ts'
import { callsTo } from './running-hub.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

const text = { type: 'string' } as const
const options = { hub: text, key: text, region: text, site: text, json: { type: 'boolean' } } as const

interface Summary extends DaySummary {
  readonly asOf: { readonly complete: boolean; readonly at: string }
}

/** `hub supervision day <day>`: the summary of a day, of a market or a region, from a running hub. */
export async function supervisionCommand(argv: readonly string[]): Promise<void> {
  const { day, hub, key, where, json } = parsed(argv)
  try {
    const call = callsTo(hub, key)
    const summary = await call('GET', `/v1/supervision/days/${encodeURIComponent(day)}?${where}`)
    console.log(json ? JSON.stringify(summary, null, 2) : summaryText(summary as unknown as Summary))
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

/** The report as lines for a person. */
export function summaryText(summary: Summary): string {
  const language = cliLanguage() === 'zh' ? 'zh' : 'en'
  const { columns, rows } = summarySheet(summary, language)
  const { complete, at } = summary.asOf
  const standing =
    language === 'zh'
      ? `截至 ${at}${complete ? '' : '，尚有变更待统计'}`
      : `as of ${at}${complete ? '' : ', some changes are not counted yet'}`
  return [columns, ...rows.filter((row) => row[2] !== '0')]
    .map((cells) => cells.join('\t').trimEnd())
    .concat(standing)
    .join('\n')
}

function parsed(argv: readonly string[]) {
  const { values, positionals } = read(argv)
  const [action, day] = positionals
  const { hub, key, region, site, json = false } = values
  if (action !== 'day' || day === undefined || positionals.length !== 2 || !hub || !key)
    throw new WrongUsage()
  const where = new URLSearchParams({ ...(region ? { region } : {}), ...(site ? { site } : {}) })
  return { day, hub, key, where, json }
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true })
  } catch (error) {
    throw wrongOptions(error)
  }
}
