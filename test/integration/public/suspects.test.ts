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
