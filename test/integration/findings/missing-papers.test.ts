import { expect, test } from 'vitest'
import { withFindings } from './setting.ts'

const { api, judge, post } = withFindings()

interface Found {
  readonly id: string
  readonly state: string
  readonly sentence: { readonly zh: string }
  readonly numbers: readonly { readonly value: string }[]
  readonly evidence: readonly { readonly id: string }[]
}

/** A market with its finding of missing papers. */
function market(code: string) {
  const entry = (key: string, more: object = {}) => ({
    ...{ kind: 'entry', system: 'jiaxing-wholesale', key: [`${code}${key}`] },
    occurredAt: { at: '2024-04-15T05:00:00+08:00', precision: 'second' },
    region: { code: code.slice(0, 6), year: 2024 },
    sites: [{ role: 'market', name: code, ids: [{ scheme: 'cn.mofcom.node9', value: code }] }],
    product: { name: '鲜牛肉', class: 'beef' },
    quantity: { value: '10', unit: 'KGM' },
    ...more,
  })
  const find = async (): Promise<Found | undefined> =>
    (await api.call('GET', `/v1/findings?kind=no_paper&site=${code}`)).json().findings[0]
  return {
    entry,
    withPaper: (key: string) =>
      entry(key, { documents: [{ role: 'upstream', type: 'product_B', number: `33${code}${key}` }] }),
    found: async () => {
      const { state, numbers = [], evidence = [] } = (await find()) ?? {}
      const keys = evidence.map(({ id }) => (id.split(':').at(-1) ?? '').slice(code.length)).sort()
      return [state, numbers[0]?.value, keys.length > 3 ? keys.length : keys]
    },
    sentence: async () => (await find())?.sentence.zh,
    act: async (event: string) => {
      const id = encodeURIComponent((await find())?.id ?? '')
      const { statusCode, body } = await api.call('POST', `/v1/findings/${id}/events`, { body: { event } })
      expect(statusCode, body).toBe(200)
      await judge()
    },
  }
}

test('missing papers that an official closed are found anew with the entries alone that came since', async () => {
  const { entry, withPaper, found, sentence, act } = market('330402121')
  await post(entry('m1'), entry('m2'))
  await act('dismiss')
  await post(entry('m3'))
  expect(await found()).toEqual(['open', '1', ['m3']])
  expect(await sentence()).toContain('有 1 条记录')
  await post(entry('m4'), entry('m1', { quantity: { value: '11', unit: 'KGM' } }))
  expect(await found()).toEqual(['open', '2', ['m3', 'm4']])
  await act('resolve')
  await post(entry('m5'))
  expect(await found()).toEqual(['open', '1', ['m5']])
  // The hub ends it, and what was closed before stays closed.
  await post(withPaper('m5'))
  expect(await found()).toEqual(['resolved', '0', ['m5']])
  await post(entry('m2', { quantity: { value: '12', unit: 'KGM' } }))
  expect(await found()).toEqual(['resolved', '0', ['m5']])
})

test('missing papers that an official opened again are found with all entries, as before he closed them', async () => {
  const { entry, found, act } = market('330402122')
  await post(entry('m1'), entry('m2'))
  await act('dismiss')
  await act('reopen')
  await post(entry('m3'))
  expect(await found()).toEqual(['open', '3', ['m1', 'm2', 'm3']])
})

test('of hundreds of entries without papers all are counted, those that are not named stay when the named are closed, and one more is found', async () => {
  const { entry, found, act } = market('330402123')
  const many = Array.from({ length: 150 }, (_, n) => entry(`b${String(n).padStart(3, '0')}`))
  await post(...many)
  expect(await found()).toEqual(['open', '150', 100])
  await post(entry('c'))
  expect(await found()).toEqual(['open', '151', 100])
  await act('resolve')
  expect(await found()).toEqual(['open', '51', 51])
  await act('resolve')
  expect(await found()).toEqual(['resolved', '51', 51])
  await post(entry('a'), entry('d'))
  expect(await found()).toEqual(['open', '2', ['a', 'd']])
})

test('the sentence tells which papers are missing of those that have a part of them, and the figures how many these are', async () => {
  const { entry, found, sentence } = market('330402128')
  const pork = (key: string, ...types: string[]) =>
    entry(key, {
      product: { name: '猪白条', class: 'pork' },
      documents: types.map((type) => ({ role: 'upstream', type, number: `${type}-${key}` })),
    })
  const figures = async () =>
    (await api.call('GET', '/v1/findings?kind=no_paper&site=330402128')).json().findings[0].numbers
  await post(pork('q1', 'product_A'))
  expect(await sentence()).toBe(
    '330402128 2024-04-15 的 猪白条 有 1 条记录缺少当日规则要求的凭证：肉品品质检验合格证。',
  )
  expect(await figures()).toEqual([
    { name: 'records', value: '1' },
    { name: 'incomplete', value: '1' },
  ])
  await post(pork('q2'), pork('q3', 'product_B'), pork('q4', 'product_B', 'meat_quality'))
  expect(await found()).toEqual(['open', '3', ['q1', 'q2', 'q3']])
  expect(await sentence()).toContain(
    '：动物检疫合格证明（产品A）或动物检疫合格证明（产品B）；肉品品质检验合格证（1 条），肉品品质检验合格证（2 条）。',
  )
  expect((await figures())[1]).toEqual({ name: 'incomplete', value: '2' })
})
