import { beforeAll, expect, test } from 'vitest'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'
import { goodsOf, LAB_FAILED_CUCUMBER, VOUCHER } from './goods.ts'

const api = withApi()
const { push, page, card } = goodsOf(api)
beforeAll(async () => {
  for (const id of ['market', 'cert', 'lab', 'instrument'])
    await createSystem(api.pool, { id, title: { zh: id, en: id } })
})

test('goods are not said to be recalled with others of their voucher, nor to come from their producer', async () => {
  await push(...VOUCHER, LAB_FAILED_CUCUMBER)
  expect((await card('ML300T')).state).toBe('active')
  const free = await page('ML300T')
  expect(free).toMatchObject({
    ...{ state: 'clear', alerts: [], tests: [], product: '番茄', producer: '平湖示例专业合作社' },
    certificates: [{ number: 'PCL300T' }],
  })
  expect(JSON.stringify(free)).not.toMatch(/PCL300C|黄瓜|桐乡/)
  expect(await page('ML300C')).toMatchObject({ state: 'recalled', producer: '桐乡示例专业合作社' })
  // Who asks for the voucher itself is told of all that it stands for.
  expect(await page('VL300')).toMatchObject({ state: 'recalled' })
  expect((await page('VL300')).certificates.map(({ number }) => number)).toEqual(
    expect.arrayContaining(['PCL300T', 'PCL300C']),
  )
})

test('a trace goes over a voucher of several goods to those of the same product alone, and from the voucher to all', async () => {
  const codes = async (code: string) =>
    (await api.call('GET', `/v1/trace/${code}`))
      .json()
      .nodes.map((node: { code: string }) => node.code)
      .sort()
  expect(await codes('ML300T')).toEqual(['doc:PCL300T', 'doc:VL300', 'lot:ML300T'])
  expect(await codes('PCL300C')).toEqual(['doc:PCL300C', 'doc:VL300', 'lot:ML300C'])
  expect(await codes('VL300')).toEqual([
    'doc:PCL300C',
    'doc:PCL300T',
    'doc:VL300',
    'lot:ML300C',
    'lot:ML300T',
  ])
  // Nothing of the other goods is said of the voucher either.
  const { nodes } = (await api.call('GET', '/v1/trace/ML300T')).json()
  const voucher = nodes.find(({ code }: { code: string }) => code === 'doc:VL300')
  expect(voucher).toMatchObject({ product: { name: '番茄' }, quantity: { value: '50' } })
})
