import { expect, test } from 'vitest'
import { PAK_CHOI, SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, cards, here, sayOf } = withMarket()

const lots = (...numbers: readonly number[]) => ({
  lots: numbers.flatMap((n) => laboratory('x', n, 'fail').lots),
})
/** Goods of one lot that were made of another. */
const made = (from: number, to: number) => {
  const [input, output] = [lots(from).lots[0], lots(to).lots[0]]
  return {
    ...entry(to, 'A-9', SPINACH),
    ...{ kind: 'transformation', key: [`${here()}-m${from}${to}`], lots: [], quantity: undefined },
    input: { lots: [{ ...input, role: 'input' }] },
    output: { lots: [{ ...output, role: 'output' }], quantity: { value: '5', unit: 'KGM' } },
  }
}
const doubt = (key: string, ...numbers: readonly number[]) =>
  rapid(key, 'A-1', SPINACH, {
    ...lots(...numbers),
    test: { item: '有机磷', verdict: 'suspect', screening: true, method: '胶体金', raw: '可疑' },
  })
/** What is ordered for each lot at each of its places, by whatever case. */
const ordered = async () => {
  const told: Record<string, string[]> = {}
  for (const card of await cards())
    for (const { code: lot, places } of card.lots as unknown as {
      code: string
      places: { order: string; hold: string }[]
    }[])
      told[lot] = [...new Set([...(told[lot] ?? []), ...places.map(({ order }) => order)])].sort()
  return told
}
const stateOnTrace = async (n: number) => {
  const { nodes } = (await api.call('GET', `/v1/trace/${code(n)}`)).json()
  return nodes.find((node: { code: string }) => node.code === code(n)).state
}
const orders = async () =>
  (await cards()).flatMap(({ holds }) => holds.map(({ kind, place }) => `${kind} ${place}`))
const two = [() => rapid('t', 'A-1', SPINACH, lots(1, 2)), () => laboratory('l', 1, 'fail')] as const
const ENTRIES = () => [entry(1, 'A-1', SPINACH), entry(2, 'A-2', SPINACH)]

test.each([
  ['before', [0, 1]],
  ['after', [1, 0]],
] as const)(
  'a lot that only a rapid test failed is stopped and not recalled, where that came %s a laboratory failed another lot of the test',
  async (_, order) => {
    await send(...ENTRIES(), ...order.map((i) => two[i]?.() as object))
    const told = await ordered()
    expect(told[code(1)]).toContain('recall')
    expect(told[code(2)]).toEqual(['stop_sale'])
    expect([await stateOnTrace(1), await stateOnTrace(2)]).toEqual(['recalled', 'held'])
  },
)

test('it has a hold record of its own, which is there before that of the recalled names it no more, with its own mass and time', async () => {
  await send(...ENTRIES(), two[0](), two[1]())
  expect((await orders()).sort()).toEqual([`recall ${here()}`, `stop_sale ${here()}/stop`])
  const { rows } = await api.pool.query(
    `select h.place, v.version, v.body, v.position from case_holds h join record_versions v on v.record_id = h.record_id
      where h.place like $1 order by v.position`,
    [`${here()}%`],
  )
  const told = rows.map(({ place, version, body }) => {
    const { lots: named, quantity, dueAt } = JSON.parse(body)
    return [
      place,
      version,
      named.map(({ value }: { value: string }) => value.at(-1)).join(),
      quantity.value,
      dueAt !== undefined,
    ]
  })
  expect(told).toEqual([
    [here(), 1, '1,2', '30', true],
    [`${here()}/stop`, 1, '2', '20', true],
    [here(), 2, '1', '10', false],
  ])
})

test('the public page of each lot says what is ordered for it, and who was told of it is told of its own hold', async () => {
  await send(...ENTRIES(), two[0](), two[1]())
  const shown = async (n: number) =>
    JSON.stringify((await api.call('GET', `/public/v1/trace/${code(n)}`, { key: null })).json())
  expect(await shown(1)).toContain('recall')
  expect(await shown(2)).not.toContain('recall')
  expect(await shown(2)).toContain('stop_sale')
})

test('it is recalled with the others where the links lead from what the laboratory failed to it', async () => {
  await send(...ENTRIES(), two[0](), two[1]())
  expect((await ordered())[code(2)]).toEqual(['stop_sale'])
  await send(made(1, 2))
  expect((await ordered())[code(2)]).toEqual(['recall'])
  await send({ ...made(1, 2), status: 'void' })
  expect((await ordered())[code(2)]).toEqual(['stop_sale'])
})

test('what such a lot alone leads to is stopped with it', async () => {
  await send(...ENTRIES(), made(2, 3), two[0](), two[1]())
  const told = await ordered()
  expect([told[code(1)], told[code(2)], told[code(3)]]).toEqual([['recall'], ['stop_sale'], ['stop_sale']])
})

test('a laboratory that passes it lets it go, and one that fails it has it recalled', async () => {
  const alone = (n: number) => rapid(`t${n}`, `A-${n}`, SPINACH, lots(n))
  await send(...ENTRIES(), made(1, 2), alone(1), alone(2), { ...made(1, 2), status: 'void' }, two[1]())
  expect(await ordered()).toEqual({ [code(1)]: ['recall'], [code(2)]: ['stop_sale'] })
  await send(laboratory('l2', 2, 'pass'))
  expect(await ordered()).toEqual({ [code(1)]: ['recall'], [code(2)]: [] })
  await send(laboratory('l2', 2, 'pass', { status: 'void' }))
  expect((await ordered())[code(2)]).toEqual(['stop_sale'])
  await send(laboratory('l3', 2, 'fail'))
  expect((await ordered())[code(2)]).toEqual(['recall'])
  expect((await orders()).sort()).toEqual([`recall ${here()}`, `release ${here()}/stop`])
})

test('what was objected to after a rapid test is stopped until that is answered, while goods that a laboratory failed meanwhile are recalled', async () => {
  await send(...ENTRIES(), two[0]())
  await sayOf('held', { event: 'objection' })
  await send(
    laboratory('l', 1, 'fail', { test: { ...(two[1]() as never as { test: object }).test, item: '镉' } }),
  )
  expect((await cards()).map(({ state }) => state)).toEqual(['objected'])
  expect(await ordered()).toMatchObject({ [code(1)]: ['recall'], [code(2)]: ['stop_sale'] })
})

test('an official confirms all goods of which he was told', async () => {
  await send(...ENTRIES(), two[0]())
  await sayOf('held', { event: 'confirm', method: 'GC-MS' })
  expect(await ordered()).toMatchObject({ [code(1)]: ['recall'], [code(2)]: ['recall'] })
})

test.each([
  ['before', [0, 1]],
  ['after', [1, 0]],
] as const)(
  'a lot that is only doubted is not sold at its stall alone, where that came %s a laboratory failed another lot of the test',
  async (_, order) => {
    const said = [doubt('t', 1, 2), laboratory('l', 1, 'fail')]
    await send(...ENTRIES(), made(2, 3), ...order.map((i) => said[i] as object))
    const told = await ordered()
    expect(told[code(2)]).toEqual(['stop_sale'])
    expect(told[code(3)] ?? []).toEqual([])
  },
)

test('goods of another name that only a rapid test failed are stopped beside those that are recalled', async () => {
  await send(entry(1, 'A-1', SPINACH), entry(2, 'A-2', PAK_CHOI), two[0](), two[1]())
  expect((await ordered())[code(2)]).toEqual(['stop_sale'])
})
