import { Readable } from 'node:stream'
import type { Pool } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import type { Receipt } from '#core/receipt.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { runLarge } from '#flow/large/run.ts'
import { createReplay, type ReplayWish } from '#flow/replay/create-replay.ts'
import { runReplay } from '#flow/replay/run.ts'
import { createLiveRegistry, type LiveRegistry } from '#flow/systems/live.ts'
import { registryOf } from '#flow/systems/registry.ts'
import { activate, addDraft, rollBack } from '#flow/systems/versions.ts'
import { createPool } from '#store/database.ts'
import { type Replay, readReplay } from '#store/replays.ts'
import { createSystem } from '#store/systems.ts'
import { withDatabase } from './database.ts'

/** Parts of the mapping of the tests' own system `stall`, record `sale`, that its versions differ in. */
export interface SaleMapping {
  readonly version: number
  /** Source field of the product's name. */
  readonly product?: string
  readonly order?: string
  /** Further fields of the sale. */
  readonly more?: string
  readonly ignore?: string
  readonly tables?: Readonly<Record<string, string>>
}

/** Text of a version of the mapping `stall/sale`. */
export const saleMapping = ({ version, product = 'goods', order, more = '', ignore }: SaleMapping): string =>
  `mapping: stall/sale
version: ${version}
title: { zh: 交易, en: Sale }
read: { format: json }
${ignore === undefined ? '' : `ignore: [${ignore}]\n`}key: [no]
status: { from: state, active: ['1'], void: ['2'], absent: active }
void: { of: [no], keeps: content }
${order === undefined ? '' : `order: { from: ${order} }\n`}emit:
  - kind: sale
    fields:
      occurredAt: { from: at, date: ['yyyy-MM-dd HH:mm:ss'] }
      parties.seller: { name: seller }
      product: { name: ${product} }
      quantity: { from: kg, unit: { default: 公斤 }, dimension: mass }
${more}`

/** A source record of `stall/sale`. */
export const sale = (
  no: string,
  change: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  no,
  at: '2024-04-15 03:42:10',
  seller: '嘉禾示例果蔬商行',
  goods: '番茄',
  kg: '100',
  ...change,
})

/** Intake, mappings that change, and replays over a database of the test file's own. */
export interface VersionedIntake {
  readonly pool: Pool
  readonly url: string
  readonly registry: LiveRegistry
  readonly intake: Intake
  /** Milliseconds since 1970 at which the next message is received. */
  nowMs: number
  push(sales: readonly object[]): Promise<Receipt>
  /** The same as a large message, worked on to its end. Gives its number. */
  pushLarge(sales: readonly object[] | AsyncIterable<Buffer>): Promise<string>
  /** Adds a version of the mapping and makes it the active one. */
  take(mapping: SaleMapping): Promise<void>
  goBack(): Promise<void>
  /** Makes a replay of the system and runs it to its end. */
  replay(
    mode: ReplayWish['mode'],
    scope?: Omit<ReplayWish['scope'], 'system'>,
    more?: Pick<ReplayWish, 'versions' | 'targets'>,
  ): Promise<Replay>
  /** `status@version product kg mapping` of each version of a record, oldest first. */
  versions(no: string): Promise<string[]>
}

export function withVersions(): VersionedIntake {
  const database = withDatabase()
  const context = {} as { -readonly [Name in keyof VersionedIntake]: VersionedIntake[Name] }
  beforeAll(async () => {
    const pool = createPool({ url: database.url })
    const registry = createLiveRegistry({ pool, seed: registryOf(new Map()) })
    await createSystem(pool, { id: 'stall', title: { zh: '摊位', en: 'Stall' } })
    context.pool = pool
    context.url = database.url
    context.registry = registry
    context.nowMs = Date.UTC(2024, 3, 16)
    const clock = (): number => context.nowMs++
    context.intake = createIntake({ pool, registry, clock, onCommitted: () => {} })
    context.push = (sales) =>
      context.intake.push({
        system: 'stall',
        record: 'sale',
        bytes: Buffer.from(JSON.stringify(sales)),
        contentType: 'application/json',
        keyId: null,
      })
    context.pushLarge = async (sales) => {
      const { receipt } = await context.intake.pushLarge({
        system: 'stall',
        record: 'sale',
        chunks: Array.isArray(sales)
          ? Readable.from([Buffer.from(JSON.stringify(sales))])
          : (sales as AsyncIterable<Buffer>),
        contentType: 'application/json',
        keyId: null,
      })
      await runLarge({ pool, registry, onCommitted: () => {}, signal: new AbortController().signal }, receipt)
      return receipt
    }
    const parts = { pool, registry }
    context.take = async (mapping) => {
      const { tables } = mapping
      const text = saleMapping(mapping)
      const { version } = await addDraft(parts, {
        system: 'stall',
        text,
        who: 'test',
        ...(tables ? { tables } : {}),
      })
      await activate(parts, { system: 'stall', record: 'sale', version }, 'test')
    }
    context.goBack = async () => void (await rollBack(parts, { system: 'stall', record: 'sale' }, 'test'))
    context.replay = async (mode, scope = {}, more = {}) => {
      const wish = { mode, scope: { system: 'stall', ...scope }, ...more }
      const { id } = await createReplay({ pool, registry, clock }, wish, 'test')
      await runReplay({ pool, registry, onCommitted: () => {} }, id)
      return (await readReplay(pool, id)) as Replay
    }
    context.versions = async (no) => {
      const { rows } = await pool.query(
        'select status, version, body, mapping from record_versions where record_id = $1 order by version',
        [`urn:cnft:sale:stall:sale:${no}`],
      )
      return rows.map(({ status, version, body, mapping }) => {
        const { product, quantity } = JSON.parse(body)
        return `${status}@${version} ${product.name} ${quantity?.value} ${mapping}`
      })
    }
  })
  afterAll(async () => {
    await context.intake.close()
    await context.registry.close()
    await context.pool.end()
  })
  return context
}
