import { expect } from 'vitest'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import type { PublicTrace } from '#flow/trace/public-trace.ts'
import type { TestApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'

export const TOMATO = { name: '番茄', class: 'vegetable' }
export const CUCUMBER = { name: '黄瓜', class: 'vegetable' }
export const CELERY = { name: '芹菜', class: 'vegetable' }
export const at = (text: string) => ({ at: `${text}:00+08:00`, precision: 'minute' })
export const kg = (value: number) => ({ quantity: { value: String(value), unit: 'KGM' } })
export const market = (code: string, stall?: string) => ({
  region: { code: code.slice(0, 6) },
  sites: [
    { role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: code }] },
    ...(stall ? [{ role: 'stall', name: stall, ids: [] }] : []),
  ],
})
export const under = (type: string, number: string, role = 'upstream') => ({ role, type, number })
export const lot = (value: string, role = 'subject') => ({ role, scheme: 'cn.mofcom.batch16', value })
export const paper = (number: string, product: object, issuer: string, mass: number, more: object = {}) => ({
  ...{ kind: 'document', system: 'cert', key: [number], product, ...kg(mass) },
  occurredAt: at('2026-11-25T08:00'),
  parties: [{ role: 'issuer', name: issuer, ids: [] }],
  documents: [
    { ...under('promise_cert', number, 'self'), form: '2026', issueType: 'producer', basis: ['self_test'] },
  ],
  ...more,
})
export const failed = (system: 'lab' | 'instrument', key: string, product: object, more: object) => ({
  ...{ kind: 'test', system, key: [key], product, occurredAt: at('2026-11-26T09:00') },
  test:
    system === 'lab'
      ? { item: '克百威', method: 'GC-MS/MS', verdict: 'fail', screening: false }
      : { item: '毒死蜱', method: '酶抑制法', verdict: 'fail', screening: true },
  ...more,
})

/** Two goods under one voucher, each with its own certificate and lot. */
export const VOUCHER = [
  paper('PCL300T', TOMATO, '平湖示例专业合作社', 50),
  paper('PCL300C', CUCUMBER, '桐乡示例专业合作社', 30),
  ...(
    [
      ['T', TOMATO, 50],
      ['C', CUCUMBER, 30],
    ] as const
  ).flatMap(([of, product, mass]) => [
    {
      ...{ kind: 'sale', system: 'market', key: [`s${of}`], product, ...kg(mass), saleKind: 'wholesale' },
      ...{ occurredAt: at('2026-11-26T02:00'), ...market('330402003') },
      documents: [under('promise_cert', `PCL300${of}`), under('sales_voucher', 'VL300', 'voucher')],
    },
    {
      ...{ kind: 'entry', system: 'market', key: [`e${of}`], product, ...kg(mass) },
      ...{ occurredAt: at('2026-11-26T05:00'), ...market('330105111', 'L-1') },
      ...{ lots: [lot(`ML300${of}`)], documents: [under('sales_voucher', 'VL300')] },
    },
  ]),
]

/** A laboratory fails one of the two. */
export const LAB_FAILED_CUCUMBER = failed('lab', 'l5', CUCUMBER, {
  ...{ documents: [under('promise_cert', 'PCL300C')], region: { code: '330483' } },
  sites: [{ role: 'farm', name: '桐乡示例基地', ids: [] }],
})

interface Sent {
  readonly system: string
  readonly [member: string]: unknown
}

/** What a test does with the goods of its hub. */
export const goodsOf = (api: TestApi) => {
  const store = async (...records: readonly Sent[]): Promise<void> => {
    for (const body of Map.groupBy(records, ({ system }) => system).values()) {
      const stored = await api.call('POST', '/v1/records', { body })
      expect(stored.json().rejected, stored.body).toBe(0)
    }
  }
  const page = async (code: string): Promise<PublicTrace> =>
    (await api.call('GET', `/public/v1/trace/${code}`)).json()
  return {
    store,
    /** Stores records, and lets the hub follow them as it does by itself. */
    push: async (...records: readonly Sent[]): Promise<void> => {
      await store(...records)
      await followToTheEnd(api.pool, casesFollower({ pool: api.pool, intake: api.intake }))
    },
    page,
    /** The state on the page, which comes to be so within a second. */
    shows: async (code: string, state: PublicTrace['state']): Promise<void> =>
      await expect.poll(async () => (await page(code)).state, { timeout: 1000, interval: 50 }).toBe(state),
    card: async (code: string) => (await api.call('GET', `/v1/lots/${code}`)).json().lot,
  }
}
