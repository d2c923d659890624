import { expect, test } from 'vitest'
import { kg, ledger, leftAt, lot, MARKETS, massOf, party, rehearsalOf } from '#test/recall/ledger.ts'

/** A lot of which two parts came to another trader as lots of their own. */
function parts() {
  const { records, tell } = ledger()
  tell('entry', 0, 100, { lots: [lot('A')], parties: [party('owner', 0)] })
  const came = (code: string, from: readonly string[], who: number, kilograms: number) =>
    tell('entry', who, kilograms, {
      lots: [lot(code), ...from.map((one) => lot(one, 'source'))],
      parties: [party('owner', who), party('supplier', who - 1)],
    })
  came('B', ['A'], 1, 60)
  came('C', ['A'], 1, 40)
  return { records, tell, came }
}
const both = { lots: [lot('B'), lot('C')] }

test('what a ticket took of two lots is of each what did not go elsewhere', async () => {
  const { records, tell, came } = parts()
  came('D', ['B'], 2, 50)
  tell('sale', 1, 30, { saleKind: 'retail', ...both })
  const found = await rehearsalOf(records, 'lot:A')
  expect(massOf(found)).toMatchObject({ stated: 100, found: 100, where: { soldRetail: 30, atSites: 70 } })
  expect(leftAt(found)).toEqual({ [MARKETS[1]]: '20', [MARKETS[2]]: '50' })
})

test('tickets of several lots that two systems tell are sold once, in any order', async () => {
  const { records, tell } = parts()
  for (const system of ['market1', 'county'])
    for (const kilograms of [70, 5]) tell('sale', 1, kilograms, { saleKind: 'retail', ...both }, system)
  for (const list of [records, records.toReversed()])
    expect(massOf(await rehearsalOf(list, 'lot:A'))).toMatchObject({
      ...{ stated: 100, found: 100, where: { soldRetail: 75, atSites: 25 } },
    })
})

test.each([
  ['B', 60],
  ['C', 40],
] as const)(
  'what went on from two lots together is of each what was not destroyed or turned into other goods (%s)',
  async (code, kilograms) => {
    const { records, tell, came } = parts()
    tell('disposal', 1, 15, { disposalKind: 'destroyed', lots: [lot(code)] })
    tell('transformation', 1, null, {
      ...{ product: undefined, input: { mass: kg(kilograms - 20), lots: [lot(code, 'input')] } },
      output: { mass: kg(18), lots: [lot('T', 'output')] },
    })
    came('D', ['B', 'C'], 2, 100 - kilograms + 2)
    const found = await rehearsalOf(records, 'lot:A')
    expect(massOf(found)).toMatchObject({
      ...{ stated: 100, found: 100, where: { disposed: 15, processed: kilograms - 20 } },
    })
    expect(leftAt(found)).toEqual({ [MARKETS[1]]: '21', [MARKETS[2]]: `${102 - kilograms}` })
  },
)

test.each(['B', 'C'] as const)(
  'what one system tells to be sold of two lots together and another of one of them (%s) is sold once',
  async (code) => {
    const { records, tell } = parts()
    tell('sale', 1, 40, { saleKind: 'retail', ...both })
    tell('sale', 1, 30, { saleKind: 'retail', lots: [lot(code)] }, 'county')
    for (const list of [records, records.toReversed()])
      expect(massOf(await rehearsalOf(list, 'lot:A'))).toMatchObject({
        ...{ stated: 100, found: 100, where: { soldRetail: 40, atSites: 60 } },
      })
  },
)
