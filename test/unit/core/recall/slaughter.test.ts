import { expect, test } from 'vitest'
import {
  type Found,
  heads,
  kg,
  ledger,
  leftAt,
  lot,
  MARKETS,
  massOf,
  paper,
  rehearsalOf,
  sitesOf,
} from '#test/recall/ledger.ts'

const PIGS = { product: { name: '生猪', class: 'pork' } }
const animalPaper = (role: 'self' | 'upstream' | 'input', number = 'Q') => paper(role, number, 'animal_B')
const plant = {
  ...sitesOf(0),
  sites: [
    { role: 'slaughterhouse', name: '示例屠宰厂', ids: [{ scheme: 'cn.mofcom.node9', value: '330402900' }] },
  ],
}
const PLANT = 'plant'

/** Twenty pigs that came to a slaughterhouse under their animal paper, whose record may be told too. */
function pigs(isPaperTold: boolean, origin: object = {}) {
  const { records, tell } = ledger()
  if (isPaperTold)
    tell(
      'document',
      0,
      null,
      { documents: [animalPaper('self')], quantity: heads(20), ...PIGS, ...plant },
      'vets',
    )
  tell(
    'entry',
    0,
    null,
    {
      lots: [lot('P')],
      documents: [animalPaper('upstream')],
      quantity: heads(20),
      ...PIGS,
      ...plant,
      ...origin,
    },
    PLANT,
  )
  const slaughtered = (count: number, out: string, kilograms: number) =>
    tell(
      'transformation',
      0,
      null,
      {
        ...{ ...plant, product: undefined, process: 'slaughter' },
        input: { ...PIGS, quantity: heads(count), documents: [animalPaper('input')] },
        output: { product: { name: '猪肉', class: 'pork' }, mass: kg(kilograms), lots: [lot(out, 'output')] },
      },
      PLANT,
    )
  return { records, tell, slaughtered }
}
const leftThere = ({ sites }: Found) =>
  sites.flatMap(({ kind, left }) =>
    kind === 'slaughterhouse' ? left.map(({ value, unit }) => `${value} ${unit}`) : [],
  )

test.each([false, true])(
  'of pigs of which a part was slaughtered under their animal paper the others are at the slaughterhouse (the paper is told: %s)',
  async (isPaperTold) => {
    const { records, slaughtered } = pigs(isPaperTold)
    slaughtered(12, 'M', 900)
    for (const [root, direction] of [
      ['lot:P', 'source'],
      ['lot:M', 'source'],
      ['doc:Q', 'forward'],
      ['lot:P', 'forward'],
    ] as const) {
      const found = await rehearsalOf(records, root, direction)
      // A paper of which nothing tells states nothing.
      const isStated = isPaperTold || (root === 'lot:P' && direction === 'forward')
      expect(massOf(found, 0, 'HEA'), `${root} ${direction}`).toEqual({
        ...{
          stated: isStated ? 20 : null,
          found: 20,
          notFound: isStated ? 0 : null,
          where: { processed: 12, atSites: 8 },
          away: {},
        },
      })
      expect(massOf(found, 1)).toMatchObject({ stated: 900, found: 900, where: { atSites: 900 } })
      expect(leftThere(found)).toEqual(['8 HEA', '900 KGM'])
    }
  },
)

test('pigs that were slaughtered on two days under one animal paper are each counted once', async () => {
  const { records, slaughtered } = pigs(true)
  slaughtered(12, 'M', 900)
  slaughtered(5, 'N', 400)
  const found = await rehearsalOf(records, 'lot:P')
  expect(massOf(found, 0, 'HEA')).toMatchObject({ stated: 20, where: { processed: 17, atSites: 3 } })
  expect(massOf(found, 1)).toMatchObject({ stated: 1300, where: { atSites: 1300 } })
})

test.each([
  ['that their arrival says', { origin: { code: '330803' } }, 300],
  ['where they came first, as nobody says where they are from', {}, 300],
  [
    'that their arrival says, and that is another one than that of the slaughterhouse',
    { origin: { code: '310230' } },
    600,
  ],
])('meat of animals whose paper nobody tells of has left the province %s', async (_, origin, away) => {
  const { records, tell, slaughtered } = pigs(false, origin)
  slaughtered(12, 'M', 900)
  tell('entry', 3, 300, { lots: [lot('S'), lot('M', 'source')], product: { name: '猪肉', class: 'pork' } })
  for (const list of [records, records.toReversed()])
    expect(massOf(await rehearsalOf(list, 'doc:Q'), 1)).toMatchObject({
      ...{
        stated: 900,
        found: 900,
        where: { leftRegion: away, atSites: 900 - away },
        away: { atSites: away },
      },
    })
})

test('of a lot that is told in packages alone and sold by the kilogram nobody knows how many packages are left', async () => {
  const { records, tell } = ledger()
  tell('entry', 0, null, { lots: [lot('E')], quantity: { value: '20', unit: 'PKG' } })
  expect(leftAt(await rehearsalOf(records, 'lot:E'), 'PKG')).toEqual({ [MARKETS[0]]: '20' })
  tell('sale', 0, 25, { saleKind: 'retail', lots: [lot('E')] })
  const found = await rehearsalOf(records, 'lot:E')
  expect(massOf(found, 0, 'PKG')).toMatchObject({ stated: 20, found: 0, notFound: 20 })
  expect(massOf(found, 0)).toMatchObject({ where: { soldRetail: 25 } })
  expect(leftAt(found, 'PKG')).toEqual({ [MARKETS[0]]: '≥0' })
})
