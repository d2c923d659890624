import pg from 'pg'
import { expect, test } from 'vitest'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { followToTheEnd } from '#test/follow.ts'
import { SPINACH, withMarket } from './market.ts'

const { api, entry, rapid, laboratory, cards } = withMarket()
const MORE = 120

/** Statements that a piece of work sends over every connection of this process. */
async function statementsOf(work: () => Promise<void>): Promise<number> {
  const { query } = pg.Client.prototype
  let count = 0
  pg.Client.prototype.query = function (this: pg.Client, ...words: unknown[]) {
    count += 1
    return Reflect.apply(query, this, words)
  } as typeof query
  await work().finally(() => {
    pg.Client.prototype.query = query
  })
  return count
}

/** How many statements taking so many failed tests of one lot takes that come in one message. */
async function statementsFor(count: number, more: (n: number) => object): Promise<number> {
  const tests = Array.from({ length: count }, (_, n) => rapid(`t${count}-${n}`, 'A-1', SPINACH, more(n)))
  const stored = (await api.call('POST', '/v1/records', { body: tests })).json()
  expect(stored).toMatchObject({ accepted: count, rejected: 0 })
  await followToTheEnd(api.pool)
  const cases = casesFollower({ pool: api.pool, intake: api.intake })
  return await statementsOf(async () => {
    for (let end = 'more'; end === 'more'; ) end = await cases.step(api.pool)
  })
}

test.each([
  ['name it', () => ({ lots: laboratory('x', 1, 'fail').lots })],
  ['name its stall', () => ({})],
])(
  'hundreds of failed tests of one lot in one message take as many statements each as few do, where they %s',
  async (_, more) => {
    const stored = await api.call('POST', '/v1/records', { body: [entry(1, 'A-1', SPINACH)] })
    expect(stored.json()).toMatchObject({ accepted: 1 })
    await statementsFor(1, more)
    const first = await statementsFor(MORE, more)
    // As many again, behind them in the same case.
    const second = await statementsFor(MORE + 1, more)
    expect(second / first).toBeLessThan(1.2)
    expect(second / MORE).toBeLessThan(25)
    expect(await cards()).toHaveLength(1)
  },
  300_000,
)
