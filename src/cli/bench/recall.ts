import { setTimeout as pause } from 'node:timers/promises'
import type { Settings } from '#cli/settings.ts'
import { addDecimal } from '#core/decimal.ts'
import { beijingDay } from '#core/quality/record-counts.ts'
import type { Figure } from './figures.ts'
import { preciseNow, sendPaced } from './paced-load.ts'
import { openStage, type Stage } from './stage.ts'
import { percentile, startReceivers } from './sync/receivers.ts'
import { tradeMaker } from './trades.ts'

/** The peak hour of 200 markets with their tickets, a million records a day. */
const PER_SECOND = 72
const MARKETS = 8
const KILOGRAMS = 40
const GOAL_SECONDS = 60
const AT_ONCE = 50
const PATIENCE_MS = 120_000

/**
 * From the answer to a failed test until the holds of everything that its goods came to are at the receiver of a link, and the same for their
 * releases, while trades are pushed. Each case has one dispatch that came to eight markets.
 */
export async function benchRecall(settings: Settings, quick: boolean): Promise<Figure[]> {
  const tests = quick ? 20 : 200
  const seconds = quick ? 10 : 60
  const stage = await openStage(settings)
  const receivers = await startReceivers()
  try {
    await receivers.link(stage, '/holds', { filter: { kinds: ['hold'] } })
    // Capitals: codes are kept so, and the receiver knows lots by theirs.
    const names = Array.from({ length: tests }, (_, n) => `R${Date.now().toString(36).toUpperCase()}-${n}`)
    for (let from = 0; from < tests; from += AT_ONCE)
      await stage.calls.post('/v1/records', names.slice(from, from + AT_ONCE).flatMap(goods))
    await followed(stage)
    const beside = async (work: () => Promise<Map<string, number>>): Promise<number[]> => {
      const [since] = await Promise.all([work(), pushTrades(stage, seconds)])
      return await receivers.lags(since, 1)
    }
    /** Does so much for each name, spread over most of the time of the load. */
    const spread = async (order: string, act: (name: string) => Promise<number>) => {
      const since = new Map<string, number>()
      for (const name of names) {
        const at = await act(name)
        for (let market = 0; market < MARKETS; market++) since.set(`${order} ${name}-${market}`, at)
        await pause((seconds * 800) / tests)
      }
      return since
    }
    const stops = await beside(() =>
      spread('stop_sale', async (name) => {
        await stage.calls.post('/v1/records', [failed(name)])
        return preciseNow()
      }),
    )
    const cases = await casesOf(stage)
    const releases = await beside(() =>
      spread('release', async (name) => {
        // Its holds are written before it answers.
        const at = preciseNow()
        await stage.calls.post(`/v1/cases/${cases.get(name)?.id}/events`, { event: 'clear', method: 'GC-MS' })
        return at
      }),
    )
    const lots = stops.length / tests
    const mass = [...cases.values()].reduce((sum, { heldMass }) => addDecimal(sum, heldMass), '0')
    return [
      ...figures(`failed test to holds delivered, ${tests} tests beside ${PER_SECOND} trades/s`, stops),
      ...figures('release to releases delivered', releases),
      {
        name: 'lots that a failed test reached',
        value: lots,
        unit: 'lots',
        baseline: `${MARKETS} of one dispatch`,
        ratio: lots / MARKETS,
      },
      {
        name: 'mass that was held',
        value: Number(mass),
        unit: 'kg',
        baseline: 'of the dispatches',
        ratio: Number(mass) / (tests * MARKETS * KILOGRAMS),
      },
    ]
  } finally {
    await receivers.stop()
    await stage.close()
  }
}

const figures = (name: string, milliseconds: readonly number[]): Figure[] =>
  [0.5, 0.99].map((share) => {
    const value = percentile(milliseconds, share) / 1000
    return {
      name: `${name}, p${share * 100}`,
      value,
      unit: 's',
      baseline: `goal of ${GOAL_SECONDS}`,
      ratio: value / GOAL_SECONDS,
    }
  })

const pushTrades = (stage: Stage, seconds: number): Promise<Map<string, number>> => {
  const make = tradeMaker(`C${Date.now().toString(36)}`)
  return sendPaced({
    ...{
      url: stage.pushUrl,
      key: stage.pushKey,
      contentType: 'application/json',
      perSecond: PER_SECOND,
      seconds,
      connections: 8,
    },
    next: () => {
      const trade = make()
      return { name: trade['billNo'] as string, body: Buffer.from(JSON.stringify(trade)) }
    },
  })
}

const of = (name: string, market: number): object => ({
  system: 'jiaxing-wholesale',
  occurredAt: { at: `${beijingDay(Date.now())}T00:00:01+08:00`, precision: 'second' },
  region: { code: '330105', year: 2024 },
  sites: [
    {
      role: 'market',
      name: `示例农贸市场${market}`,
      ids: [{ scheme: 'cn.mofcom.node9', value: `33010501${market}` }],
    },
  ],
  product: { name: '菠菜', class: 'vegetable' },
  lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: `${name}-${market}` }],
})
const goods = (name: string): object[] => [
  {
    ...{
      ...of(name, 0),
      kind: 'dispatch',
      key: [`${name}-D`],
      sites: [{ role: 'farm', name: '示例农场', ids: [] }],
    },
    lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: `${name}-D` }],
    documents: [{ role: 'upstream', type: 'promise_cert', number: `P-${name}` }],
    quantity: { value: String(MARKETS * KILOGRAMS), unit: 'KGM' },
  },
  ...Array.from({ length: MARKETS }, (_, market) => ({
    ...{ ...of(name, market), kind: 'entry', key: [`${name}-${market}`] },
    documents: [{ role: 'upstream', type: 'promise_cert', number: `P-${name}` }],
    quantity: { value: String(KILOGRAMS), unit: 'KGM' },
  })),
]
const failed = (name: string): object => ({
  ...{ ...of(name, 0), kind: 'test', key: [name] },
  test: { item: '有机磷', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' },
})

/** Waits until what was pushed has been followed: cases are opened by what is known then. */
async function followed({ pool }: Stage): Promise<void> {
  const started = performance.now()
  for (;;) {
    const { rows } = await pool.query<{ behind: boolean }>(
      `select bool_or(position < (select max(position) from record_versions)) as behind from followers where name in ('matching', 'cases')`,
    )
    if (rows[0]?.behind === false) return
    if (performance.now() - started > PATIENCE_MS)
      throw new Error('the followers do not come to the end of the log')
    await pause(50)
  }
}

interface Opened {
  readonly id: string
  readonly test: string
  readonly heldMass: string
}

/** Cases by the key of their test. */
async function casesOf(stage: Stage): Promise<Map<string, Opened>> {
  const found = new Map<string, Opened>()
  for (let after = ''; ; ) {
    const page = await stage.calls.get<{ cases: Opened[]; next: string | null }>(
      `/v1/cases?limit=100${after}`,
    )
    for (const one of page.cases) found.set(one.test.slice(one.test.lastIndexOf(':') + 1), one)
    if (page.next === null) return found
    after = `&after=${encodeURIComponent(page.next)}`
  }
}
