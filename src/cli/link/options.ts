import { readFile } from 'node:fs/promises'
import type { ParseArgsConfig } from 'node:util'
import { WrongUsage } from '#cli/wrong-usage.ts'

const text = { type: 'string' } as const
const list = { type: 'string', multiple: true } as const
const flag = { type: 'boolean' } as const

/** What `hub link` takes, whatever the action. */
export const options = {
  hub: text,
  key: text,
  purpose: text,
  name: text,
  url: text,
  to: text,
  allow: list,
  mapping: text,
  folder: text,
  sees: list,
  signing: text,
  secret: list,
  from: text,
  coalesce: flag,
  'changes-per-second': text,
  'requests-per-second': text,
  batch: text,
  concurrency: text,
  kind: list,
  region: list,
  system: list,
  class: list,
  site: list,
  risk: list,
  record: list,
  since: text,
  until: text,
  'dry-run': flag,
  state: text,
  cause: text,
  all: flag,
  reason: text,
} as const satisfies ParseArgsConfig['options']

/** Values of the options that were given. */
export interface Given {
  readonly [name: string]: string | boolean | (string | boolean)[] | undefined
}

/** What was given of some options, under the names that the API has for them. */
export const named = (given: Given, names: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([option, name]) =>
      given[option] === undefined ? [] : [[name, given[option]]],
    ),
  )

const FILTER = {
  kind: 'kinds',
  region: 'regions',
  system: 'systems',
  class: 'productClasses',
  site: 'sites',
  risk: 'risks',
}
const LIMITS = {
  'changes-per-second': 'changesPerSecond',
  'requests-per-second': 'requestsPerSecond',
  batch: 'batch',
  concurrency: 'concurrency',
}

export const filterOf = (given: Given): Record<string, unknown> => named(given, FILTER)

/** The settings of a link that were given, as its API takes them. */
export function settingsOf(given: Given): Record<string, unknown> {
  const filter = filterOf(given)
  const limits = Object.fromEntries(
    Object.entries(named(given, LIMITS)).map(([name, value]) => [name, numberOf(value)]),
  )
  return {
    ...named(given, { name: 'name', url: 'url', to: 'system', allow: 'allowAddress', mapping: 'mapping' }),
    ...named(given, { coalesce: 'coalesce', folder: 'folder', sees: 'sees' }),
    ...(Object.keys(filter).length > 0 ? { filter } : {}),
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
  }
}

function numberOf(value: unknown): number {
  const number = Number(value)
  if (typeof value !== 'string' || value.trim() === '' || !Number.isFinite(number)) throw new WrongUsage()
  return number
}

/** Secrets of a folder on another host, `--secret password=FILE`: from files, so that no list of processes shows them. */
export async function secretsOf({ secret }: Given): Promise<{ secrets?: Readonly<Record<string, string>> }> {
  if (!Array.isArray(secret)) return {}
  const secrets: Record<string, string> = {}
  for (const pair of secret) {
    const [, name, file] = /^(\w+)=(.+)$/.exec(String(pair)) ?? []
    if (name === undefined || file === undefined) throw new WrongUsage()
    secrets[name] = (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
  }
  return { secrets }
}
