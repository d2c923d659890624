import pg from 'pg'
import { expect, test } from 'vitest'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { followToTheEnd } from '#test/follow.ts'
import { SPINACH, withMarket } from './market.ts'

const { api, entry, rapid, laboratory, send, cards, told, sayOf } = withMarket()
const MORE = 120

interface Asked {
  readonly statements: number
  readonly rows: number
}

/** Statements that a piece of work sends over every connection of this process, and the rows that they give. */
async function askedBy(work: () => Promise<void>): Promise<Asked> {
  const { query } = pg.Client.prototype
  let statements = 0
  let rows = 0
  pg.Client.prototype.query = function (this: pg.Client, ...words: unknown[]) {
    statements += 1
    const asked: unknown = Reflect.apply(query, this, words)
    if (asked instanceof Promise)
      asked.then(
        (answer: { readonly rows?: readonly unknown[] }) => {
          rows += answer.rows?.length ?? 0
        },
        () => {},
      )
    return asked
  } as typeof query
  await work().finally(() => {
    pg.Client.prototype.query = query
  })
  return { statements, rows }
}

/** What taking so many failed tests of one lot asks for that come in one message. */
async function askedFor(count: number, more: (n: number) => object): Promise<Asked> {
  const tests = Array.from({ length: count }, (_, n) => rapid(`t${count}-${n}`, 'A-1', SPINACH, more(n)))
  const stored = (await api.call('POST', '/v1/records', { body: tests })).json()
  expect(stored).toMatchObject({ accepted: count, rejected: 0 })
  await followToTheEnd(api.pool)
  const cases = casesFollower({ pool: api.pool, intake: api.intake })
  return await askedBy(async () => {
    for (let end = 'more'; end === 'more'; ) end = await cases.step(api.pool)
  })
}

const NAME_IT = () => ({ lots: laboratory('x', 1, 'fail').lots })

test.each([
  ['name it', NAME_IT],
  ['name its stall', () => ({})],
])(
  'hundreds of failed tests of one lot in one message take as many statements each as few do, where they %s',
  async (_, more) => {
    await send(entry(1, 'A-1', SPINACH))
    await askedFor(1, more)
    const first = await askedFor(MORE, more)
    // As many again, behind them in the same case.
    const second = await askedFor(MORE + 1, more)
    expect(second.statements / first.statements).toBeLessThan(1.2)
    expect(second.statements / MORE).toBeLessThan(17)
    expect(await cards()).toHaveLength(1)
  },
  300_000,
)

const ofLead = (verdict: string) => ({
  test: { item: '铅', verdict, screening: false, method: 'ICP-MS', raw: verdict },
})

test.each([
  ['nothing else is told', async () => {}],
  [
    'a laboratory passed it for something else',
    async () => await send(laboratory('l', 1, 'pass', ofLead('pass'))),
  ],
  ['an objection waits', async () => await sayOf('held', { event: 'objection' })],
])(
  'hundreds of failed tests of one lot read no more rows each than few do, where %s',
  async (_, meanwhile) => {
    await send(entry(1, 'A-1', SPINACH))
    await askedFor(1, NAME_IT)
    await meanwhile()
    const first = await askedFor(MORE, NAME_IT)
    await askedFor(MORE + 1, NAME_IT)
    const third = await askedFor(MORE + 2, NAME_IT)
    // Making the case anew once behind them reads each of its tests.
    expect(third.rows / first.rows).toBeLessThan(1.5)
    expect(third.rows / MORE).toBeLessThan(100)
    expect(await cards()).toHaveLength(1)
  },
  300_000,
)

test('what a laboratory passed is found behind hundreds of rapid tests of the same goods, and answers them', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l', 1, 'pass'))
  await askedFor(210, NAME_IT)
  expect(await told()).toMatchObject([{ state: 'cleared', held: [], orders: [] }])
}, 300_000)
