import { beforeAll, expect, test } from 'vitest'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'

const api = withApi()
beforeAll(async () => {
  await createSystem(api.pool, { id: 'plain-market', title: { zh: '甲', en: 'A' } })
})
const entry = (key: string, at: string) => ({
  ...{ system: 'plain-market', kind: 'entry', key: [key], occurredAt: { at, precision: 'second' } },
  ...{ region: { code: '330105', year: 2026 }, product: { name: '菠菜', class: 'vegetable' } },
  sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] }],
  ...{
    lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: key }],
    quantity: { value: '1', unit: 'KGM' },
  },
})

test('a record whose time is none is rejected among its neighbours, with the place of the time', async () => {
  const body = [
    entry('T1', 'yesterday'),
    entry('T2', '2026-02-30T06:00:00+08:00'),
    entry('T3', '2026-03-02T06:00:00+08:00'),
  ]
  const receipt = (await api.call('POST', '/v1/records', { body })).json()
  expect(receipt).toMatchObject({ received: 3, accepted: 1, rejected: 2 })
  expect(receipt.results[1]).toMatchObject({
    result: 'rejected',
    issues: [{ path: '/1/occurredAt/at', code: 'E_SCHEMA' }],
  })
})

test('what happened in the first hours of a day in China is of that day, in whichever zone it was written', async () => {
  const body = [entry('T4', '2026-03-04T16:10:00Z'), entry('T5', '2026-03-05T00:10:00+08:00')]
  expect((await api.call('POST', '/v1/records', { body })).json()).toMatchObject({ accepted: 2 })
  const { records } = (await api.call('GET', '/v1/records?kind=entry&code=T4')).json()
  expect(records[0].occurredAt).toEqual({
    ...{ at: '2026-03-05T00:10:00+08:00', precision: 'second', raw: '2026-03-04T16:10:00Z' },
  })
})
