import { expect, test } from 'vitest'
import {
  kg,
  ledger,
  leftAt,
  lot,
  MARKETS,
  massOf,
  paper,
  party,
  rehearsalOf,
  sitesOf,
} from '#test/recall/ledger.ts'

const CERT = [paper('upstream', 'P', 'promise_cert')]
const farm = {
  ...{ region: { code: '330825' }, parties: [{ role: 'shipper', name: '示例合作社', ids: [] }] },
  sites: [{ role: 'farm', name: '示例合作社', ids: [{ scheme: 'cn.mofcom.node9', value: '330825007' }] }],
}
const stall = { ...sitesOf(1, 'C-032'), parties: [party('owner', 1)] }

/** A farm sends 600 kg off under a paper, of which 100 come to a stall. */
function sent(arrival: object = { documents: CERT }) {
  const { records, tell } = ledger()
  tell('dispatch', 0, 600, { ...farm, lots: [lot('T')], documents: CERT }, 'farm')
  tell('entry', 1, 100, { ...stall, lots: [], ...arrival })
  return { records, tell }
}
const WAYS = {
  'a disposal': ['disposal', { disposalKind: 'destroyed' }, { disposed: 10, atSites: 90 }],
  'goods sent back': ['disposal', { disposalKind: 'returned' }, { returned: 10, atSites: 90 }],
  'a summary': ['sale', { saleKind: 'summary' }, { soldRetail: 10, atSites: 90 }],
  'a ticket': ['sale', { saleKind: 'retail' }, { soldRetail: 10, atSites: 90 }],
} as const
const ARRIVALS = {
  'a ledger': { documents: CERT },
  'a lot of its own': { documents: CERT, lots: [lot('B')] },
  'a ledger that names the trace code': { lots: [lot('T', 'source')] },
}
const NAMED = { 'the paper': { documents: CERT, lots: [] }, 'the trace code': { lots: [lot('T')] } }

test.each(
  Object.entries(WAYS).flatMap(([way, [kind, body, where]]) =>
    Object.entries(ARRIVALS).flatMap(([arrival, came]) =>
      Object.entries(NAMED).map(([name, named]) => ({ way, kind, body, where, arrival, came, name, named })),
    ),
  ),
)('$way that names $name alone takes off what came to the stall by $arrival', async (of) => {
  const { kind, body, where, came, named } = of
  const whose = { parties: [party(kind === 'sale' ? 'seller' : 'owner', 1)] }
  for (const told of [stall, { ...sitesOf(1, 'C-032') }, { ...sitesOf(1), ...whose }]) {
    const { records, tell } = sent(came)
    tell(kind, 1, 10, { ...told, ...(told === stall ? whose : {}), ...body, ...named })
    const found = await rehearsalOf(records, 'lot:T')
    expect(massOf(found)).toMatchObject({ stated: 600, found: 100, notFound: 500, where })
    expect(leftAt(found)).toEqual({ [MARKETS[1]]: '90' })
  }
})

test('what left under a paper takes off nothing that came later, to another stall or to another trader', async () => {
  const { records, tell } = sent({ documents: CERT, occurredAt: { at: '2026-02-01T00:00:00Z' } })
  const destroyed = { disposalKind: 'destroyed', documents: CERT, lots: [] }
  tell('disposal', 1, 10, { ...stall, ...destroyed })
  tell('disposal', 1, 5, { ...sitesOf(1, 'C-033'), ...destroyed, occurredAt: { at: '2026-02-02T00:00:00Z' } })
  tell('disposal', 1, 3, {
    ...{ ...sitesOf(1), ...destroyed, parties: [party('owner', 2)] },
    occurredAt: { at: '2026-02-02T00:00:00Z' },
  })
  const found = await rehearsalOf(records, 'lot:T')
  expect(massOf(found)).toMatchObject({ found: 118, where: { atSites: 100, disposed: 18 } })
  expect(leftAt(found)).toEqual({ [MARKETS[1]]: '100' })
})

test('of what was sent back it is the sender who had it, and not he who gets it', async () => {
  const { records, tell } = sent()
  tell('entry', 0, 300, { lots: [lot('G')], documents: CERT, parties: [party('owner', 0)] })
  tell('disposal', 1, 10, {
    ...{ ...sitesOf(1, 'C-032'), disposalKind: 'returned', documents: CERT, lots: [] },
    parties: [party('consignee', 0), party('owner', 1)],
  })
  const found = await rehearsalOf(records, 'lot:T')
  expect(leftAt(found)).toEqual({ [MARKETS[0]]: '300', [MARKETS[1]]: '90' })
})

test('what is made under a paper is made of what came to the one who makes it', async () => {
  const { records, tell } = sent({ documents: CERT, lots: [lot('B')] })
  tell('entry', 0, 300, { lots: [lot('G')], documents: CERT, parties: [party('owner', 0)] })
  tell(
    'transformation',
    1,
    null,
    {
      ...{ ...stall, parties: [party('operator', 1)], product: undefined },
      input: { mass: kg(40), documents: [paper('input', 'P', 'promise_cert')] },
      output: { mass: kg(36), lots: [lot('X', 'output')] },
    },
    'kitchen',
  )
  const found = await rehearsalOf(records, 'lot:T')
  expect(massOf(found)).toMatchObject({ found: 400, where: { atSites: 360, processed: 40 } })
  expect(leftAt(found)).toEqual({ [MARKETS[0]]: '300', [MARKETS[1]]: '96' })
})

test('what is sold under a certificate of who bought the goods is taken off what came to him', async () => {
  const { records, tell } = ledger()
  const its = (number: string) => [paper('upstream', number, 'promise_cert')]
  for (const [n, from] of ['C1', 'C2'].entries()) {
    tell('dispatch', 0, 300, { ...farm, lots: [lot(`T${n}`)], documents: its(from) }, 'farm')
    tell('entry', 0, 300, { lots: [lot(`E${n}`)], documents: its(from), parties: [party('owner', 0)] })
  }
  tell('document', 0, 450, {
    ...{ region: undefined, sites: [], parties: [party('issuer', 0)] },
    documents: [{ ...paper('self', 'P1', 'promise_cert'), sources: ['C1', 'C2'] }],
  })
  tell('sale', 0, 400, {
    ...{ saleKind: 'wholesale', lots: [], parties: [party('seller', 0), party('buyer', 1)] },
    documents: [paper('voucher', 'V'), ...its('P1')],
  })
  tell('entry', 1, 400, {
    ...{ lots: [lot('A')], parties: [party('owner', 1), party('supplier', 0)] },
    documents: [paper('upstream', 'V'), ...its('P1')],
  })
  for (const root of ['lot:A', 'doc:P1', 'doc:V']) {
    const found = await rehearsalOf(records, root)
    expect(massOf(found), root).toMatchObject({ stated: 600, found: 600, where: { atSites: 600 } })
    expect(leftAt(found)).toEqual({ [MARKETS[0]]: '200', [MARKETS[1]]: '400' })
  }
})

test('nothing goes on from what a gate refused under the same paper, whoever tells of what went on', async () => {
  const entered = { documents: CERT, lots: [], parties: [party('owner', 0)] }
  const trade = { parties: [party('owner', 1), party('supplier', 0)], lots: [lot('A')] }
  for (const [isSaleTold, isRefusedFirst] of [true, false].flatMap((a) => [true, false].map((b) => [a, b])))
    for (const came of [null, [paper('upstream', 'V')], CERT]) {
      if (!isSaleTold && came !== CERT) continue
      const { records, tell } = ledger()
      tell('dispatch', 0, 500, { ...farm, lots: [lot('T')], documents: CERT }, 'farm')
      const gate = () => tell('entry', 0, 50, { ...entered, admission: 'refused_test_fail' })
      if (isRefusedFirst) gate()
      tell('entry', 0, 450, entered)
      if (!isRefusedFirst) gate()
      if (isSaleTold)
        tell('sale', 0, 100, {
          ...{ saleKind: 'wholesale', lots: [], parties: [party('seller', 0), party('buyer', 1)] },
          documents: [paper('voucher', 'V'), ...CERT],
        })
      if (came !== null) tell('entry', 1, 100, { ...trade, documents: came })
      const where =
        came === null ? { returned: 50, atSites: 350, soldWholesale: 100 } : { returned: 50, atSites: 450 }
      for (const list of [records, records.toReversed()])
        expect(massOf(await rehearsalOf(list, 'lot:T'))).toMatchObject({ stated: 500, found: 500, where })
    }
})

test('what was made under a paper was made of what its hand had, and not of what a gate refused under that paper', async () => {
  const { records, tell } = ledger()
  tell('dispatch', 0, 600, { ...farm, lots: [lot('T')], documents: CERT }, 'farm')
  tell('entry', 0, 600, {
    ...sitesOf(0, 'A-1'),
    lots: [lot('M')],
    documents: CERT,
    parties: [party('owner', 0)],
  })
  const bought = { ...stall, lots: [lot('M', 'source')], parties: [party('owner', 1), party('supplier', 0)] }
  tell('entry', 1, 600, bought)
  const beside = { ...sitesOf(1, 'C-033'), parties: [party('owner', 2), party('supplier', 1)] }
  tell('entry', 1, 9, { ...beside, lots: [], documents: CERT, admission: 'refused_no_docs' })
  tell('transformation', 1, null, {
    ...{ ...sitesOf(1, 'C-032'), product: undefined, process: 'packing' },
    input: { product: { name: '大白菜' }, mass: kg(591), documents: [paper('input', 'P', 'promise_cert')] },
    output: { product: { name: '大白菜' }, mass: kg(560), lots: [lot('K', 'output')] },
  })
  const found = await rehearsalOf(records, 'lot:M')
  expect(massOf(found)).toMatchObject({ stated: 600, found: 600, where: { processed: 591, returned: 9 } })
  expect(leftAt(found)).toEqual({ [MARKETS[1]]: '560' })
})

test('the paper that goods left under is a name of them, also where what a ticket names is taken to be what left another place under it', async () => {
  const { records, tell } = ledger()
  const farm = (code: string) => ({
    ...sitesOf(0),
    sites: [{ role: 'farm', ids: [{ scheme: 'cn.mofcom.node9', value: code }] }],
    documents: [paper('upstream', 'P', 'promise_cert')],
  })
  tell('dispatch', 0, 10, { ...farm(MARKETS[0]), lots: [lot('B')] }, 'farm')
  tell('dispatch', 0, 10, { ...farm(MARKETS[1]), lots: [lot('A')] }, 'farm')
  tell('sale', 0, 5, { saleKind: 'retail', lots: [lot('A')] })
  const { lots } = await rehearsalOf(records, 'lot:A')
  expect(lots.flatMap(({ codes }) => codes)).toEqual(['doc:P', 'lot:A'])
})
