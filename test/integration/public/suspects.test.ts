import { beforeAll, expect, test } from 'vitest'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'
import { at, CELERY, failed, goodsOf, kg, lot, market, under } from './goods.ts'

const api = withApi()
const { push, page, shows, card } = goodsOf(api)
beforeAll(async () => {
  for (const id of ['market', 'cert', 'lab', 'instrument'])
    await createSystem(api.pool, { id, title: { zh: id, en: id } })
})

async function reasonsAtTheGate(number: string): Promise<string[]> {
  const asked = { number, quantity: '5', unit: '公斤', site: '330110072', on: '2026-11-26' }
  const answer = await api.call('POST', '/v1/documents/check', { body: { papers: [asked] } })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json().papers[0].reasons.map(({ code }: { code: string }) => code)
}

test('a suspect is stopped at its stall alone: what was sold on of it before is not', async () => {
  const sold = [under('promise_cert', 'PCH1'), under('sales_voucher', 'VH1', 'voucher')]
  await push(
    {
      ...{ kind: 'entry', system: 'market', key: ['h1'], product: CELERY, ...kg(100), lots: [lot('HL1')] },
      ...{ occurredAt: at('2026-11-25T04:00'), ...market('330105071', 'H-1') },
      documents: [under('promise_cert', 'PCH1')],
    },
    {
      ...{ kind: 'sale', system: 'market', key: ['h2'], product: CELERY, ...kg(40), saleKind: 'wholesale' },
      ...{ occurredAt: at('2026-11-26T03:00'), ...market('330105071', 'H-1'), lots: [lot('HL1')] },
      documents: sold,
    },
    {
      ...{ kind: 'entry', system: 'market', key: ['h3'], product: CELERY, ...kg(40), lots: [lot('NL1')] },
      ...{ occurredAt: at('2026-11-26T06:00'), ...market('330110072', 'N-5') },
      documents: [under('sales_voucher', 'VH1')],
    },
    failed('instrument', 'TH1', CELERY, { lots: [lot('HL1')], ...market('330105071', 'H-1') }),
  )
  expect([(await card('HL1')).state, (await card('NL1')).state]).toEqual(['held', 'active'])
  expect((await page('HL1')).state).toBe('held')
  expect(await page('NL1')).toMatchObject({ state: 'clear', alerts: [] })
  expect(await reasonsAtTheGate('VH1')).not.toContain('held')
  // As soon as a laboratory confirms it, all of it is recalled.
  await push(failed('lab', 'LH1', CELERY, { lots: [lot('HL1')], ...market('330105071') }))
  await shows('HL1', 'recalled')
  await shows('NL1', 'recalled')
  expect(await reasonsAtTheGate('VH1')).toContain('recalled')
})

test('a suspect in a case that holds other goods is stopped at its stall alone too: what came of it stays free, and what came of the others is held', async () => {
  const trade = (n: 1 | 2, stall: string) => [
    {
      ...{
        kind: 'entry',
        system: 'market',
        key: [`s${n}`],
        product: CELERY,
        ...kg(100),
        lots: [lot(`SL${n}`)],
      },
      ...{ occurredAt: at('2026-11-25T04:00'), ...market('330105071', stall) },
      documents: [under('promise_cert', `PCS${n}`)],
    },
    {
      ...{
        kind: 'sale',
        system: 'market',
        key: [`s${n}-on`],
        product: CELERY,
        ...kg(40),
        saleKind: 'wholesale',
      },
      ...{ occurredAt: at('2026-11-26T03:00'), ...market('330105071', stall), lots: [lot(`SL${n}`)] },
      documents: [under('promise_cert', `PCS${n}`), under('sales_voucher', `VS${n}`, 'voucher')],
    },
    {
      ...{
        kind: 'entry',
        system: 'market',
        key: [`s${n}-in`],
        product: CELERY,
        ...kg(40),
        lots: [lot(`NS${n}`)],
      },
      ...{ occurredAt: at('2026-11-26T06:00'), ...market('330110072', `N-${n}`) },
      documents: [under('sales_voucher', `VS${n}`)],
    },
  ]
  const strip = { item: '毒死蜱', verdict: 'fail', raw: '阳性', screening: true, method: '胶体金' }
  await push(
    ...[...trade(1, 'S-1'), ...trade(2, 'S-2')],
    failed('instrument', 'TS1', CELERY, { lots: [lot('SL1')], ...market('330105071', 'S-1'), test: strip }),
    failed('instrument', 'TS2', CELERY, { lots: [lot('SL1'), lot('SL2')], ...market('330105071', 'S-2') }),
  )
  await shows('NS1', 'held')
  expect([(await card('SL2')).state, (await card('NS2')).state]).toEqual(['held', 'active'])
  expect((await page('SL2')).state).toBe('held')
  expect(await page('NS2')).toMatchObject({ state: 'clear', alerts: [] })
  expect(await reasonsAtTheGate('VS1')).toContain('held')
  expect(await reasonsAtTheGate('VS2')).not.toContain('held')
  const [one] = (await api.call('GET', '/v1/cases?state=held')).json().cases
  const { lots } = (await api.call('GET', `/v1/cases/${one.id}`)).json()
  const narrow = lots.filter((of: { narrow: boolean }) => of.narrow).map(({ code }: { code: string }) => code)
  expect(narrow).toEqual([expect.stringContaining('SL2')])
})
