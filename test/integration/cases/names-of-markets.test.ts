import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, send, sendAhead, told, here } = withMarket()

const own = () => here().split(':')[1] as string
const [OFFICIAL, SIGN] = ['示例农贸市场', '记菜市场']
/** A record at the market of the test as one of its names, its code or both call it. */
const at = (record: object, called: { name?: string; code?: string; region?: string }) => {
  const { sites } = record as { sites: readonly { role: string; name?: string }[] }
  const ids = called.code ? [{ scheme: 'cn.mofcom.node9', value: called.code }] : []
  const name = called.name ? { name: `${own()}${called.name}` } : {}
  return {
    ...record,
    region: { code: called.region ?? '330105', year: 2026 },
    sites: [{ role: 'market', ids, ...name }, ...sites.filter(({ role }) => role === 'stall')],
  }
}
const both = (name: string) => ({ code: own(), name })
const held = async () => (await told()).map((one) => one.held)
/** Verdicts of the tests that the lot card and the trace of a lot list. */
const tested = async (n: number) => {
  const { lot } = (await api.call('GET', `/v1/lots/${code(n)}`)).json()
  const { nodes } = (await api.call('GET', `/v1/trace/${code(n)}`)).json()
  expect(nodes[0].tests).toEqual(lot.tests)
  return lot.tests.map(({ verdict }: { verdict: string }) => verdict)
}
const failed = (called: object) => at(rapid('r', 'N-1', SPINACH), called)
/** Another stall, by which the name that stands there is learned. */
const signed = () => at(entry(2, 'N-2', SPINACH), both(SIGN))

test('a test that calls its market by another name than the entry holds what came to its stall, where records give both names beside one code', async () => {
  await send(at(entry(1, 'N-1', SPINACH), both(OFFICIAL)), signed(), failed({ name: SIGN }))
  expect(await held()).toEqual([[code(1)]])
  expect(await tested(1)).toEqual(['fail'])
})

test('a test is taken before its turn with the goods of its market under another name that wait in the log', async () => {
  await send(signed())
  await sendAhead(at(entry(1, 'N-1', SPINACH), both(OFFICIAL)), failed({ name: SIGN }))
  expect(await held()).toEqual([[code(1)]])
})

test('what comes to the stall behind the test is held by whichever name of the market', async () => {
  await send(signed(), failed({ name: SIGN }))
  expect(await held()).toEqual([[]])
  await send(at(entry(1, 'N-1', SPINACH), both(OFFICIAL)))
  expect(await held()).toEqual([[code(1)]])
  await send(at(entry(3, 'n1', SPINACH), { code: own() }))
  expect(await held()).toEqual([[code(1), code(3)]])
})

test('a case finds its goods once the other name of its market is told, and their lot card and trace list its test', async () => {
  await send(at(entry(1, 'N-1', SPINACH), both(OFFICIAL)), failed({ name: SIGN }))
  expect(await held()).toEqual([[]])
  expect(await tested(1)).toEqual([])
  await send(signed())
  expect(await held()).toEqual([[code(1)]])
  expect(await tested(1)).toEqual(['fail'])
})

test('a test that was taken before its turn, before the other name of its market was told, is listed with its goods all the same', async () => {
  await sendAhead(at(entry(1, 'N-1', SPINACH), both(OFFICIAL)), failed({ name: SIGN }))
  expect(await held()).toEqual([[]])
  await send(signed())
  expect([await held(), await tested(1)]).toEqual([[[code(1)]], ['fail']])
})

test.each([
  ['the code', () => ({ code: own() })],
  ['another name', () => ({ name: OFFICIAL })],
])('goods that came under one name alone are held for a test that gives %s', async (_, called) => {
  await send(at(entry(1, 'N-1', SPINACH), { name: SIGN }), failed(called()))
  expect(await held()).toEqual([[]])
  await send(at(entry(3, 'N-3', SPINACH), both(OFFICIAL)), signed())
  expect(await held()).toEqual([[code(1)]])
})

test('a name that records give beside two codes means none of them, and goods that were held by it are let go and have no such test any more', async () => {
  await send(at(entry(1, 'N-1', SPINACH), both(OFFICIAL)), signed(), failed({ name: SIGN }))
  expect(await held()).toEqual([[code(1)]])
  const other = { code: String(Number(own()) + 500), name: SIGN }
  await send(at(entry(4, 'N-4', SPINACH), other))
  expect([await held(), await tested(1)]).toEqual([[[]], []])
})

test('a market of the same name in another region is another one', async () => {
  const elsewhere = { code: String(Number(own()) + 500), name: SIGN, region: '330402' }
  await send(signed(), at(entry(4, 'N-4', SPINACH), elsewhere))
  // Whose goods these are nobody can tell.
  await send(at(entry(5, 'N-1', SPINACH), { name: SIGN, region: '330402' }))
  await send(at(entry(1, 'N-1', SPINACH), both(OFFICIAL)))
  await send(failed({ code: own() }))
  expect(await held()).toEqual([[code(1)]])
})
