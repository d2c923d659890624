import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { beijingDay } from '#core/quality/record-counts.ts'
import { startReceiver } from '../delivery/receiver.ts'
import { type CrashHub, headers, killHub, startHub } from './crash.ts'

/** Rounds of this run; many more are run by hand with KILL_ROUNDS. */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 2)
const CASES = 5
const MARKETS = ['330105012', '330110021', '330109004', '330402003', '330603002', '330102005']
/** A hub that was killed begins again, and does what is left, within so much of a busy machine's time. */
const WITHIN_MS = 60_000

interface Hold {
  readonly record: string
  readonly version: number
  readonly kind: string
}
interface Card {
  readonly id: string
  readonly test: string
  readonly state: string
  readonly holds: readonly Hold[]
  readonly lots: readonly { readonly hold: string | null }[]
  readonly events: readonly { readonly event: string }[]
}

const DAY = beijingDay(Date.now())
const at = (time: string) => ({ at: `${DAY}T${time}+08:00`, precision: 'second' })
const of = (market: string, lot: string) => ({
  system: 'jiaxing-wholesale',
  region: { code: market.slice(0, 6), year: 2024 },
  sites: [{ role: 'market', name: `市场${market}`, ids: [{ scheme: 'cn.mofcom.node9', value: market }] }],
  product: { name: '菠菜', class: 'vegetable' },
  lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: lot }],
})
/** One dispatch that came to every market under one paper. */
const goods = (name: string): object[] =>
  MARKETS.map((market, n) => ({
    ...{ ...of(market, `${name}-${n}`), kind: 'entry', key: [`${name}-${n}`], occurredAt: at('00:03:00') },
    documents: [{ role: 'upstream', type: 'promise_cert', number: `P-${name}` }],
    quantity: { value: '40', unit: 'KGM' },
  }))
const failed = (name: string): object => ({
  ...{ ...of(MARKETS[0] as string, `${name}-0`), kind: 'test', key: [name], occurredAt: at('00:06:00') },
  test: { item: '有机磷', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' },
})

it(
  'kill -9 in the middle of opening, spreading and releasing cases leaves every case, hold, notice and delivery, each once',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hub-killed-cases-'))
    await chmod(folder, 0o755)
    const receiver = await startReceiver()
    let hub: CrashHub = await startHub(folder)
    onTestFinished(async () => {
      await killHub(hub)
      await receiver.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
    })
    const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
      const answer = await fetch(`${hub.url}${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(20_000),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (!answer.ok && answer.status !== 409) throw new Error(`${answer.status} ${await answer.text()}`)
      return (await answer.json()) as T
    }
    const killSoon = async (): Promise<void> => {
      await pause(Math.random() * 600)
      await killHub(hub)
      hub = await startHub(folder)
    }
    const cards = async (names: readonly string[]): Promise<Card[]> => {
      const { cases } = await call<{ cases: { id: string; test: string }[] }>('GET', '/v1/cases?limit=500')
      const own = cases.filter(({ test }) => names.some((name) => test.endsWith(`:${name}`)))
      return await Promise.all(own.map(({ id }) => call<Card>('GET', `/v1/cases/${id}`)))
    }
    const versions = async (hold: string): Promise<number[]> =>
      (
        await call<{ versions: { version: number }[] }>(
          'GET',
          `/v1/records/${encodeURIComponent(hold)}?versions=true`,
        )
      ).versions
        .map(({ version }) => version)
        .sort()
    const told = async (id: string): Promise<string[]> =>
      (
        await call<{ notices: { hold: string; version: number; receiver: string }[] }>(
          'GET',
          `/v1/recalls/${id}/notices?limit=500`,
        )
      ).notices.map(({ hold, version, receiver: one }) => `${hold} ${version} ${one}`)
    const { id: link } = await call<{ id: string }>('POST', '/v1/links', {
      name: 'city',
      url: receiver.url,
      allowAddress: receiver.allow,
      filter: { kinds: ['hold'] },
    })

    for (let round = 0; round < ROUNDS; round++) {
      const names = Array.from({ length: CASES }, (_, n) => `K${round}-${n}`)
      await call('POST', '/v1/records', names.flatMap(goods))
      await call('POST', '/v1/records', names.map(failed))
      await killSoon()
      /** Every case of the round with its orders, holds, notices and deliveries, each once. */
      const whole = async (state: string, order: string, newest: number): Promise<void> => {
        const found = await cards(names)
        expect(found.map(({ test }) => test.slice(test.lastIndexOf(':') + 1)).sort()).toEqual(names)
        for (const { id, holds, ...one } of found) {
          expect(one.state).toBe(state)
          expect(holds.map(({ kind, version }) => `${kind} v${version}`)).toEqual(
            MARKETS.map(() => `${order} v${newest}`),
          )
          const all = Array.from({ length: newest }, (_, n) => n + 1)
          const expected: string[] = []
          for (const { record } of holds) {
            expect(await versions(record)).toEqual(all)
            for (const version of all) {
              expect(receiver.taken.some((got) => got.id === record && got.version === version)).toBe(true)
              expected.push(`${record} ${version} link:${link}`)
            }
            expect(receiver.taken.filter((got) => got.id === record).at(-1)?.version).toBe(newest)
          }
          const notices = await told(id)
          expect(new Set(notices).size).toBe(notices.length)
          // The market of each hold is told too, by a person.
          expect(notices).toHaveLength(2 * expected.length)
          expect(notices).toEqual(expect.arrayContaining(expected))
        }
      }
      await vi.waitFor(() => whole('held', 'stop_sale', 1), { timeout: WITHIN_MS, interval: 1000 })
      const opened = await cards(names)
      for (const { events, lots } of opened) {
        expect(events.map(({ event }) => event)).toEqual(['opened'])
        expect(lots.filter(({ hold }) => hold !== null)).toHaveLength(MARKETS.length)
      }
      const clear = ({ id }: Card) =>
        call('POST', `/v1/cases/${id}/events`, { event: 'clear', method: 'GC-MS' }).catch(() => null)
      await Promise.all([...opened.map(clear), killSoon()])
      // Whoever was not answered says it again: what was stored is refused.
      await Promise.all(opened.map(clear))
      await vi.waitFor(() => whole('cleared', 'release', 2), { timeout: WITHIN_MS, interval: 1000 })
      for (const { events } of await cards(names))
        expect(events.map(({ event }) => event)).toEqual(['opened', 'clear'])
    }
  },
  30_000 + ROUNDS * (60_000 + 2 * WITHIN_MS),
)
