import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, send, told, here } = withMarket()

const market = () => here().split(':')[1] as string
const source = (n: number) => ({ ...(entry(n, 'A-1', SPINACH).lots[0] as object), role: 'source' })
const paper = (role: string, name: string) => ({
  ...{ role, type: role === 'voucher' ? 'sales_voucher' : 'promise_cert' },
  number: `XS${market()}${name}`,
})
const paperCode = (name: string) => `doc:XS${market()}${name}`
const operator = (role: string) => ({
  parties: [{ role, ids: [{ scheme: 'cn.mofcom.operator13', value: `${market()}0023` }] }],
})
/** A sale of spinach at a stall of the market, or at none, as it tells what it was of. */
const sale = (key: string, stall: string | null, more: object) => {
  const { lots: _, sites, ...rest } = entry(1, stall ?? '-', SPINACH)
  return {
    ...{ ...rest, kind: 'sale', saleKind: 'retail', key: [`${market()}-${key}`] },
    sites: stall === null ? sites.filter(({ role }) => role !== 'stall') : sites,
    ...more,
  }
}

interface Node {
  readonly code: string
  readonly tests: readonly { readonly verdict: string; readonly confidence?: number }[]
}
const rootOf = async (typed: string): Promise<Node> =>
  (await api.call('GET', `/v1/trace/${encodeURIComponent(typed)}?depth=1`)).json().nodes[0]
/** Those of the codes of which the trace, the lot card and the public page each say that they failed a test. */
async function failedSay(codes: readonly string[]) {
  const failed = async (says: (typed: string) => Promise<boolean>) => {
    const told: string[] = []
    for (const one of codes) if (await says(one)) told.push(one)
    return told
  }
  const isFailed = ({ tests }: Node) => tests.some(({ verdict }) => verdict === 'fail')
  return {
    trace: await failed(async (one) => isFailed(await rootOf(one))),
    card: await failed(async (one) =>
      isFailed((await api.call('GET', `/v1/lots/${encodeURIComponent(one)}`)).json().lot),
    ),
    page: await failed(async (one) => {
      const page = (await api.call('GET', `/public/v1/trace/${one.slice(4)}`)).json()
      return page.alerts.some(({ kind }: { kind: string }) => kind === 'test_failed')
    }),
  }
}
/** The page keeps an answer for less than a second. */
const expectFailed = async (codes: readonly string[], failed: readonly string[]): Promise<void> =>
  await expect
    .poll(() => failedSay(codes), { timeout: 9000, interval: 100 })
    .toEqual({ trace: failed, card: failed, page: failed })
const held = async () => (await told())[0]?.held
const typedTest = async (key: string): Promise<string[]> =>
  (await api.call('GET', `/v1/trace/${market()}-${key}`))
    .json()
    .candidates.map((one: { code: string }) => one.code)

test('goods that are held for a test because the tickets of its stall name them are said to have failed it by trace, card and public page, and the test is found by its number', async () => {
  await send(sale('t1', 'A-1', { lots: [source(1)] }), sale('t2', 'B-2', { lots: [source(2)] }))
  await send(rapid('r', 'a 01', SPINACH))
  expect(await held()).toEqual([code(1)])
  await expectFailed([code(1), code(2)], [code(1)])
  expect((await rootOf(code(1))).tests).toMatchObject([{ verdict: 'fail', confidence: 0.8 }])
  expect(await typedTest('r')).toEqual([code(1)])
})

test('a paper that is held for a test because the sales of its stall name it alone is said to have failed it, and its document answer tells the same order', async () => {
  await send(sale('s', 'A-1', { saleKind: 'summary', documents: [paper('upstream', '1')] }))
  await send(rapid('r', 'A-1', SPINACH))
  expect(await held()).toContain(paperCode('1'))
  await expectFailed([paperCode('1')], [paperCode('1')])
  const { orders } = (await api.call('GET', `/v1/documents/any/XS${market()}1`)).json()
  expect(orders).toMatchObject([{ kind: 'held' }])
  expect(await typedTest('r')).toEqual([paperCode('1')])
})

test('what a wholesaler sold on the day of a test at his stall is said to have failed it, and what another sold is not', async () => {
  const trade = (key: string, n: number, more: object) =>
    sale(key, null, {
      ...{ saleKind: 'wholesale', documents: [paper('voucher', key)], lots: [source(n)] },
      ...{ ...operator('seller'), ...more },
    })
  const other = { parties: [{ role: 'seller', ids: [{ scheme: 'cn.mofcom.operator13', value: '9' }] }] }
  await send(trade('1', 1, {}), trade('2', 2, other), rapid('r', 'A-1', SPINACH, operator('owner')))
  expect(await held()).toEqual([paperCode('1'), code(1)])
  expect((await failedSay([paperCode('1'), paperCode('2')])).trace).toEqual([paperCode('1')])
  expect(await typedTest('r')).toEqual([paperCode('1')])
})

test('once it is told what came to the stall, the test is of that alone, and no more once that is taken back', async () => {
  await send(sale('t', 'A-1', { lots: [source(2)] }), rapid('r', 'A-1', SPINACH))
  await expectFailed([code(2)], [code(2)])
  const came = entry(1, 'A-1', SPINACH)
  await send(came)
  expect(await held()).toEqual([code(1)])
  await expectFailed([code(1), code(2)], [code(1)])
  expect(await typedTest('r')).toEqual([code(1)])
  await send({ ...came, status: 'void' })
  expect(await held()).toEqual([code(2)])
  expect((await failedSay([code(2)])).trace).toEqual([code(2)])
})

test('a lot that a test names as the source of its goods is said to have failed it', async () => {
  await send(sale('t', 'A-1', { lots: [source(1)] }), rapid('r', 'A-1', SPINACH, { lots: [source(1)] }))
  expect(await held()).toEqual([code(1)])
  await expectFailed([code(1)], [code(1)])
  expect(await typedTest('r')).toEqual([code(1)])
})
