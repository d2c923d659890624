import { Readable } from 'node:stream'
import type { Receipt } from '#core/receipt.ts'
import { runLarge } from '#flow/large/run.ts'
import { activate, addDraft } from '#flow/systems/versions.ts'
import type { Replay } from '#store/replays.ts'
import { type VersionedIntake, withVersions } from './versions.ts'

/** Parts of the mapping `stall/order` that its versions differ in. */
export interface OrderMapping {
  readonly version: number
  readonly order?: string
  /** False: a message may tell a part of the lines. */
  readonly whole?: boolean
  /** Source field of the product's name. */
  readonly product?: string
  /** Source field of the number of a line. */
  readonly no?: string
  /** Further records of a line. */
  readonly more?: string
}

/** Text of a version of the mapping `stall/order`: orders with their lines. */
export const orderMapping = ({
  version,
  order,
  whole = true,
  product = 'goods',
  no = 'line',
  more = '',
}: OrderMapping): string => `mapping: stall/order
version: ${version}
title: { zh: 订单, en: Order }
read: { format: json, lines: lines }
key: [base.no, { from: ${no} }]
status: { from: base.state, active: ['1'], void: ['2'], absent: active }
void: { body: new }
${order === undefined ? '' : `order: { from: ${order} }\n`}${whole ? 'whole: [base.no]\n' : ''}emit:
  - kind: sale
    fields:
      occurredAt: { from: base.at, date: ['yyyy-MM-dd HH:mm:ss'] }
      parties.seller: { name: base.seller }
      product: { name: ${product} }
      quantity: { from: kg, unit: { default: 公斤 }, dimension: mass }
${more}`

/** A line of an order: its number alone, or what it says beside that. */
export type Line = string | Readonly<Record<string, unknown>>

const lineFrom = (line: Line): object => ({
  goods: '番茄',
  kg: '100',
  ...(typeof line === 'string' ? { line } : line),
})

/** An order of `stall/order`. */
export const order = (
  no: string,
  lines: readonly Line[],
  change: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  no,
  at: '2024-04-15 03:42:10',
  seller: '嘉禾示例果蔬商行',
  lines: lines.map(lineFrom),
  ...change,
})

/** Intake of orders over a database of the test file's own. */
export interface OrderIntake {
  readonly hub: VersionedIntake
  /** Address of its database. */
  url(): string
  take(mapping: OrderMapping): Promise<void>
  push(...orders: readonly object[]): Promise<Receipt>
  /** Stores it as a large message, and works on it where that is not said to wait; gives its number. */
  pushLarge(orders: readonly object[], waits?: boolean): Promise<string>
  /** Goes on with it to its end, or until some of its transactions were written; tells whether it is done. */
  work(id: string, transactions?: number): Promise<string>
  replay(mode: 'apply' | 'dry-run', scope?: object): Promise<Replay>
  /** The lines of an order that count, in the order of their keys. */
  lines(no: string): Promise<string[]>
  /** `status@version` of each version of a line, with why it ended. */
  versions(no: string, line: string): Promise<string[]>
}

export function withOrders(): OrderIntake {
  const hub = withVersions()
  const bytesOf = (orders: readonly object[]): Buffer => Buffer.from(JSON.stringify(orders))
  const request = { system: 'stall', record: 'order', contentType: 'application/json', keyId: null }
  const own: OrderIntake = {
    hub,
    url: () => hub.url,
    async take(mapping) {
      const parts = { pool: hub.pool, registry: hub.registry }
      const { version } = await addDraft(parts, {
        system: 'stall',
        text: orderMapping(mapping),
        who: 'test',
      })
      await activate(parts, { system: 'stall', record: 'order', version }, 'test')
    },
    push: (...orders) => hub.intake.push({ ...request, bytes: bytesOf(orders) }),
    async pushLarge(orders, waits = false) {
      const { receipt } = await hub.intake.pushLarge({
        ...request,
        chunks: Readable.from([bytesOf(orders)]),
      })
      if (!waits) await own.work(receipt)
      return receipt
    },
    work(id, transactions = Number.POSITIVE_INFINITY) {
      const { pool, registry } = hub
      const stop = new AbortController()
      let written = 0
      const onCommitted = (): void => {
        if (++written >= transactions) stop.abort()
      }
      return runLarge({ pool, registry, onCommitted, signal: stop.signal }, id)
    },
    replay: (mode, scope = {}) => hub.replay(mode, { record: 'order', ...scope }),
    async lines(no) {
      const { rows } = await hub.pool.query<{ id: string }>(
        `select record_id as id from record_versions v where record_id like 'urn:cnft:sale:stall:order:' || $1 || ':%' and status = 'active'
           and not exists (select from record_versions n where n.record_id = v.record_id and n.version > v.version)
          order by record_id collate "C"`,
        [no],
      )
      return rows.map(({ id }) => id.split(':').at(-1) as string)
    },
    async versions(no, line) {
      const { rows } = await hub.pool.query(
        'select status, version, body from record_versions where record_id = $1 order by version',
        [`urn:cnft:sale:stall:order:${no}:${line}`],
      )
      return rows.map(({ status, version, body }) => {
        const { void: ended } = JSON.parse(body)
        return `${status}@${version}${ended?.reason ? ` ${ended.reason}` : ''}`
      })
    },
  }
  return own
}
