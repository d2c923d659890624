import { beforeAll, expect, test } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()
const TAG = '133080300000405'
const KNOWN = {
  system: 'plain-market',
  occurredAt: { at: '2026-03-02T06:00:00+08:00', precision: 'second' },
  region: { code: '330105', year: 2026 },
  sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '330105001' }] }],
}

beforeAll(async () => {
  const system = { id: 'plain-market', title: { zh: '甲', en: 'A' } }
  expect((await api.call('POST', '/v1/systems', { body: system })).statusCode).toBe(201)
  const body = [
    {
      ...{ ...KNOWN, kind: 'document', key: ['paper'], product: { name: '生猪', class: 'pig' } },
      quantity: { value: '2', unit: 'HEA' },
      documents: [
        { role: 'self', type: 'animal_B', number: '3308000401', earTags: [TAG, '133080300000406'] },
      ],
    },
    {
      ...{ ...KNOWN, kind: 'entry', key: ['yoghurt'] },
      product: { name: '酸奶', class: 'dairy', ids: [{ scheme: 'gs1.gtin', value: '06903244679763' }] },
      quantity: { value: '30', unit: 'KGM' },
      lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: '33010500126030200001' }],
    },
  ]
  const stored = (await api.call('POST', '/v1/records', { body })).json()
  expect(stored, JSON.stringify(stored)).toMatchObject({ accepted: 2, rejected: 0 })
})

const GS1 = [
  'https://id.gs1.org/01/06903244679763/10/33010500126030200001',
  '(01)06903244679763(10)33010500126030200001',
]
test.each<readonly [string, string]>([
  [TAG, 'doc:3308000401'],
  ...GS1.map((code) => [code, 'lot:33010500126030200001'] as const),
])('a rehearsal, a stop of sale and a balance begin where the trace of %s begins', async (code, root) => {
  const path = encodeURIComponent(code)
  expect((await api.call('GET', `/v1/trace/${path}`)).json()).toMatchObject({ roots: [root] })
  const rehearsed = await api.call('POST', '/v1/recalls/rehearse', { body: { code } })
  expect(rehearsed.json()).toMatchObject({ asked: code, roots: [root] })
  const known = await api.call('POST', '/v1/recalls/rehearse', { body: { code: root } })
  const { rehearsedAt: _, ms: __, asked: ___, ...same } = known.json()
  expect(rehearsed.json()).toMatchObject(same)
  const balance = await api.call('GET', `/v1/lots/${path}/balance`)
  if (root.startsWith('lot:'))
    expect(balance.json()).toMatchObject({ code, lots: [{ code: root, in: '30' }] })
  else expect(balance.statusCode).toBe(404)
})

test('goods known by an ear tag or a code of GS1 are stopped by it, once', async () => {
  const stop = (code: string) => api.call('POST', '/v1/cases', { body: { code, reason: '抽检' } })
  for (const [code, root] of [
    [TAG, 'doc:3308000401'],
    [GS1[0] as string, 'lot:33010500126030200001'],
  ] as const) {
    const opened = await stop(code)
    expect(opened.statusCode, opened.body).toBe(201)
    expect(opened.json()).toMatchObject({ code: root })
    expect((await stop(root)).statusCode).toBe(409)
  }
})
