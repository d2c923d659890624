import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PAK_CHOI, SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, send, sendAhead, follow, cards, told, here } = withMarket()

/** The rapid test is of this day. */
const DAY = Date.UTC(2026, 2, 2)
/** The same record so many days before the test. */
const before = <T extends object>(days: number, one: T): T & { readonly occurredAt: object } => ({
  ...one,
  occurredAt: {
    at: `${new Date(DAY - days * 864e5).toISOString().slice(0, 10)}T06:00:00+08:00`,
    precision: 'second',
  },
})
const failed = () => rapid('r', 'A-1', SPINACH)
const lots = (n: number, role: string) => entry(n, 'A-1', SPINACH).lots.map((lot) => ({ ...lot, role }))
/** A sale of spinach at the stall with these lots. */
const sale = (key: string, saleKind: string, own: readonly object[]) => ({
  ...{ ...entry(1, 'A-1', SPINACH), kind: 'sale', saleKind, key: [`${here()}-${key}`], lots: own },
})
const held = async () => (await told()).map((one) => [one.held, one.orders])
const stopped = (...numbers: number[]) => [[numbers.map(code), [`stop_sale ${here()}`]]]
/** Of the codes those whose own node tells of the failed test. */
const tested = async (numbers: readonly number[]) => {
  const found: string[] = []
  for (const n of numbers) {
    const { nodes } = (await api.call('GET', `/v1/trace/${code(n)}`)).json()
    const own = (nodes as { code: string; tests?: object[] }[] | undefined)?.find(
      (one) => one.code === code(n),
    )
    if (own?.tests?.length) found.push(code(n))
  }
  return found
}

test('goods that came to the stall on the day before are held where nothing came on the day of the test, and tell of it', async () => {
  await send(before(1, entry(1, 'A-1', SPINACH)), failed())
  expect(await held()).toEqual(stopped(1))
  expect(await tested([1])).toEqual([code(1)])
  const page = (await api.call('GET', `/public/v1/trace/${code(1).slice(4)}`, { key: null })).json()
  expect(page).toMatchObject({ state: 'held', tests: [{ verdict: 'fail' }] })
})

test('of the days before, the nearest counts, and none that is more than three days back', async () => {
  await send(before(4, entry(4, 'A-1', SPINACH)), failed())
  expect(await held()).toEqual(stopped())
  await send(before(3, entry(3, 'A-1', SPINACH)))
  expect(await held()).toEqual(stopped(3))
  await send(before(1, entry(1, 'A-1', SPINACH)), before(2, entry(2, 'A-1', SPINACH)))
  expect(await held()).toEqual(stopped(1))
  expect(await tested([1, 2, 3, 4])).toEqual([code(1)])
})

test('what is told later of the day of the test replaces what was taken to have stayed, and what is taken back brings it again', async () => {
  const today = entry(2, 'A-1', SPINACH)
  const lot = sale('s', 'retail', lots(3, 'source'))
  await send(before(1, entry(1, 'A-1', SPINACH)), failed(), today)
  expect([await held(), await tested([1, 2])]).toEqual([stopped(2), [code(2)]])
  await send({ ...today, status: 'void' })
  expect([await held(), await tested([1, 2])]).toEqual([stopped(1), [code(1)]])
  await send(lot)
  expect([await held(), await tested([1, 3])]).toEqual([stopped(3), [code(3)]])
  await send({ ...lot, status: 'void' }, before(1, { ...entry(1, 'A-1', SPINACH), product: PAK_CHOI }))
  expect([await held(), await tested([1, 3])]).toEqual([stopped(), []])
})

test('failed tests of two days at one stall, of which nothing is told, are two cases', async () => {
  await send(before(1, rapid('q', 'A-1', SPINACH)), failed())
  expect(await cards()).toHaveLength(2)
})

test('a failed test that was noted before its earlier days counted is found from the goods once its case is made anew', async () => {
  await send(before(1, entry(1, 'A-1', SPINACH)), failed())
  await api.pool.query('delete from match_points where side = 8')
  expect([await held(), await tested([1])]).toEqual([stopped(1), []])
  await api.pool.query('update cases set wanted = wanted + 1')
  await follow()
  expect(await tested([1])).toEqual([code(1)])
})

test('a test that is taken before its turn holds what waits from the day before', async () => {
  await sendAhead(before(1, entry(1, 'A-1', SPINACH)), failed())
  expect(await held()).toEqual(stopped(1))
})

const HAPPENS = fc.uniqueArray(
  fc.record({
    n: fc.integer({ min: 1, max: 9 }),
    days: fc.integer({ min: -1, max: 4 }),
    what: fc.constantFrom('entry', 'summary', 'ticket', 'label'),
    isOther: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6, selector: ({ n }) => n },
)

test('whatever is told of a stall in whatever order, a test holds the goods of its day, else of its sales, else of the nearest day before, and these goods alone tell of it', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(HAPPENS, fc.infiniteStream(fc.nat()), async (facts, order) => {
      run += 1
      const stall = `R-${run}`
      const of = (at: number, kinds: readonly string[]): number[] =>
        facts.flatMap(({ n, days, what, isOther }) =>
          !isOther && days === at && kinds.includes(what) ? n : [],
        )
      const came = [0, 1, 2, 3].map((at) => of(at, ['entry', 'summary']))
      const sold = of(0, ['ticket'])
      const goods = came[0]?.length
        ? came[0]
        : sold.length
          ? sold
          : (came.find((one) => one.length > 0) ?? [])
      const tickets = came[0]?.length ? [] : of(0, ['label'])
      // Lots of one run are none of another.
      const own = (n: number) => `${here().split(':')[1]}26030${String(run).padStart(4, '0')}${n}0`
      const records = facts.map(({ n, days, what, isOther }) => {
        const [lot] = entry(1, stall, SPINACH).lots
        const all = { ...entry(1, stall, isOther ? PAK_CHOI : SPINACH), key: [`${own(n)}-${what}`] }
        const role = what === 'ticket' ? 'source' : 'subject'
        const told = { ...all, lots: [{ ...lot, role, value: own(n) }] }
        const saleKind = what === 'summary' ? 'summary' : 'retail'
        return before(days, what === 'entry' ? told : { ...told, kind: 'sale', saleKind })
      })
      const all = [...records, { ...rapid(`r${run}`, stall, SPINACH) }]
        .map((one) => [order.next().value, one] as const)
        .sort(([a], [b]) => a - b)
        .map(([, one]) => one)
      for (const one of all) {
        const stored = (await api.call('POST', '/v1/records', { body: [one] })).json()
        expect(stored).toMatchObject({ accepted: 1 })
        if ((order.next().value ?? 0) % 3 === 0) await follow()
      }
      await follow()
      const card = (await cards()).find((one) => one.stall === stall)
      const named = (numbers: readonly number[]) => numbers.map((n) => `lot:${own(n)}`).sort()
      expect(
        (card?.lots ?? [])
          .filter((one) => one.held)
          .map((one) => one.code)
          .sort(),
      ).toEqual(named(goods))
      const telling: number[] = []
      for (const { n } of facts) {
        const { nodes } = (await api.call('GET', `/v1/trace/lot:${own(n)}`)).json()
        const node = (nodes as { code: string; tests?: object[] }[]).find(
          (one) => one.code === `lot:${own(n)}`,
        )
        if (node?.tests?.length) telling.push(n)
      }
      expect(named(telling)).toEqual(named([...goods, ...tickets]))
    }),
    { numRuns: 15 },
  )
})
