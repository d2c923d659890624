import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()
const sample = async (path: string, name: string, type: string): Promise<void> => {
  const body = readFileSync(`mappings/${path.split('/')[0]}/samples/valid/${name}`)
  const sent = await api.push(path, body, { type })
  expect(sent.statusCode, sent.body).toBe(200)
}
const load = {
  number: 'HGZ20240415-7K3M',
  product: '番茄',
  unit: '公斤',
  site: '330402003',
  on: '2024-04-15',
}
const check = async (quantity: string) => {
  const body = { papers: [{ ...load, quantity }] }
  const [paper] = (await api.call('POST', '/v1/documents/check', { body })).json().papers
  const { verdict, used, left, reasons } = paper
  return [verdict, used[0]?.value, left?.value, ...reasons.map(({ code }: { code: string }) => code)]
}
const documentOf = async () =>
  (await api.call('GET', `/v1/documents/promise_cert/${load.number}?on=${load.on}`)).json()

it('what a farm sent off is the load at the gate: it uses nothing up, and came in nowhere else', async () => {
  await sample('zj-agri-certificate/certificate', 'one.json', 'application/json')
  await sample('longyou-farms/origin-out', 'origin-out-one.txt', 'application/x-www-form-urlencoded')
  expect(await check('300')).toEqual(['ok', undefined, '300'])
  expect(await check('301')).toEqual(['refuse', undefined, '300', 'more_than_left'])
  expect(await documentOf()).toMatchObject({
    ...{ usedKg: '300', countedKind: 'dispatch' },
    ...{ sent: [{ value: '300', unit: 'KGM' }], takenIn: [] },
  })
})

it('what came in at a market of it is used, beside what was sent', async () => {
  await sample('jiaxing-wholesale/trade', 'one.json', 'application/json')
  expect(await check('200')).toEqual(['ok', '100', '200'])
  expect(await check('201')).toEqual(['refuse', '100', '200', 'more_than_left'])
  expect(await documentOf()).toMatchObject({
    ...{ usedKg: '100', countedKind: 'sale' },
    ...{ sent: [{ value: '300' }], takenIn: [{ value: '100' }] },
  })
})
