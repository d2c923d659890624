import { beforeAll, expect, test } from 'vitest'
import { recallSheet } from '#core/recall/sheet.ts'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'
import { rehearsalText } from '../../../src/cli/recall.ts'

const api = withApi()
const LOT = 'NAMES1'
const PERSON = '李秀英'
const KEEPER = '王小明'
const PHONE = '13812345678'

beforeAll(async () => {
  await createSystem(api.pool, { id: 'plain-market', title: { zh: '甲', en: 'A' } })
  const entry = (key: string, more: object) => ({
    ...{ kind: 'entry', system: 'plain-market', key: [key] },
    occurredAt: { at: '2026-03-02T03:00:00+08:00', precision: 'second' },
    region: { code: '330105', year: 2026 },
    product: { name: '菠菜', class: 'vegetable' },
    lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: LOT }],
    quantity: { value: '40', unit: 'KGM' },
    ...more,
  })
  const market = (booth: string, name = '甲农贸市场') => [
    { role: 'market', name, ids: [] },
    { role: 'stall', name: booth, ids: [] },
  ]
  const stored = await api.call('POST', '/v1/records', {
    body: [
      // Nobody says that these are persons.
      entry('1', { parties: [{ role: 'owner', name: PERSON, ids: [] }], sites: market('B-045') }),
      entry('2', {
        parties: [{ role: 'supplier', name: `${KEEPER} ${PHONE}`, ids: [] }],
        sites: market(KEEPER),
      }),
      entry('3', { sites: [{ role: 'store', name: PERSON, ids: [] }] }),
      entry('4', { parties: [{ role: 'owner', name: '李秀兰', ids: [] }], sites: market('B-046', KEEPER) }),
      entry('5', { parties: [{ role: 'buyer', name: '嘉禾示例果蔬有限公司', ids: [] }] }),
    ],
  })
  expect(stored.json().rejected, stored.body).toBe(0)
})

test('a rehearsal names nobody in full who may be a natural person, whoever asks, and no two of them as one', async () => {
  const keys = [await api.key('read'), await api.key('read', 'personal')]
  for (const key of keys) {
    const answer = await api.call('POST', '/v1/recalls/rehearse', {
      key,
      body: { code: LOT },
      headers: { 'hub-purpose': 'recall' },
    })
    expect(answer.statusCode, answer.body).toBe(200)
    expect(answer.headers['hub-masked']).toBe('personal')
    const found = answer.json()
    for (const shown of [
      answer.body,
      JSON.stringify(recallSheet(found, 'zh').rows),
      rehearsalText(found, true),
    ]) {
      for (const name of [PERSON, KEEPER, '李秀兰', PHONE]) expect(shown).not.toContain(name)
      expect(shown).toContain('李**')
      expect(shown).toContain('嘉禾示例果蔬有限公司')
    }
    expect(found.parties.map(({ name }: { name: string }) => name).sort()).toEqual(
      ['嘉禾示例果蔬有限公司', '李**', '李**', `王${'*'.repeat(14)}`].sort(),
    )
    expect(found.numbers.parties).toBe(4)
    const stalls = found.regions.flatMap(({ markets }: { markets: { stalls: object[] }[] }) =>
      markets.flatMap((market) => market.stalls),
    )
    expect(stalls).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: '李**', booth: 'B-045', market: '甲农贸市场' }),
        expect.objectContaining({ name: '李**', booth: 'B-046', market: '王**' }),
      ]),
    )
  }
  const [key = ''] = keys
  const sheet = await api.call('POST', '/v1/recalls/rehearse.xlsx', { key, body: { code: LOT } })
  expect(sheet.headers['hub-masked']).toBe('personal')
})
