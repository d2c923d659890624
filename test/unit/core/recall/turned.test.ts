import { expect, test } from 'vitest'
import type { Link } from '#core/lineage/traced-record.ts'
import type { GoodsFact, Measure, Telling } from '#core/recall/goods-fact.ts'
import { rehearse } from '#core/recall/rehearse.ts'

const kg = (value: number): Measure => ({ value: String(value), unit: 'KGM' })
const heads = (value: number): Measure => ({ value: String(value), unit: 'HEA' })
const place = { region: '330105', places: [{ kind: 'market' as const, name: null, code: 'M' }] }
let next = 0
const fact = (
  tells: Telling,
  goods: string[],
  measures: Measure[],
  of: Partial<GoodsFact> = {},
): GoodsFact => ({
  ...{
    id: `r${next++}`,
    version: 1,
    kind: 'entry',
    system: 'a',
    tells,
    goods,
    papers: [],
    from: [],
    types: {},
  },
  ...{ measures, giver: null, taker: null, refused: false, refund: false },
  ...{ product: null, productClass: null, origin: null, destination: null, keepers: [], at: null },
  ...place,
  ...of,
})
const made = (from: string[], to: string, used: Measure[], out: Measure[]) =>
  fact('transformed', [to], out, { kind: 'transformation', from, used })
const links = (facts: readonly GoodsFact[]): Link[] =>
  facts.flatMap(({ id, tells, from, goods }) =>
    tells !== 'transformed'
      ? []
      : from.flatMap((a) =>
          goods.map((b) => ({
            ...{ from: a, to: b, recordId: id, version: 1, kind: 'transformation' as const, system: 'a' },
            ...{ rule: 'transformation' as const, confidence: 1, quantity: null, unit: null },
            ...{ occurredAt: null, withRecord: null },
          })),
        ),
  )

/** What a recall of lot:A finds of its first stage, in each unit, and what is left at the place. */
function found(...facts: readonly GoodsFact[]) {
  const codes = [...new Set(facts.flatMap(({ goods, from }) => [...goods, ...from]))]
  const { mass, sites } = rehearse({ sources: ['lot:A'], codes, links: links(facts), facts })
  const first = mass.filter(({ stage }) => stage === 0)
  return {
    units: Object.fromEntries(
      first.map(({ unit, stated, where, notFound }) => [
        unit,
        { stated, processed: where.processed, atSites: where.atSites, notFound },
      ]),
    ),
    left: sites.map(({ left }) => left),
  }
}

test('of a lot of which a part was turned into other goods the rest is where it came to', () => {
  const told = found(fact('entered', ['lot:A'], [kg(100)]), made(['lot:A'], 'lot:B', [kg(10)], [kg(9)]))
  expect(told.units).toEqual({ KGM: { stated: '100', processed: '10', atSites: '90', notFound: '0' } })
  // 90 kg of the lot and the 9 that were made of it.
  expect(told.left).toEqual([[{ value: '99', unit: 'KGM', atLeast: false, maybeSold: '0' }]])
})

test('several transformations took what they say together, one that two systems tell of once, and never more than there was', () => {
  const entered = fact('entered', ['lot:A'], [kg(100)])
  const first = made(['lot:A'], 'lot:B', [kg(30)], [kg(29)])
  const processed = (...facts: GoodsFact[]) => found(entered, ...facts).units['KGM']?.processed
  expect(processed(first, made(['lot:A'], 'lot:C', [kg(20)], [kg(19)]))).toBe('50')
  expect(processed(first, { ...first, id: 'other', system: 'b' })).toBe('30')
  expect(processed(first, made(['lot:A'], 'lot:C', [kg(90)], [kg(80)]))).toBe('100')
})

test('where nobody says how much was turned all that is left counts as turned', () => {
  const entered = fact('entered', ['lot:A'], [kg(100)])
  expect(found(entered, made(['lot:A'], 'lot:B', [], [kg(90)])).units['KGM']).toMatchObject({
    processed: '100',
    atSites: '0',
  })
})

test('what was turned of several lots together was of each at most what it has, and what that leaves of all of them is there', () => {
  const entered = [fact('entered', ['lot:A'], [kg(100)]), fact('entered', ['lot:X'], [kg(50)])]
  const turned = (used: number, ...more: GoodsFact[]) =>
    found(...entered, made(['lot:A', 'lot:X'], 'lot:B', [kg(used)], [kg(used)]), ...more).units['KGM']
  expect(turned(60)).toMatchObject({ processed: '60', atSites: '90' })
  expect(turned(150)).toMatchObject({ processed: '150', atSites: '0' })
  const again = made(['lot:A', 'lot:X'], 'lot:C', [kg(60)], [kg(60)])
  expect(turned(60, { ...again, system: 'b' })).toMatchObject({ processed: '60', atSites: '90' })
  expect(turned(60, made(['lot:X'], 'lot:C', [kg(40)], [kg(40)]))).toMatchObject({
    processed: '100',
    atSites: '50',
  })
  expect(turned(60, fact('disposed', ['lot:A'], [kg(95)], { kind: 'disposal' }))).toMatchObject({
    processed: '55',
    atSites: '0',
  })
  // Of the other lot nothing is reached: of this one so much is there at least.
  expect(
    found(entered[0] as GoodsFact, made(['lot:A', 'lot:X'], 'lot:B', [kg(60)], [kg(59)])).units['KGM'],
  ).toMatchObject({
    ...{ processed: '60', atSites: '40' },
  })
})

test('of animals of which some were slaughtered the others are there, and nobody knows what these weigh', () => {
  const entered = fact('entered', ['lot:A'], [heads(20), kg(2000)])
  const told = found(entered, made(['lot:A'], 'lot:B', [heads(12)], [kg(900)]))
  expect(told.units['HEA']).toEqual({ stated: '20', processed: '12', atSites: '8', notFound: '0' })
  expect(told.units['KGM']).toEqual({ stated: '2000', processed: '0', atSites: '0', notFound: '2000' })
  expect(found(entered, made(['lot:A'], 'lot:B', [heads(20)], [kg(1500)])).units['KGM']).toMatchObject({
    processed: '2000',
    notFound: '0',
  })
})
