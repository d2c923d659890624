import { parseArgs } from 'node:util'
import type { CanonicalRecord } from '#core/model/record.ts'
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

/** `hub inspection list`: every inspection that fits, newest first, a line each. */
export async function inspectionCommand(argv: readonly string[]): Promise<void> {
  const { hub, key, purpose, json, query } = parsed(argv)
  try {
    const call = callsTo(hub, key, { purpose })
    let count = 0
    for (let after: string | null = ''; after !== null; ) {
      if (after !== '') query.set('after', after)
      const page: Record<string, unknown> = await call('GET', `/v1/inspections?${query}`)
      for (const one of page['inspections'] as Listed[]) console.log(json ? JSON.stringify(one) : lineOf(one))
      count += (page['inspections'] as Listed[]).length
      after = page['next'] as string | null
    }
    if (count === 0) tellNone()
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

const lineOf = ({ site, rectification, record }: Listed): string =>
  [
    record.occurredAt?.at.slice(0, 16) ?? '',
    record.sites?.find(({ role }) => role === 'market')?.name ?? site,
    record.sites?.find(({ role }) => role === 'stall')?.name ?? '',
    record.result ?? '',
    record.dueAt?.at.slice(0, 10) ?? '',
    rectification,
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
