import { expect, test } from 'vitest'
import { balanceOf, FARM, type Ledger, ledger, lot, party } from '#test/worlds/ledger.ts'

const [A, B, C] = [1, 2, 3] as const
const own = (who: number): string[] => [`own${who}`]
const L = { lots: [lot('L')] }

/** What is told of the lot L, each by the system of the place or by those that are named. */
function told() {
  const { records, tell } = ledger()
  return {
    records,
    tell,
    harvest: (mass: number) =>
      tell('production', FARM, own(FARM), mass, { ...L, parties: [party('producer', FARM)] }),
    dispatch: (mass: number) =>
      tell('dispatch', FARM, own(FARM), mass, { ...L, parties: [party('shipper', FARM)] }),
    entry: (who: number, mass: number, from?: number, value = 'L') =>
      tell('entry', who, own(who), mass, {
        lots: [lot(value), ...(value === 'L' ? [] : [lot('L', 'source')])],
        parties: [party('owner', who), ...(from === undefined ? [] : [party('supplier', from)])],
      }),
    sale: (who: number, mass: number, to?: number, systems = own(who), more: object = {}) =>
      tell('sale', who, systems, mass, {
        ...{ ...L, saleKind: to === undefined ? 'retail' : 'wholesale', ...more },
        parties: [party('seller', who), ...(to === undefined ? [] : [party('buyer', to)])],
      }),
    lost: (who: number, mass: number) =>
      tell('disposal', who, own(who), mass, {
        ...L,
        disposalKind: 'destroyed',
        parties: [party('owner', who)],
      }),
    used: (who: number, mass: number) =>
      tell('transformation', who, own(who), mass, {
        ...{ process: 'cutting', quantity: undefined, parties: [party('owner', who)] },
        input: { lots: [lot('L', 'input')], quantity: { value: String(mass), unit: 'KGM' } },
        output: { lots: [lot('M', 'output')] },
      }),
  }
}
function expectOf({ records }: Pick<Ledger, 'records'>) {
  const { in: came, out, left, verdict } = balanceOf('L', records)
  expect(balanceOf('L', records.toReversed())).toEqual(balanceOf('L', records))
  return expect([came, out, left, verdict])
}

test('a lot that came in at two markets came in at both, though each tells it by a system of its own', () => {
  const lots = told()
  lots.entry(A, 60)
  lots.entry(B, 40)
  expectOf(lots).toEqual(['100', null, '100', 'stock'])
  // The platform of the county tells the sales of both.
  lots.sale(A, 60, undefined, ['county'])
  lots.sale(B, 40, undefined, ['county'])
  expectOf(lots).toEqual(['100', '100', '0', 'even'])
  lots.sale(A, 60)
  lots.sale(B, 40)
  expectOf(lots).toEqual(['100', '100', '0', 'even'])
  lots.sale(B, 30)
  expectOf(lots).toEqual(['100', '130', '-30', 'over'])
})

test('what was sold and sent of a lot at places where none of it is told to have come in may be the same goods', () => {
  const lots = told()
  lots.harvest(300)
  lots.dispatch(300)
  lots.sale(A, 290)
  lots.sale(B, 280)
  expectOf(lots).toEqual(['300', '300', '0', 'even'])
})

test('what a farm sold to those who brought it in under its own code only moved', () => {
  const lots = told()
  lots.harvest(300)
  lots.sale(FARM, 180, A, ['county'])
  lots.entry(A, 180, FARM)
  expectOf(lots).toEqual(['300', null, '300', 'stock'])
  lots.sale(A, 180, undefined, ['county'])
  lots.sale(FARM, 120, undefined, ['county'])
  expectOf(lots).toEqual(['300', '300', '0', 'even'])
})

test('what came back to the seller is no longer with the buyer, who tells of its arrival alone, nor in the book of a platform that tells no refunds', () => {
  const lots = told()
  lots.entry(A, 100)
  lots.sale(A, 100, B)
  lots.entry(B, 100, A, 'N')
  lots.sale(A, 20, B, own(A), { refund: true })
  expectOf(lots).toEqual(['100', '80', '20', 'stock'])
  // Sold again it is no further goods.
  lots.sale(A, 20, C)
  lots.entry(C, 20, A, 'O')
  expectOf(lots).toEqual(['100', '100', '0', 'even'])
  lots.sale(A, 120, undefined, ['county'])
  expectOf(lots).toEqual(['100', '100', '0', 'even'])
})

test('goods that were bought on under their code are gone once, whatever then becomes of them', () => {
  const lots = told()
  lots.entry(A, 100)
  lots.sale(A, 100, B)
  lots.entry(B, 100, A)
  lots.lost(B, 10)
  lots.used(B, 20)
  lots.sale(B, 70)
  expectOf(lots).toEqual(['100', '100', '0', 'even'])
  // Also where a system tells of several of them, and who bought does not tell that they came.
  const untold = told()
  untold.entry(A, 100)
  untold.sale(A, 100, B, ['county'])
  untold.sale(B, 100, C, ['county'])
  untold.entry(C, 60, B)
  untold.sale(C, 60, undefined, ['county'])
  expectOf(untold).toEqual(['100', '100', '0', 'even'])
})

test('who sold goods to each other, and nobody had them first, sold them all the same', () => {
  const lots = told()
  lots.harvest(100)
  lots.sale(A, 80, B)
  lots.sale(B, 30, A)
  expectOf(lots).toEqual(['100', '80', '20', 'stock'])
})

test('of places at which a lot was told in different units not all is known in one of them', () => {
  const lots = told()
  lots.entry(A, 60)
  const heads = ledger()
  heads.tell('entry', B, own(B), 0, {
    ...L,
    quantity: { value: '4', unit: 'HEA' },
    parties: [party('owner', B)],
  })
  lots.sale(A, 60)
  const records = [...lots.records, ...heads.records.map((one) => ({ ...one, id: 'urn:heads' }))]
  expectOf({ records }).toEqual(['60', '60', null, 'unknown'])
})

test('goods that were bought on and used beside others of a lot are no more of their own lot than was sold of it', () => {
  const lots = told()
  lots.harvest(100)
  lots.sale(FARM, 100, A)
  const { records, tell } = ledger()
  tell('entry', A, own(A), 50, { lots: [lot('N')], parties: [party('owner', A)] })
  tell('transformation', A, own(A), 60, {
    ...{ process: 'mixing', quantity: undefined, parties: [party('owner', A)] },
    input: { lots: [lot('L', 'input'), lot('N', 'input')], quantity: { value: '60', unit: 'KGM' } },
    output: { lots: [lot('M', 'output')] },
  })
  const all = [...lots.records, ...records.map((one) => ({ ...one, id: `${one.id}-A` }))]
  expectOf({ records: all }).toEqual(['100', '100', '0', 'even'])
  // Of N nobody knows how much was mixed; that more of both was used than there was nobody can say.
  expect(balanceOf('N', all)).toMatchObject({ in: '50', out: null, outMost: '50', verdict: 'unknown' })
})

test('of a harvest that is told by the box, of which a part is weighed where it came in, nobody knows how many kilograms there were', () => {
  const lots = told()
  const boxes = ledger()
  boxes.tell('production', FARM, own(FARM), 0, {
    ...L,
    quantity: { value: '20', unit: 'PKG' },
    parties: [party('producer', FARM)],
  })
  lots.entry(A, 100, FARM)
  lots.sale(FARM, 60)
  lots.sale(A, 90)
  const records = [...lots.records, ...boxes.records.map((one) => ({ ...one, id: 'urn:boxes' }))]
  expectOf({ records }).toEqual(['100', '150', null, 'unknown'])
})

test('what came back by the head is not known in the kilograms of those who took the goods', () => {
  const heads = (value: string) => ({ quantity: { value, unit: 'HEA' } })
  const lots = told()
  lots.entry(A, 1000)
  lots.sale(A, 0, B, own(A), heads('10'))
  lots.entry(B, 1000, A, 'N')
  lots.sale(A, 0, B, own(A), { refund: true, ...heads('4') })
  lots.lost(A, 300)
  expectOf(lots).toEqual(['1000', '1300', null, 'unknown'])
})

test('who enters goods under the code that they had, and names the voucher of their sale alone, brought none of the lot in', () => {
  const under = (number: string, role: 'voucher' | 'upstream') => ({
    documents: [{ role, type: 'sales_voucher', number }],
  })
  const lots = told()
  lots.entry(A, 300)
  lots.sale(A, 120, B, own(A), under('XS1', 'voucher'))
  const { records, tell } = ledger()
  tell('entry', B, own(B), 120, { ...L, ...under('XS1', 'upstream') })
  const all = [...lots.records, ...records.map((one) => ({ ...one, id: 'urn:bought' }))]
  expectOf({ records: all }).toEqual(['300', '120', '180', 'stock'])
  // One of another voucher came from elsewhere.
  const other = [
    ...lots.records,
    ...records.map((one) => ({ ...one, body: { ...one.body, ...under('XS2', 'upstream') } })),
  ]
  expectOf({ records: other.map((one, n) => ({ ...one, id: `urn:${n}` })) }).toEqual([
    '420',
    '120',
    '300',
    'stock',
  ])
})

test('nor did the buyer whom the sale names, as far as his entries without a giver are no more than was sold to him', () => {
  const lots = told()
  lots.dispatch(300)
  lots.entry(A, 300)
  lots.sale(A, 120, B)
  lots.entry(B, 120)
  expectOf(lots).toEqual(['300', '120', '180', 'stock'])
  lots.sale(B, 70)
  lots.sale(A, 200, C)
  expectOf(lots).toEqual(['300', '320', '-20', 'over'])
  // Two systems tell it, and he bought again.
  lots.sale(A, 30, B, ['county', ...own(A)])
  lots.entry(B, 30)
  expectOf(lots).toEqual(['300', '350', '-50', 'over'])
  // More than that came in by others.
  const more = told()
  more.entry(A, 300)
  more.sale(A, 120, B)
  more.entry(B, 120)
  more.entry(B, 100)
  expectOf(more).toEqual(['520', '120', '400', 'stock'])
})

test('nor did he where the sale is told by the kilogram and his entry by the head: nothing says that more came to him', () => {
  const lots = told()
  lots.harvest(100)
  lots.sale(FARM, 90, A)
  lots.entry(A, 90)
  lots.sale(A, 10, B)
  lots.entry(B, 10)
  lots.lost(A, 80)
  lots.lost(FARM, 10)
  lots.sale(B, 10)
  const byHead = { quantity: { value: '1', unit: 'HEA' as const } }
  const records = lots.records.map((one, n) => (n === 4 ? { ...one, body: { ...one.body, ...byHead } } : one))
  expectOf({ records }).toEqual(['100', '100', '0', 'even'])
})

test('who enters goods of a harvest under a voucher that nobody tells may have them of a buyer who tells nothing, as far as that one had so much', () => {
  const upstream = { documents: [{ role: 'upstream', type: 'sales_voucher', number: 'XS9' }] }
  const sold = (bought: number) => {
    const lots = told()
    lots.harvest(100)
    lots.sale(FARM, bought, A)
    lots.used(FARM, 100 - bought)
    lots.tell('entry', B, own(B), 20, { ...L, ...upstream, parties: [party('owner', B)] })
    lots.sale(B, 20)
    return lots
  }
  expectOf(sold(50)).toEqual(['100', '100', '0', 'even'])
  expectOf(sold(10)).toEqual(['100', '120', '-20', 'over'])
})

test('a name that two bear means the one at whose place it is told, and on the other side of a trade the other one', () => {
  const lots = told()
  lots.entry(A, 300)
  lots.sale(A, 120, B)
  lots.sale(A, 170, C)
  lots.entry(B, 120, A)
  lots.sale(B, 110)
  /** A and B are of one name; a record in which the one that has the goods has no code follows one where he has. */
  const named = (one: number, n: number) => {
    const { role, name, ids } = one === C ? party('', C) : { ...party('', one), name: '兴旺示例蔬菜行' }
    return { role, name, ids: n % 2 === 0 ? [{ scheme: 'cn.mofcom.operator13', value: `0${one}` }] : ids }
  }
  for (const bits of [0b01, 0b10, 0b11]) {
    const records = lots.records.flatMap((record) =>
      [0, bits].map((bare) => ({
        ...record,
        id: `${record.id} ${bare}`,
        system: bare === 0 ? record.system : 'county',
        body: {
          ...record.body,
          parties: (record.body.parties ?? []).map((one, i) => ({
            ...named(Number(one.name?.[0]), (bare >> i) & 1),
            role: one.role,
          })),
        },
      })),
    )
    expectOf({ records }).toEqual(['300', '290', '10', 'stock'])
  }
})
