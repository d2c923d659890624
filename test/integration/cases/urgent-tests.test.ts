import { afterEach, expect, test, vi } from 'vitest'
import { readFollowerLags } from '#store/followers.ts'
import { PAK_CHOI, SPINACH, withMarket } from './market.ts'

const {
  api,
  code,
  entry,
  rapid,
  laboratory,
  push,
  send,
  sendAhead,
  lookAhead,
  follow,
  cards,
  told,
  here,
  sayOf,
} = withMarket()

afterEach(() => vi.restoreAllMocks())

const holdVersions = async (): Promise<number> =>
  (await api.pool.query(`select count(*)::int as count from record_versions where kind = 'hold'`)).rows[0]
    .count

const PASSED = { test: { item: '有机磷', verdict: 'pass', screening: false, method: 'GC-MS', raw: '合格' } }

test('goods of a failed test are stopped though nobody follows the log, and once it is followed nothing is said twice', async () => {
  await send(entry(1, 'A-1', SPINACH))
  await sendAhead(rapid('r1', 'A-1', SPINACH, { lots: entry(1, 'A-1', SPINACH).lots }))
  const stopped = { state: 'held', product: '菠菜', stall: 'A-1', mass: '10', held: [code(1)] }
  const told1 = await told()
  expect(told1).toEqual([{ ...stopped, orders: [`stop_sale ${here()}`] }])
  const before = [await cards(), await holdVersions()]
  await follow()
  expect([await cards(), await holdVersions()]).toEqual(before)
  await lookAhead()
  expect([await cards(), await holdVersions()]).toEqual(before)
})

test('who looks for urgent tests is behind the log no more than who takes them in their turn', async () => {
  const behind = async () =>
    Object.fromEntries((await readFollowerLags(api.pool)).map(({ follower, changes }) => [follower, changes]))
  await send(rapid('r1', 'A-1', SPINACH))
  await lookAhead()
  await follow()
  await lookAhead()
  const { cases, 'cases-urgent': urgent, ...others } = await behind()
  expect(cases).toBe(0)
  expect(urgent).toBe(0)
  expect(others).not.toHaveProperty('cases-urgent-noted')
})

test('a test that waits for less than from one look to the next has its turn in the log', async () => {
  await send(entry(1, 'A-1', SPINACH))
  await lookAhead()
  await push(rapid('r1', 'A-1', SPINACH))
  await lookAhead(1)
  expect(await cards()).toEqual([])
  await follow()
  expect((await told()).map(({ held }) => held)).toEqual([[code(1)]])
})

test('a test without a lot stops what is known at its stall and what waits there before it, and what comes there later too', async () => {
  await send(entry(1, 'A-1', SPINACH))
  await sendAhead(
    entry(2, 'A-1', SPINACH),
    entry(3, 'A-2', SPINACH),
    entry(4, 'A-1', PAK_CHOI),
    rapid('r1', 'A-1', SPINACH),
  )
  expect((await told()).map(({ held }) => held)).toEqual([[code(1), code(2)]])
  const before = [await cards(), await holdVersions()]
  await follow()
  expect([await cards(), await holdVersions()]).toEqual(before)
  await sendAhead(entry(5, 'A-1', SPINACH))
  await follow()
  expect((await told()).map(({ held }) => held)).toEqual([[code(1), code(2), code(5)]])
})

/** Each market has traders of its own. */
const trader = () => ({
  parties: [
    {
      role: 'owner',
      name: '城东蔬菜行',
      ids: [{ scheme: 'cn.mofcom.operator13', value: `${code(0).slice(4, 13)}0001` }],
    },
  ],
})
/** Of the trader, at no stall. */
const ofTrader = (n: number) => {
  const { sites, ...told } = entry(n, 'A-1', SPINACH)
  return { ...told, ...trader(), sites: sites.slice(0, 1) }
}

test.each(['long known', 'waiting too'])(
  'goods that wait under their trader alone are those of the stall that he has, where that is %s',
  async (when) => {
    const stall = { ...entry(1, 'A-1', SPINACH), ...trader() }
    await (when === 'long known' ? send(stall) : sendAhead(stall))
    await sendAhead(ofTrader(2), rapid('r1', 'A-1', SPINACH))
    expect((await told()).map(({ held }) => held)).toEqual([[code(1), code(2)]])
  },
)

test('what was corrected or made void while it waited is not what it was', async () => {
  const moved = entry(1, 'A-1', SPINACH)
  const gone = entry(2, 'A-1', SPINACH)
  await sendAhead(
    moved,
    gone,
    { ...moved, sites: entry(1, 'A-2', SPINACH).sites },
    { ...gone, status: 'void' },
  )
  await sendAhead(entry(3, 'A-1', SPINACH), rapid('r1', 'A-1', SPINACH))
  expect((await told()).map(({ held }) => held)).toEqual([[code(3)]])
})

test('a lot of which a summary says that it was sold at the stall is found where it waits', async () => {
  const { quantity, ...sold } = entry(1, 'A-1', SPINACH)
  await sendAhead({ ...sold, kind: 'sale', saleKind: 'summary' }, rapid('r1', 'A-1', SPINACH))
  expect((await told()).map(({ held }) => held)).toEqual([[code(1)]])
})

test('goods are found behind however many others that wait', async () => {
  await push(entry(1, 'A-1', SPINACH))
  const others = Array.from({ length: 600 }, (_, i) => ({
    ...entry(2, 'A-2', SPINACH),
    key: [`other-${i}`],
  }))
  for (let at = 0; at < others.length; at += 200)
    await api.call('POST', '/v1/records', { body: others.slice(at, at + 200) })
  await sendAhead(rapid('r1', 'A-1', SPINACH))
  expect((await told()).map(({ held }) => held)).toEqual([[code(1)]])
})

test('what waits is looked through once for all tests of a look, and for none that stops nothing', async () => {
  await follow()
  const query = vi.spyOn(api.pool, 'query')
  const looks = () => query.mock.calls.filter(([sql]) => String(sql).includes('unnest($4::date[])')).length
  await push(entry(1, 'A-1', SPINACH))
  // More than are taken at once.
  const fine = Array.from({ length: 300 }, (_, i) =>
    rapid(`fine-${i}`, 'A-3', SPINACH, { test: { ...PASSED.test, screening: true } }),
  )
  await api.call('POST', '/v1/records', { body: fine })
  await lookAhead()
  expect(looks()).toBe(0)
  await push(rapid('r1', 'A-1', SPINACH))
  await api.call('POST', '/v1/records', { body: fine.map((one) => ({ ...one, status: 'void' })) })
  await push(rapid('r2', 'A-2', SPINACH))
  await lookAhead()
  expect(looks()).toBe(1)
  expect((await told()).map(({ held }) => held)).toEqual([[], [code(1)]])
})

test('a test is taken also where what waits cannot be looked through, and that is told', async () => {
  await send(entry(1, 'A-1', SPINACH))
  await push(rapid('r1', 'A-1', SPINACH))
  await lookAhead(1)
  const query = api.pool.query.bind(api.pool) as (...words: unknown[]) => unknown
  vi.spyOn(api.pool, 'query').mockImplementation(((...words: unknown[]) =>
    String(words[0]).includes('unnest($4::date[])')
      ? Promise.reject(new Error('too slow'))
      : query(...words)) as never)
  await expect(lookAhead(1)).rejects.toThrow('too slow')
  expect((await told()).map(({ held }) => held)).toEqual([[code(1)]])
})

test('a test that is taken back before its turn stops nothing when its turn comes', async () => {
  const failing = rapid('r1', 'A-1', SPINACH, { lots: entry(1, 'A-1', SPINACH).lots })
  await send(entry(1, 'A-1', SPINACH))
  await sendAhead(failing, {
    ...failing,
    test: { item: '有机磷', verdict: 'pass', screening: true, method: '胶体金', raw: '阴性' },
  })
  const ended = await told()
  expect(ended.map(({ state, orders }) => [state, orders])).toEqual([['cleared', [`release ${here()}`]]])
  const before = [await cards(), await holdVersions()]
  await follow()
  expect([await cards(), await holdVersions()]).toEqual(before)
})

test('what a laboratory passed of goods that were found when the turn of a test came answers it', async () => {
  await sendAhead(
    entry(1, 'A-1', SPINACH),
    laboratory('l1', 1, 'pass', {
      test: { item: '有机磷', verdict: 'pass', screening: false, method: 'GC-MS', raw: '合格' },
    }),
    rapid('r1', 'A-1', SPINACH),
  )
  await follow()
  expect((await told()).map(({ state, held }) => [state, held])).toEqual([['cleared', []]])
})

test('what an official said of a case meanwhile stands when the turn of its test comes', async () => {
  await send(entry(1, 'A-1', SPINACH))
  await sendAhead(rapid('r1', 'A-1', SPINACH, { lots: entry(1, 'A-1', SPINACH).lots }))
  await sayOf('held', { event: 'clear', method: 'GC-MS' }, { event: 'close' })
  const before = [await cards(), await holdVersions()]
  await follow()
  expect([await cards(), await holdVersions()]).toEqual(before)
})

/** Of a lot, at no stall that is told. */
const elsewhere = () => {
  const { lots, sites } = laboratory('x', 1, 'fail')
  return rapid('r1', 'A-1', SPINACH, { lots, sites })
}

test.each(['in their turn', 'before it'])(
  'what a laboratory passed at a stall counts for the lot that was there, where tests are taken %s',
  async (when) => {
    const said = [entry(1, 'A-1', SPINACH), elsewhere(), rapid('l1', 'A-1', SPINACH, PASSED)]
    await (when === 'before it' ? sendAhead(...said) : send(...said))
    await follow()
    expect((await told()).map(({ state, held }) => [state, held])).toEqual([['cleared', []]])
  },
)

test('a result of a laboratory that was made void counts for nothing when its turn comes', async () => {
  const result = rapid('l1', 'A-1', SPINACH, PASSED)
  await sendAhead(entry(1, 'A-1', SPINACH), elsewhere(), result, { ...result, status: 'void' })
  await follow()
  expect((await told()).map(({ state, held }) => [state, held])).toEqual([['held', [code(1)]]])
})
