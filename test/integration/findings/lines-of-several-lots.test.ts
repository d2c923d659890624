import { beforeAll, expect, test } from 'vitest'
import { createSystem } from '#store/systems.ts'
import { withFindings } from './setting.ts'

const { api, send, judge } = withFindings()
const [SYSTEM, LEDGER] = ['coded-market', 'stall-ledgers']
beforeAll(async () => {
  for (const id of [SYSTEM, LEDGER, 'third']) await createSystem(api.pool, { id, title: { zh: id, en: id } })
})

let stall = 100
const came = (key: string, system: string, kilograms: string, lot?: string) => ({
  ...{ kind: 'entry', system, key: [`${stall}-${key}`], product: { name: '儿菜', class: 'vegetable' } },
  occurredAt: { at: '2026-03-02T06:00:00+08:00', precision: 'second' },
  region: { code: '330105', year: 2026 },
  sites: [
    { role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] },
    { role: 'stall', name: `B-${stall}`, ids: [] },
  ],
  parties: [
    {
      role: 'owner',
      name: '丙示例菜摊',
      ids: [{ scheme: 'cn.mofcom.operator13', value: `3301050120${stall}` }],
    },
  ],
  quantity: { value: kilograms, unit: 'KGM' },
  ...(lot ? { lots: [{ role: 'subject', scheme: 'cn.mofcom.batch16', value: `${lot}${stall}` }] } : {}),
})
/** A message is of one system. */
const post = async (...records: readonly object[]) => {
  for (const one of records) await send(one)
  await judge()
}
const line = (key: string, kilograms: string, system = LEDGER) => came(key, system, kilograms)
const cameOf = async (lot: string) => {
  const { lots } = (await api.call('GET', `/v1/lots/${lot}${stall}/balance`)).json()
  return lots[0].in
}

test('of lines without a code that each may be a lot, one of a ledger is the lot, and the others are other goods', async () => {
  await post(
    ...[came('a', SYSTEM, '100', 'A'), came('b', SYSTEM, '100', 'B')],
    ...[line('1', '100'), line('2', '100')],
  )
  expect([await cameOf('A'), await cameOf('B')]).toEqual(['100', '100'])
  stall += 1
  await post(came('a', SYSTEM, '100', 'A'), line('1', '101'), line('2', '100'))
  expect(await cameOf('A')).toBe('100')
})

test('each arrival of a lot may be a line of its own', async () => {
  stall += 1
  await post(
    ...[came('a', SYSTEM, '60', 'A'), came('b', SYSTEM, '40', 'A')],
    ...[line('1', '61'), line('2', '40')],
  )
  expect(await cameOf('A')).toBe('101')
})

test('what its own system tells beside a lot, and what came under another paper, is other goods', async () => {
  const under = (number: string, record: object) => ({
    ...record,
    documents: [{ role: 'upstream', type: 'promise_cert', number: `${number}${stall}` }],
  })
  stall += 1
  await post(came('a', SYSTEM, '100', 'A'), line('1', '101', SYSTEM))
  expect(await cameOf('A')).toBe('100')
  stall += 1
  await post(under('P', came('a', SYSTEM, '100', 'A')), under('Q', line('1', '101')))
  expect(await cameOf('A')).toBe('100')
  await post(under('P', line('2', '99')), line('3', '102', 'third'))
  expect(await cameOf('A')).toBe('102')
})

test('a line that its trader writes down at another of his stalls is the lot once, and one of somebody else of that name is none', async () => {
  const at = (name: string, record: ReturnType<typeof came>) => ({
    ...record,
    sites: [...record.sites.slice(0, 1), { role: 'stall', name, ids: [] }],
  })
  stall += 1
  await post(came('a', SYSTEM, '100', 'A'), at('C-9', line('1', '101')))
  expect(await cameOf('A')).toBe('101')
  const { parties } = came('b', LEDGER, '100')
  stall += 1
  await post(came('a', SYSTEM, '100', 'A'), { ...line('1', '101'), parties })
  expect(await cameOf('A')).toBe('100')
})
