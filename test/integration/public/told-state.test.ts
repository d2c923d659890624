import { beforeAll, expect, test } from 'vitest'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'
import {
  at,
  CUCUMBER,
  failed,
  goodsOf,
  kg,
  LAB_FAILED_CUCUMBER,
  lot,
  market,
  paper,
  TOMATO,
  VOUCHER,
} from './goods.ts'

const api = withApi()
const { push, store, page, shows, card } = goodsOf(api)
beforeAll(async () => {
  for (const id of ['market', 'cert', 'lab', 'instrument'])
    await createSystem(api.pool, { id, title: { zh: id, en: id } })
})

test('a recall in force is told whatever became of the paper, with the word that it is void', async () => {
  await push(...VOUCHER, LAB_FAILED_CUCUMBER)
  await push(paper('PCL300C', CUCUMBER, '桐乡示例专业合作社', 30, { status: 'void' }))
  expect((await card('PCL300C')).state).toBe('recalled')
  for (const code of ['PCL300C', 'VL300', 'ML300C']) {
    const { state, alerts, advice } = await page(code)
    expect(state).toBe('recalled')
    expect(alerts.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['recalled', 'test_failed', 'void']),
    )
    expect(JSON.stringify(advice)).not.toMatch(/quick|快速/)
  }
})

test('what a laboratory failed is never called a quick test', async () => {
  // No case is made of it by this hub: it came behind the last look at the log.
  const entry = (of: string) => ({
    ...{ kind: 'entry', system: 'market', key: [of], product: CUCUMBER, ...kg(5), lots: [lot(of)] },
    ...{ occurredAt: at('2026-11-26T05:00'), ...market('330105091', 'Q-1') },
  })
  await push(entry('MQ1'), entry('MQ2'))
  const where = market('330105091', 'Q-1')
  await store(
    failed('lab', 'q1', CUCUMBER, { lots: [lot('MQ1')], ...where }),
    failed('instrument', 'q2', CUCUMBER, { lots: [lot('MQ2')], ...where }),
  )
  const [byLab, byInstrument] = [await page('MQ1'), await page('MQ2')]
  expect([byLab.state, byInstrument.state]).toEqual(['test_failed', 'test_failed'])
  expect(JSON.stringify(byLab.advice)).not.toMatch(/quick|快速/)
  expect(byInstrument.advice.en).toContain('quick test')
})

test('goods of which a part was sent back or destroyed are not said to be disposed of, and all of them are', async () => {
  const goods = { system: 'market', product: TOMATO, ...market('330105081', 'S3') }
  const of = (kind: string, key: string, value: number, more: object) => ({
    ...{ ...goods, kind, key: [key], ...kg(value), lots: [lot('SHB77')] },
    ...{ occurredAt: at('2026-11-26T10:00'), ...more },
  })
  const gone = (key: string, value: number, disposalKind: string, more: object = {}) =>
    of('disposal', key, value, { disposalKind, ...more })
  const both = async (...[onPage, onCard]: ['clear', 'active'] | ['disposed', 'disposed']) => {
    await shows('SHB77', onPage)
    expect((await card('SHB77')).state).toBe(onCard)
  }
  await push(
    of('entry', 'd1', 150, { occurredAt: at('2026-11-26T05:00') }),
    of('sale', 'd2', 60, { saleKind: 'retail' }),
    gone('d3', 90, 'returned'),
  )
  await both('clear', 'active')
  await push(gone('d3', 30, 'returned'), gone('d4', 10, 'destroyed'))
  await both('clear', 'active')
  // Nothing is left: what is on sale now is none of it.
  await push(gone('d4', 60, 'destroyed'))
  await both('disposed', 'disposed')
  await push(gone('d4', 60, 'destroyed', { status: 'void' }), gone('d3', 150, 'returned'))
  await both('disposed', 'disposed')
})

test('what was destroyed of a lot after a part was sold says nothing of what was sold, on the page of the lot, of who bought it and of their customers', async () => {
  const goods = { system: 'market', product: TOMATO, ...market('330105082', 'S4') }
  const of = (kind: string, key: string, value: number, lots: object[], more: object) => ({
    ...{ ...goods, kind, key: [key], ...kg(value), lots, occurredAt: at('2026-11-26T06:00') },
    ...more,
  })
  const from = (code: string) => ({ ...lot(code), role: 'source' })
  await push(
    of('entry', 'w1', 1000, [lot('SHW1')], { occurredAt: at('2026-11-26T03:00') }),
    of('disposal', 'w2', 10, [lot('SHW1')], { disposalKind: 'rendered' }),
    of('sale', 'w3', 990, [lot('SHW1')], { saleKind: 'wholesale' }),
    of('entry', 'w4', 600, [lot('SHW2'), from('SHW1')], { ...market('330105083', 'T1') }),
    of('sale', 'w5', 595, [lot('SHW3'), from('SHW2')], { saleKind: 'retail', ...market('330105083', 'T1') }),
    of('disposal', 'w6', 5, [lot('SHW2')], { disposalKind: 'destroyed', ...market('330105083', 'T1') }),
  )
  await shows('SHW1', 'clear')
  expect((await card('SHW1')).state).toBe('active')
  // At the stall nothing is left to be sold.
  await shows('SHW2', 'disposed')
  await shows('SHW3', 'clear')
  await push(
    of('disposal', 'w6', 600, [lot('SHW2')], { disposalKind: 'destroyed', ...market('330105083', 'T1') }),
  )
  await shows('SHW3', 'disposed')
})

test('the market of a ticket has the name that other records of the path give its code, where the scales know none', async () => {
  const [code, stall] = ['330110021', 'B-005']
  const where = market(code, stall)
  const [place, booth] = where.sites as [object, object]
  const goods = { system: 'market', product: TOMATO, region: where.region }
  await push(
    {
      ...{ ...goods, kind: 'entry', key: ['n1'], ...kg(20), lots: [lot('NAMED1')] },
      ...{ occurredAt: at('2026-11-26T05:00'), sites: [{ ...place, name: '良渚示例农贸市场' }, booth] },
    },
    {
      ...{ ...goods, kind: 'sale', key: ['n2'], ...kg(1), saleKind: 'retail', ...where },
      ...{ occurredAt: at('2026-11-26T07:00'), lots: [lot('TICKET1'), lot('NAMED1', 'source')] },
    },
  )
  expect(await page('TICKET1')).toMatchObject({ market: '良渚示例农贸市场', stall })
})
