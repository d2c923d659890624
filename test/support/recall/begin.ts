import fc from 'fast-check'
import { lot, paper, party } from './ledger.ts'
import { lotsOf } from './named.ts'
import { FARM, type Scene, systemOf } from './scene.ts'

/** Goods that a farm sent off under one paper. */
export const farm = fc.record({
  isPaperTold: fc.boolean(),
  isCountyTelling: fc.boolean(),
  isOfOne: fc.boolean(),
  lost: fc.nat(50),
})
type Farm = typeof farm extends fc.Arbitrary<infer T> ? T : never

export function beginAtFarm({ put, told, name, nextDay, seen }: Scene, of: Farm): void {
  const [number, less] = [name('P'), of.lost]
  const all = (of.isOfOne ? [0] : [0, 1]).map((product) => {
    const lots = product === 0 ? [name('F'), name('F')] : [name('F')]
    const sent = put({
      who: FARM,
      product,
      stage: 0,
      parents: [],
      isTold: true,
      isOwnerTold: true,
      lots,
      paper: number,
      came: 500 * lots.length,
    })
    for (const one of lots)
      told('dispatch', sent, 500, {
        lots: [lot(one)],
        documents: [paper('upstream', number, 'promise_cert')],
      })
    return sent
  })
  seen.add('farm')
  if (of.isPaperTold)
    told('document', { who: FARM, product: 0 }, null, {
      product: undefined,
      lots: all.flatMap(({ lots }) => lots.map((one) => lot(one))),
      documents: [paper('self', number, 'promise_cert')],
    })
  nextDay()
  for (const sent of all) {
    sent.has = less
    const lots = of.isCountyTelling ? [name('M'), name('C')] : [name('M')]
    const got = put({ ...sent, who: 0, parents: [sent], lots, paper: null, came: sent.came - less })
    for (const [n, one] of lots.entries())
      told(
        'entry',
        got,
        got.came,
        {
          lots: [lot(one)],
          documents: [paper('upstream', number, 'promise_cert')],
          parties: [party('owner', 0)],
        },
        n === 0 ? systemOf(0) : 'county',
      )
  }
}

export function beginAtMarket({ put, told, name }: Scene, who: number, product: number, came: number): void {
  const one = put({
    who,
    product,
    stage: 0,
    parents: [],
    isTold: true,
    isOwnerTold: true,
    lots: [name('S')],
    paper: null,
    came,
  })
  told('entry', one, came, { lots: lotsOf([one], 0), parties: [party('owner', who)] })
}
