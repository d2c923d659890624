import { parseArgs } from 'node:util'
import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Kind } from '#core/model/kinds.ts'
import { PRODUCT_CLASSES, type ProductClass } from '#core/products/product-class.ts'
import {
  ERASED_CLASSES,
  type ErasureScope,
  LONGEST_DAYS,
  RULED_KINDS,
} from '#core/retention/erasure-rules.ts'
import { eraseByRule } from '#flow/personal/erase-by-rule.ts'
import { previewRule, setErasureRule } from '#flow/personal/set-rule.ts'
import { openDatabaseClock } from '#store/database-clock.ts'
import { holdDataKeys } from '#store/personal/data-keys.ts'
import { endErasureRule, listErasureRules, rulesToRead } from '#store/personal/erasure-rules.ts'
import { withOwnDatabase } from './own-database.ts'
import { sentenceOf, settingsOrExit, told } from './process.ts'
import { dataKeysOf } from './settings.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

const WHO = 'hub personal'
const RULES_MAX = 1000

/** `hub personal rules …`: the rules by which what is of persons is erased when it is old. Prints JSON. */
export async function rulesCommand(argv: readonly string[]): Promise<void> {
  const does = wanted(argv)
  const settings = settingsOrExit(process.env)
  try {
    const done = await withOwnDatabase(settings, { name: 'personal' }, async (pool) => {
      await holdDataKeys(pool, dataKeysOf(settings))
      const clock = await openDatabaseClock(pool)
      try {
        return await does(pool, clock.now)
      } finally {
        clock.stop()
      }
    })
    console.log(JSON.stringify(done, null, 2))
  } catch (error) {
    console.error(saidOf(error))
    process.exitCode = 1
  }
}

function saidOf(error: unknown): string {
  const issues = error instanceof HubError ? (error.parts.issues ?? []) : []
  const said = issues.map(({ path, reason, fix = '' }) => `${path}: ${told(reason)} ${told(fix)}`.trimEnd())
  return said.length > 0 ? said.join('\n') : sentenceOf(error)
}

type Does = (pool: Pool, now: () => number) => Promise<unknown>

const list: Does = async (pool) => ({ rules: await listErasureRules(pool, RULES_MAX) })

/** Reads all rules in force to their ends now, one after the other. */
const run: Does = async (pool, now) => {
  const done: Record<string, unknown> = {}
  for (const id of await rulesToRead(pool, new Date(now()).toISOString()))
    done[id] = await eraseByRule(pool, id, { nowMs: now() })
  return done
}

const end =
  (id: string): Does =>
  async (pool) => {
    if (!(await endErasureRule(pool, id, WHO))) throw new Error(`there is no erasure rule ${id} in force`)
    return { ended: id }
  }

function wanted(argv: readonly string[]): Does {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        class: { type: 'string', multiple: true },
        system: { type: 'string', multiple: true },
        kind: { type: 'string', multiple: true },
        product: { type: 'string', multiple: true },
        'after-days': { type: 'string' },
        reason: { type: 'string' },
      },
    })
    const [word = 'list', id, ...more] = positionals
    const given = Object.keys(values).length
    if (more.length > 0) throw new WrongUsage()
    if (word === 'end' && id && UUID.test(id) && given === 0) return end(id)
    if (id !== undefined) throw new WrongUsage()
    if (word === 'list' && given === 0) return list
    if (word === 'run' && given === 0) return run
    const { reason } = values
    const scope = scopeOf(values)
    if (word === 'preview' && reason === undefined)
      return (pool, now) => previewRule(pool, scope, { nowMs: now(), mayGoOn: () => true })
    if (word === 'add' && reason?.trim()) return (pool) => setErasureRule(pool, { ...scope, reason }, WHO)
  } catch (error) {
    throw wrongOptions(error)
  }
  throw new WrongUsage()
}
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

const isOf = <T extends string>(all: readonly T[], text: string): text is T =>
  (all as readonly string[]).includes(text)

function scopeOf(values: {
  readonly class?: string[]
  readonly system?: string[]
  readonly kind?: string[]
  readonly product?: string[]
  readonly 'after-days'?: string
}): ErasureScope {
  const chosen = <T extends string>(texts: readonly string[], all: readonly T[]): T[] =>
    [...new Set(texts)].map((text) => {
      if (!isOf(all, text)) throw new WrongUsage()
      return text
    })
  const days = values['after-days'] ?? ''
  const afterDays = Number(days)
  if (!/^\d{1,5}$/.test(days) || afterDays < 1 || afterDays > LONGEST_DAYS || !values.class)
    throw new WrongUsage()
  return {
    classes: chosen(values.class, ERASED_CLASSES),
    ...(values.system ? { systems: [...new Set(values.system)] } : {}),
    ...(values.kind ? { kinds: chosen<Kind>(values.kind, RULED_KINDS) } : {}),
    ...(values.product
      ? { productClasses: chosen(values.product, Object.keys(PRODUCT_CLASSES) as ProductClass[]) }
      : {}),
    afterDays,
  }
}
