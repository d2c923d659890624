import { expect, test } from 'vitest'
import { createSystem } from '#store/systems.ts'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, rapid, laboratory, send, told, cards, here, sayOf } = withMarket()

const own = () => here().split(':')[1]
const lotOf = (n: number, role: string) => ({ ...entry(n, 'A-1', SPINACH).lots[0], role })
const certificate = (role: string) => ({ role, type: 'promise_cert', number: `HGZ${own()}` })
const voucher = (role: string) => ({ role, type: 'sales_voucher', number: `XS${own()}` })
const trader = (n: number, role: string) => ({ role, name: `${n}号示例果蔬商行`, ids: [] })
const kilograms = (value: string) => ({ value, unit: 'KGM' })
/** A farm's lot that left under its certificate. */
const sent = (n: number, mass: string) => ({
  ...entry(n, 'A-1', SPINACH),
  ...{
    kind: 'dispatch',
    key: [`${own()}-d`],
    quantity: kilograms(mass),
    documents: [certificate('upstream')],
  },
  sites: [{ role: 'farm', name: '示例合作社', ids: [] }],
})
const came = (n: number, mass: string, more: object = {}) => ({
  ...entry(n, `A-${n}`, SPINACH),
  ...{ quantity: kilograms(mass), ...more },
})

test('the goods of a case are weighed once though its test came by two ways from one dispatch', async () => {
  await send(
    sent(1, '500'),
    came(2, '480', { documents: [certificate('upstream')] }),
    {
      ...came(2, '20'),
      ...{ kind: 'sale', saleKind: 'wholesale', key: [`${own()}-s`], lots: [lotOf(2, 'source')] },
      documents: [voucher('voucher')],
    },
    came(3, '20', { documents: [certificate('upstream'), voucher('upstream')] }),
    laboratory('l1', 3, 'fail'),
  )
  const [found] = await told()
  expect(found?.held.sort()).toEqual([code(1), code(2), code(3)])
  expect(found?.mass).toBe('500')
})

test('a lot that was mixed of held and other goods is held whole, and disposing of it is not too much', async () => {
  await send(
    sent(1, '200'),
    came(2, '200', { documents: [certificate('upstream')] }),
    came(3, '300'),
    {
      ...came(4, '490'),
      ...{ kind: 'transformation', process: 'mixing', key: [`${own()}-m`], lots: undefined },
      input: { lots: [lotOf(2, 'input'), lotOf(3, 'input')], quantity: kilograms('500') },
      output: { lots: [lotOf(4, 'output')], quantity: kilograms('490') },
    },
    { ...came(5, '290'), lots: [...came(5, '1').lots, lotOf(4, 'source')] },
    { ...came(6, '200'), lots: [...came(6, '1').lots, lotOf(4, 'source')] },
    laboratory('l1', 1, 'fail'),
  )
  const [found] = await told()
  expect(found?.held.sort()).toEqual([code(1), code(2), code(4), code(5), code(6)])
  expect(found?.mass).toBe('490')
  await sayOf('confirmed', { event: 'dispose', quantity: '450', method: 'destroyed' })
  expect((await cards())[0]).toMatchObject({ heldMass: '490', weighed: true, disposedBeyond: null })
})

test('animals that were slaughtered are held as the meat that was made of them, as far as that is weighed', async () => {
  const heads = { value: '20', unit: 'HEA' }
  const animals = { ...came(1, '1'), quantity: heads, mass: kilograms('2700') }
  const meat = (n: number, mass: string) => ({
    ...came(n, mass),
    lots: [...came(n, '1').lots, lotOf(2, 'source')],
  })
  await send(
    animals,
    {
      ...came(2, '1'),
      ...{
        kind: 'transformation',
        process: 'slaughter',
        key: [`${own()}-t`],
        lots: undefined,
        quantity: undefined,
      },
      input: { lots: [lotOf(1, 'input')], quantity: heads },
      output: { lots: [lotOf(2, 'output')] },
    },
    meat(3, '900'),
    meat(4, '600'),
    laboratory('l1', 3, 'fail'),
  )
  const [found] = await told()
  expect(found?.held.sort()).toEqual([code(1), code(2), code(3), code(4)])
  expect(found?.mass).toBe('1500')
})

test('the mass of animals that came in with one quantity as two lots is of none of them', async () => {
  const heads = { value: '20', unit: 'HEA' }
  const both = [...came(1, '1').lots, lotOf(2, 'subject')]
  await send(
    { ...came(1, '1'), lots: both, quantity: heads, mass: kilograms('2700') },
    laboratory('l1', 1, 'fail'),
    laboratory('l2', 2, 'fail'),
  )
  const found = await told()
  expect(found.flatMap(({ held }) => held).sort()).toEqual([code(1), code(2)])
  expect(found.map(({ mass }) => mass)).not.toContain('2700')
})

test('a lot of which a part came to stalls is held with what is still where it was made', async () => {
  await send(
    {
      ...came(1, '290'),
      ...{ kind: 'transformation', process: 'packing', key: [`${own()}-m`], lots: undefined },
      sites: [{ role: 'store', name: '示例净菜厂', ids: [{ scheme: 'local.plants', value: own() }] }],
      input: { lots: [lotOf(7, 'input')], quantity: kilograms('300') },
      output: { lots: [lotOf(1, 'output')], quantity: kilograms('290') },
    },
    came(1, '120', { key: [`${own()}-e1a`] }),
    { ...came(1, '60', { key: [`${own()}-e1b`] }), sites: entry(1, 'A-9', SPINACH).sites },
    laboratory('l1', 1, 'fail'),
  )
  const [found] = await told()
  expect(found?.mass).toBe('290')
})

test('a lot that came in as two cuts is weighed with both', async () => {
  const cut = (name: string, key: string, mass: string) => ({
    ...came(1, mass, { key: [`${own()}-${key}`] }),
    product: { name, class: 'pork' },
  })
  await send(cut('带皮片猪', 'skin', '150'), cut('无皮片猪', 'bare', '100'), {
    ...laboratory('l1', 1, 'fail'),
    product: { name: '猪肉', class: 'pork' },
  })
  const [found] = await told()
  expect(found).toMatchObject({ mass: '250', held: [code(1)] })
})

test('what is given back is no further goods', async () => {
  const trade = (key: string, more: object) => ({
    ...came(1, '25'),
    ...{
      kind: 'sale',
      saleKind: 'wholesale',
      key: [`${own()}-${key}`],
      documents: [voucher('voucher')],
      ...more,
    },
  })
  await send(trade('s', {}), laboratory('l1', 1, 'fail'))
  expect((await told()).map(({ mass }) => mass)).toEqual(['25'])
  await send(trade('b', { refund: true }))
  expect((await told()).map(({ mass }) => mass)).toEqual(['25'])
})

test('in a case that is cleared nothing is held, and goods that are held again are weighed again', async () => {
  await send(came(1, '100'), rapid('r1', 'A-1', SPINACH, { lots: [lotOf(1, 'subject')] }))
  const passed = laboratory('l1', 1, 'pass', {
    test: { ...laboratory('l1', 1, 'pass').test, item: '有机磷' },
  })
  const heldNow = async () => (await told()).map(({ state, mass }) => [state, mass])
  expect(await heldNow()).toEqual([['held', '100']])
  await send(passed)
  expect(await heldNow()).toEqual([['cleared', null]])
  await send({ ...passed, status: 'void' })
  expect(await heldNow()).toEqual([['held', '100']])
})

test('lots of which none came from another are all weighed, however they are of the case', async () => {
  await send(
    came(1, '20', { documents: [certificate('upstream')] }),
    came(2, '25', { documents: [certificate('upstream')] }),
    laboratory('l1', 1, 'fail'),
  )
  expect((await told()).map(({ held, mass }) => [held, mass])).toEqual([[[code(1), code(2)], '45']])
})

test('where no record tells the mass of what is held, the case tells none, and not that it is nothing', async () => {
  const { quantity: _, ...unweighed } = entry(1, 'A-1', SPINACH)
  await send(unweighed, rapid('r1', 'A-1', SPINACH, { lots: [lotOf(1, 'subject')] }))
  expect((await told()).map(({ held, mass }) => [held, mass])).toEqual([[[code(1)], null]])
  const [found] = await cards()
  const { cases } = (await api.call('GET', '/v1/cases?limit=100')).json()
  expect(cases.find(({ id }: { id: string }) => id === found?.id).heldMass).toBeNull()
})

test.each([
  ['its voucher', () => ({ documents: [certificate('upstream'), voucher('upstream')] })],
  ['its buyer', () => ({ parties: [trader(2, 'owner')] })],
])(
  'a lot that keeps its code from a wholesaler to a stall is weighed once, where the entry there tells %s',
  async (_, how) => {
    await send(
      { ...sent(1, '300'), lots: [lotOf(1, 'subject')] },
      came(1, '300', { documents: [certificate('upstream')], parties: [trader(1, 'owner')] }),
      {
        ...came(1, '120'),
        ...{ kind: 'sale', saleKind: 'wholesale', key: [`${own()}-s`], documents: [voucher('voucher')] },
        parties: [trader(1, 'seller'), trader(2, 'buyer')],
      },
      { ...came(1, '120', how()), key: [`${own()}-bought`] },
      laboratory('l1', 1, 'fail'),
    )
    const [own1] = await cards()
    expect(own1?.heldMass).toBe('300')
    expect((await told()).map(({ held }) => held)).toEqual([[code(1)]])
    const balance = (await api.call('GET', `/v1/lots/${code(1)}/balance`)).json()
    expect(balance).toMatchObject({ lots: [{ in: '300' }] })
  },
)

test.each([
  ['150', '140'],
  ['140', '150'],
])(
  'of what two systems tell of one entry, %s and %s kg, a case weighs the greater',
  async (first, second) => {
    await createSystem(api.pool, { id: `${own()}-county`, title: { zh: '乙', en: 'B' } })
    await send(
      came(1, first, { parties: [trader(1, 'owner')] }),
      { ...came(1, second, { parties: [trader(1, 'owner')] }), system: `${own()}-county` },
      laboratory('l1', 1, 'fail'),
    )
    expect((await told()).map(({ held, mass }) => [held, mass])).toEqual([[[code(1)], '150']])
  },
)
