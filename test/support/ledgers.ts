import { Readable } from 'node:stream'
import type { Pool } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import type { Receipt } from '#core/receipt.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { runLarge } from '#flow/large/run.ts'
import { createReplay } from '#flow/replay/create-replay.ts'
import { runReplay } from '#flow/replay/run.ts'
import { createLiveRegistry, type LiveRegistry } from '#flow/systems/live.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { createPool } from '#store/database.ts'
import { type Replay, readReplay } from '#store/replays.ts'
import { rowsOf, workbook } from '../unit/adapters/push/xlsx/workbook.ts'
import { withDatabase } from './database.ts'

const HEAD = ['序号', '进货日期', '商品名称', '数量（公斤）', '供货商', '产地', '检测结果', '备注']
const ASKED = {
  system: 'stall-ledger',
  record: 'stock-in',
  contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  keyId: null,
}

/** A row of a ledger: its number, day, product and kilograms, what its test said, and what its keeper remarks. */
export type LedgerRow = readonly [
  no: string,
  day: string,
  product: string,
  kg: string,
  test?: string,
  remark?: string,
]

/** A sheet of the ledger of a stall. */
export interface LedgerSheet {
  readonly stall: string
  /** As the title has it. */
  readonly month: string
  readonly rows: readonly LedgerRow[]
  /** What a spreadsheet program may write elsewhere each time. */
  readonly remark?: string
}

const rowsOfSheet = ({ stall, month, rows, remark }: LedgerSheet): string =>
  rowsOf([
    [`潮鸣湾示例农贸市场 ${stall} 示例菜摊 ${month}`],
    remark === undefined ? HEAD : [...HEAD, remark],
    ...rows.map(([no, day, product, kg, test = '', note = '']) => [
      ...[no, day, product, kg, '示例商行', '龙游'],
      ...[test, note],
    ]),
    ['合计'],
  ])

/** A workbook with these sheets, in their order. */
export const ledgerBook = (sheets: readonly LedgerSheet[]): Buffer => {
  const before = sheets.slice(0, -1).map((sheet, i) => [`第${i + 1}页`, '', rowsOfSheet(sheet)] as const)
  return workbook({ before, rows: rowsOfSheet(sheets.at(-1) as LedgerSheet) })
}

/** Intake of stall ledgers by the mapping that is installed, over a database of the test file's own. */
export interface LedgerIntake {
  readonly pool: Pool
  push(...sheets: readonly LedgerSheet[]): Promise<Receipt>
  pushBytes(bytes: Buffer): Promise<Receipt>
  /** The same by another process of the hub. */
  pushBeside(...sheets: readonly LedgerSheet[]): Promise<Receipt>
  /** Stores it as a large message, and works on it where that is not said to wait; gives its number. */
  pushLarge(sheets: readonly LedgerSheet[], waits?: boolean): Promise<string>
  /** Goes on with it to its end, or until some of its transactions were written. */
  work(id: string, transactions?: number): Promise<string>
  replay(scope?: object): Promise<Replay>
  /** `day/no product kg` of the entries of a stall that count, in the order of their keys. */
  rows(stall: string): Promise<string[]>
  /** `status@version` of each version of a row. @param kind that of its record */
  versions(stall: string, day: string, no: string, kind?: string): Promise<string[]>
}

export function withLedgers(): LedgerIntake {
  const database = withDatabase()
  const context = {} as { pool: Pool; registry: LiveRegistry; intake: Intake; beside: Intake; nowMs: number }
  beforeAll(async () => {
    const pool = createPool({ url: database.url })
    const registry = createLiveRegistry({ pool, seed: await loadRegistry('mappings') })
    const clock = (): number => context.nowMs++
    const made = { pool, registry, clock, onCommitted: () => {} }
    const [intake, beside] = [createIntake(made), createIntake(made)]
    Object.assign(context, { pool, registry, intake, beside, nowMs: Date.UTC(2026, 10, 30) })
  })
  afterAll(async () => {
    await Promise.all([context.intake.close(), context.beside.close()])
    await context.registry.close()
    await context.pool.end()
  })
  const own: LedgerIntake = {
    get pool() {
      return context.pool
    },
    push: (...sheets) => own.pushBytes(ledgerBook(sheets)),
    pushBytes: (bytes) => context.intake.push({ ...ASKED, bytes }),
    pushBeside: (...sheets) => context.beside.push({ ...ASKED, bytes: ledgerBook(sheets) }),
    async pushLarge(sheets, waits = false) {
      const chunks = Readable.from([ledgerBook(sheets)])
      const { receipt } = await context.intake.pushLarge({ ...ASKED, chunks })
      if (!waits) await own.work(receipt)
      return receipt
    },
    work(id, transactions = Number.POSITIVE_INFINITY) {
      const stop = new AbortController()
      let written = 0
      const onCommitted = (): void => {
        if (++written >= transactions) stop.abort()
      }
      return runLarge({ ...context, onCommitted, signal: stop.signal }, id)
    },
    async replay(scope = {}) {
      const clock = (): number => context.nowMs++
      const wish = { mode: 'apply', scope: { system: 'stall-ledger', ...scope } } as const
      const { id } = await createReplay({ ...context, clock }, wish, 'test')
      await runReplay({ ...context, onCommitted: () => {} }, id)
      return (await readReplay(context.pool, id)) as Replay
    },
    async rows(stall) {
      const { rows } = await context.pool.query<{ id: string; body: string }>(
        `select record_id as id, body from record_versions v where record_id like 'urn:cnft:entry:stall-ledger:stock-in:%:' || $1 || ':%' and status = 'active'
           and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version)
          order by record_id collate "C"`,
        [stall],
      )
      return rows.map(({ id, body }) => {
        const { product, quantity } = JSON.parse(body)
        return `${id.split(':').slice(-2).join('/')} ${product.name} ${quantity.value}`
      })
    },
    async versions(stall, day, no, kind = 'entry') {
      const { rows } = await context.pool.query(
        'select status, version from record_versions where record_id like $1 order by version',
        [`urn:cnft:${kind}:stall-ledger:stock-in:%:${stall}:${day}:${no}`],
      )
      return rows.map(({ status, version }) => `${status}@${version}`)
    },
  }
  return own
}
