import { readFile } from 'node:fs/promises'
import type { ParseArgsConfig } from 'node:util'
import { WrongUsage } from '#cli/wrong-usage.ts'

const text = { type: 'string' } as const
const list = { type: 'string', multiple: true } as const
const flag = { type: 'boolean' } as const

type Options = NonNullable<ParseArgsConfig['options']>

/** What every action of `hub link` takes. Each takes no more than it says: an option that is passed over would do more than was asked for. */
export const callOptions = { hub: text, key: text } as const satisfies Options

export const filterOptions = {
  kind: list,
  region: list,
  system: list,
  class: list,
  site: list,
  risk: list,
} as const satisfies Options

export const settingOptions = {
  name: text,
  url: text,
  allow: list,
  mapping: text,
  folder: text,
  sees: list,
  secret: list,
  coalesce: flag,
  'changes-per-second': text,
  'requests-per-second': text,
  batch: text,
  concurrency: text,
  ...filterOptions,
} as const satisfies Options

/** Options of single actions. */
export const createOptions = {
  ...settingOptions,
  to: text,
  from: text,
  signing: text,
} as const satisfies Options
export const patchOptions = { ...settingOptions, 'no-coalesce': flag } as const satisfies Options
export const rotateOptions = { signing: text, until: text } as const satisfies Options
export const backfillOptions = {
  ...filterOptions,
  record: list,
  since: text,
  until: text,
  'dry-run': flag,
} as const satisfies Options
export const heldOptions = { state: text, cause: text, purpose: text } as const satisfies Options
export const resendOptions = { cause: text, all: flag } as const satisfies Options
export const dropOptions = { ...resendOptions, reason: text } as const satisfies Options

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
    Object.entries(LIMITS).flatMap(([option, name]) =>
      given[option] === undefined ? [] : [[name, numberOf(`--${option}`, given[option])]],
    ),
  )
  return {
    ...named(given, { name: 'name', url: 'url', to: 'system', allow: 'allowAddress', mapping: 'mapping' }),
    ...named(given, { folder: 'folder', sees: 'sees' }),
    ...coalesceOf(given),
    ...(Object.keys(filter).length > 0 ? { filter } : {}),
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
  }
}

function coalesceOf(given: Given): { readonly coalesce?: boolean } {
  const { coalesce, 'no-coalesce': not } = given
  if (coalesce && not)
    throw new WrongUsage({
      en: '--coalesce or --no-coalesce, not both.',
      zh: '--coalesce 与 --no-coalesce 只能选一。',
    })
  return coalesce || not ? { coalesce: coalesce === true } : {}
}

function numberOf(name: string, value: unknown): number {
  const number = Number(value)
  if (typeof value !== 'string' || value.trim() === '' || !Number.isFinite(number))
    throw new WrongUsage({ en: `${name}: ${value} is no number.`, zh: `${name}：${value} 不是数字。` })
  return number
}

/** Secrets of a folder on another host, `--secret password=FILE`: from files, so that no list of processes shows them. */
export async function secretsOf({ secret }: Given): Promise<{ secrets?: Readonly<Record<string, string>> }> {
  if (!Array.isArray(secret)) return {}
  const secrets: Record<string, string> = {}
  for (const pair of secret) {
    const [, name, file] = /^(\w+)=(.+)$/.exec(String(pair)) ?? []
    if (name === undefined || file === undefined)
      throw new WrongUsage({ en: '--secret is written name=FILE.', zh: '--secret 的格式为 名称=文件。' })
    secrets[name] = (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
  }
  return { secrets }
}
