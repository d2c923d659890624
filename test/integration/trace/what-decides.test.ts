import { beforeAll, expect, test } from 'vitest'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'

const api = withApi()
beforeAll(async () => {
  await createSystem(api.pool, { id: 'market', title: { zh: '甲', en: 'A' } })
})

let lot = 0
const code = () => `33010510026030200${String(100 + lot)}`
const of = (kind: string, key: string, more: object) => ({
  ...{ kind, system: 'market', key: [`${lot}-${key}`], region: { code: '330105', year: 2026 } },
  ...{
    product: { name: '菠菜', class: 'vegetable' },
    lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: code() }],
  },
  occurredAt: { at: '2026-03-02T06:00:00+08:00', precision: 'second' },
  sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '330105100' }] }],
  ...more,
})
const at = (hour: number) => ({
  occurredAt: { at: `2026-03-03T${String(hour).padStart(2, '0')}:00:00+08:00`, precision: 'second' },
})
const tested = (n: number, verdict: string, hour = 9) =>
  of('test', `t${n}`, {
    ...at(hour),
    test: { item: `农药${n}`, verdict, screening: false, method: 'GC-MS', raw: verdict },
  })
const entry = () => of('entry', 'e', { quantity: { value: '10', unit: 'KGM' } })
const paper = (n: number, more: object = {}) =>
  of('document', `d${n}`, {
    documents: [{ role: 'self', type: 'promise_2021', number: `P${lot}-${n}` }],
    ...more,
  })
const hold = (n: number, holdKind: string) => of('hold', `h${n}`, { ...at(n % 24), holdKind, cause: '抽检' })
const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n))

const push = async (...records: readonly object[]) => {
  const answer = await api.call('POST', '/v1/records', { body: records })
  const { results, ...counts } = answer.json()
  expect(counts, JSON.stringify(results?.[0])).toMatchObject({ rejected: 0, accepted: records.length })
}
/** As the public page and the trace have it. */
const states = async () => {
  const page = (await api.call('GET', `/public/v1/trace/${code()}`)).json()
  const { nodes } = (await api.call('GET', `/v1/trace/${code()}`)).json()
  const node = nodes.find((one: { code: string }) => one.code === `lot:${code()}`)
  return [page.state, node.state]
}
beforeAll(() => {
  lot = 0
})

test('of a lot with more papers than are read, a failed test and a disposal are told', async () => {
  lot++
  await push(entry(), ...many(25, paper), tested(1, 'fail'))
  expect((await states())[0]).toBe('test_failed')
  await push(
    of('disposal', 'x', { ...at(12), disposalKind: 'destroyed', quantity: { value: '10', unit: 'KGM' } }),
  )
  expect(await states()).toEqual(['test_failed', 'disposed'])
})

test('of two lots that were destroyed with one quantity each is gone where it is all that came of both, and none where it is a part', async () => {
  const destroyedTogether = async (mass: string) => {
    const first = ++lot
    await push(entry())
    const other = code()
    lot++
    const names = [code(), other].map((value) => ({ role: 'subject', scheme: 'cn.mofcom.trace20b', value }))
    const quantity = { value: mass, unit: 'KGM' }
    await push(entry(), of('disposal', 'x', { ...at(12), disposalKind: 'destroyed', quantity, lots: names }))
    const both = [await states()]
    lot = first
    both.push(await states())
    lot++
    return both
  }
  expect(await destroyedTogether('20')).toEqual([
    ['disposed', 'disposed'],
    ['disposed', 'disposed'],
  ])
  expect(await destroyedTogether('12')).toEqual([
    ['clear', 'active'],
    ['clear', 'active'],
  ])
})

test('of more tests than are read, the one that failed is told', async () => {
  lot++
  await push(entry(), ...many(25, (n) => tested(n, n === 24 ? 'fail' : 'pass', n === 24 ? 18 : 9)))
  expect((await states())[0]).toBe('test_failed')
})

test('of more orders than are read, those in force are told', async () => {
  lot++
  await push(entry(), ...many(22, (n) => hold(n, 'release')), hold(23, 'recall'))
  expect(await states()).toEqual(['recalled', 'recalled'])
})

test('a lot is not void because more void papers mention it than are read', async () => {
  lot++
  await push(entry(), ...many(22, (n) => paper(n, { status: 'void' })))
  expect(await states()).toEqual(['clear', 'active'])
})
