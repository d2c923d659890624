import type { Pool } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import type { Receipt } from '#core/receipt.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { receiptOf } from '#flow/intake/stored-receipt.ts'
import { readPage } from '#flow/large/read-page.ts'
import { runLarge } from '#flow/large/run.ts'
import type { InstalledRecord, InstalledSystem, Registry } from '#flow/systems/registry.ts'
import { createPool } from '#store/database.ts'
import { readReceipt } from '#store/receipts.ts'
import { withDatabase } from './database.ts'

const ENTRY = `
mapping: parts/entry
version: 1
read: { format: xml, xml: { roots: [detail], join: { detail: detail, base: base, on: [tran, batch], park: true } } }
ignore: [base.tran, base.batch]
key: [base.market, batch, goods]
emit:
  - kind: entry
    fields:
      occurredAt: { from: base.day, date: [yyyy-MM-dd] }
      sites.market: { code: { from: base.market, scheme: local }, name: base.name }
      lots: [{ role: subject, from: batch, scheme: local }]
      product: { name: goods }
      quantity: { from: kg, unit: { const: 公斤 } }
      note: tran
`
const MOVEMENT = `
mapping: parts/movement
version: 1
read: { format: json }
key: [no]
emit:
  - kind: dispatch
    fields:
      occurredAt: { from: day, date: [yyyy-MM-dd] }
      parties.owner: { name: owner }
      sites.store: { name: { const: 示例冷库 } }
      product: { name: { const: 牛肉 } }
      quantity: { from: kg, unit: { const: 公斤 } }
      lots:
        - { role: subject, from: lot, scheme: local }
        - { role: source, from: prev, scheme: local, expected: true }
`

function recordOf(text: string, accepts: string): InstalledRecord {
  const { mapping, mistakes } = compileMapping({ path: 'parts.yaml', text })
  if (mapping === null) throw new Error(JSON.stringify(mistakes))
  const { record: name, title } = mapping as CompiledMapping
  return { name, title, accepts: [accepts], mapping, mistakes: [] }
}

const system: InstalledSystem = {
  id: 'parts',
  title: { zh: '测试系统', en: 'Parts' },
  folder: 'parts',
  records: new Map([
    ['entry', recordOf(ENTRY, 'application/xml')],
    ['other', recordOf(ENTRY.replace('parts/entry', 'parts/other'), 'application/xml')],
    ['movement', recordOf(MOVEMENT, 'application/json')],
  ]),
  mistakes: [],
  doubts: [],
}

/** A registry with one system, `parts`: `entry` and `other` are bases and details that wait for each other, `movement` refers to lots. */
export const partsRegistry: Registry = {
  systems: new Map([['parts', system]]),
  system: (id) => (id === 'parts' ? system : undefined),
  mistakes: [],
}

export interface BaseFields {
  readonly market?: string
  readonly day?: string
  readonly name?: string
}

const tag = (name: string, text: string): string => `<${name}>${text}</${name}>`

/** A base element of batch `batch`. */
export const base = (
  batch: string,
  { market = 'M1', day = '2024-04-15', name = '示例市场' }: BaseFields = {},
): string =>
  tag(
    'base',
    tag('market', market) + tag('day', day) + tag('name', name) + tag('tran', 'T') + tag('batch', batch),
  )

/** A detail element of batch `batch`. */
export const detail = (batch: string, goods = '番茄', kg = '100'): string =>
  tag('detail', tag('tran', 'T') + tag('batch', batch) + tag('goods', goods) + tag('kg', kg))

export interface PartsIntake {
  pool: Pool
  intake: Intake
  url: string
  /** Time of receipt of the next messages. */
  nowMs: number
  push(rows: string, record?: string): Promise<Receipt>
  move(movements: readonly object[]): Promise<Receipt>
  /** Works on a large message until it is done; gives its receipt with the first results. */
  workOn(receipt: Receipt): Promise<Receipt>
  /** A receipt as it reads now. */
  again(receipt: Receipt): Promise<Receipt>
  /** Version, status, message and place, kilograms, flags of each version of a record. */
  versions(id: string): Promise<StoredVersion[]>
}

export interface StoredVersion {
  readonly version: number
  readonly message: string
  readonly index: number
  readonly kg: string | undefined
  readonly flags: readonly string[]
  readonly body: string
}

export const entryId = (batch: string, goods = '番茄', market = 'M1', record = 'entry'): string =>
  `urn:cnft:entry:parts:${record}:${market}:${batch}:${encodeURIComponent(goods)}`

/** An intake over a database of this test file's own, with the system `parts`. */
export function withPartsIntake(): PartsIntake {
  const database = withDatabase()
  const context = { nowMs: Date.UTC(2024, 3, 16) } as PartsIntake
  beforeAll(() => {
    context.url = database.url
    context.pool = createPool({ url: database.url })
    context.intake = createIntake({
      pool: context.pool,
      registry: partsRegistry,
      clock: () => context.nowMs++,
      onCommitted: () => {},
    })
    const push = (record: string, contentType: string, body: string) =>
      context.intake.push({ system: 'parts', record, bytes: Buffer.from(body), contentType, keyId: null })
    context.push = (rows, record = 'entry') => push(record, 'application/xml', `<data>${rows}</data>`)
    context.move = (movements) => push('movement', 'application/json', JSON.stringify(movements))
    context.again = async ({ receipt }) => {
      const found = await readReceipt(context.pool, receipt)
      if (!found) throw new Error(`no receipt ${receipt}`)
      const stored = { ...found, receivedAt: new Date(found.receivedAt).toISOString() }
      if (!stored.progress) return receiptOf(stored)
      const { results } = await readPage(context.pool, stored, 0, 1000)
      return receiptOf(stored, { results, next: null })
    }
    context.workOn = async (receipt) => {
      const parts = { pool: context.pool, registry: partsRegistry, onCommitted: () => {} }
      await runLarge({ ...parts, signal: new AbortController().signal }, receipt.receipt)
      return await context.again(receipt)
    }
    context.versions = async (id) => {
      const { rows } = await context.pool.query(
        `select version, message_id as message, message_index as index, flags, body from record_versions
          where record_id = $1 order by version`,
        [id],
      )
      return rows.map((row) => ({ ...row, kg: JSON.parse(row.body).quantity?.value }))
    }
  })
  afterAll(async () => {
    await context.intake.close()
    await context.pool.end()
  })
  return context
}
