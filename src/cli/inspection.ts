import { parseArgs } from 'node:util'
import type { Bilingual } from '#core/model/field.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { RECTIFICATION_WORDS, RESULT_WORDS } from '#core/supervision/inspection-words.ts'
import { cliLanguage } from './language.ts'
import { tellNone } from './none-found.ts'
import { callsTo } from './running-hub.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

const text = { type: 'string' } as const
const FILTER = ['region', 'site', 'result', 'due', 'from', 'to'] as const
const options = {
  hub: text,
  key: text,
  region: text,
  site: text,
  result: text,
  due: text,
  from: text,
  to: text,
  purpose: text,
  json: { type: 'boolean' },
} as const

interface Listed {
  readonly site: string
  readonly rectification: string
  readonly record: CanonicalRecord
}

/** `hub inspection list`: every inspection that fits, newest first, a line each, and beside it whether some are still to be listed. */
export async function inspectionCommand(argv: readonly string[]): Promise<void> {
  const { hub, key, purpose, json, query } = parsed(argv)
  try {
    const call = callsTo(hub, key, { purpose })
    let count = 0
    let isWhole = true
    for (let after: string | null = ''; after !== null; ) {
      if (after !== '') query.set('after', after)
      const page: Record<string, unknown> = await call('GET', `/v1/inspections?${query}`)
      for (const one of page['inspections'] as Listed[]) console.log(json ? JSON.stringify(one) : lineOf(one))
      count += (page['inspections'] as Listed[]).length
      after = page['next'] as string | null
      isWhole &&= (page['asOf'] as { readonly complete: boolean }).complete
    }
    if (count === 0) tellNone()
    if (!isWhole)
      console.error(
        cliLanguage() === 'zh'
          ? '另有刚收到的检查尚未列入，请稍后再查。'
          : 'There are inspections that came just now and are not listed yet; ask again in a moment.',
      )
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

const wordOf = (words: Readonly<Record<string, Bilingual>>, code: string): string =>
  words[code]?.[cliLanguage() === 'zh' ? 1 : 0] ?? code

const lineOf = ({ site, rectification, record }: Listed): string =>
  [
    record.occurredAt?.at.slice(0, 16) ?? '',
    record.sites?.find(({ role }) => role === 'market')?.name ?? site,
    record.sites?.find(({ role }) => role === 'stall')?.name ?? '',
    wordOf(RESULT_WORDS, record.result ?? ''),
    record.dueAt?.at.slice(0, 10) ?? '',
    wordOf(RECTIFICATION_WORDS, rectification),
    record.id,
  ].join('\t')

function parsed(argv: readonly string[]) {
  const { values, positionals } = read(argv)
  const { hub, key, purpose, json = false } = values
  if (positionals.length !== 1 || positionals[0] !== 'list' || !hub || !key) throw new WrongUsage()
  const query = new URLSearchParams()
  for (const name of FILTER) if (values[name]) query.set(name, values[name])
  return { hub, key, purpose, json, query }
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true })
  } catch (error) {
    throw wrongOptions(error)
  }
}
