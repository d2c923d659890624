import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rehearseRecall } from '#flow/recall/rehearse.ts'
import { SPINACH, withMarket } from '../cases/market.ts'

const { api, push, follow } = withMarket()
const CELERY = { name: '芹菜', class: 'vegetable' }

/** Few numbers, so that codes meet, ways part and come together, and circles close. */
const number = fc.integer({ min: 0, max: 5 })
const numbers = fc.uniqueArray(number, { maxLength: 2 })
const told = fc.record({
  what: fc.constantFrom(
    'dispatch',
    'farm',
    'entry',
    'entry',
    'sale',
    'ticket',
    'paper',
    'made',
    'line',
    'grown',
  ),
  lots: fc.uniqueArray(number, { minLength: 1, maxLength: 2 }),
  from: numbers,
  papers: numbers,
  voucher: fc.option(fc.integer({ min: 0, max: 2 })),
  isCelery: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  market: fc.integer({ min: 0, max: 2 }),
  mass: fc.constantFrom('10', '20'),
})
type Told = typeof told extends fc.Arbitrary<infer T> ? T : never

/** The records of one run: its codes, markets and traders are its own. */
function recordsOf(run: number, facts: readonly Told[]) {
  const lot = (role: string) => (n: number) => ({ role, scheme: 'cn.mofcom.trace20b', value: `R${run}L${n}` })
  const paper = (role: string) => (n: number) => ({ role, type: 'other', number: `R${run}P${n}` })
  const trader = (role: string) => ({ role, name: `${run}号示例果蔬商行`, ids: [] })
  return facts.map((fact, i) => {
    const { what, lots, from, papers, voucher } = fact
    const named = lots.slice(0, 1).map(lot('subject'))
    const under = [...from.map(lot('source')), ...named]
    const upstream = papers.map(paper('upstream'))
    const leave =
      voucher === null ? [] : [{ role: 'voucher', type: 'sales_voucher', number: `R${run}V${voucher}` }]
    const ticket = [{ role: 'voucher', type: 'retail_ticket', number: `R${run}T${i}` }]
    const arrived = voucher === null ? [] : leave.map((one) => ({ ...one, role: 'upstream' }))
    const at = {
      ...{ system: 'plain-market', key: [`R${run}-${i}`], product: fact.isCelery ? CELERY : SPINACH },
      occurredAt: { at: '2026-03-02T06:00:00+08:00', precision: 'second' },
      region: { code: '340200', year: 2026 },
      sites: [
        { role: what === 'farm' || what === 'grown' ? 'farm' : 'market', ids: [siteOf(run, fact.market)] },
        ...(what === 'farm' || what === 'grown' ? [] : [{ role: 'stall', name: 'A-1', ids: [] }]),
      ],
      quantity: { value: fact.mass, unit: 'KGM' },
    }
    if (what === 'dispatch' || what === 'farm')
      return { ...at, kind: 'dispatch', lots: under, documents: upstream }
    if (what === 'grown') return { ...at, kind: 'production', lots: under, documents: upstream }
    if (what === 'entry')
      return {
        ...at,
        kind: 'entry',
        lots: under,
        documents: [...upstream, ...arrived],
        parties: [trader('supplier')],
      }
    if (what === 'line') return { ...at, kind: 'entry', parties: [trader('supplier')] }
    if (what === 'sale')
      return {
        ...at,
        kind: 'sale',
        saleKind: 'wholesale',
        lots: named,
        documents: leave,
        parties: [trader('seller')],
      }
    if (what === 'ticket')
      return {
        ...at,
        kind: 'sale',
        saleKind: 'retail',
        lots: from.slice(0, 1).map(lot('subject')),
        documents: ticket,
      }
    const { sites: _, region: __, ...anywhere } = at
    if (what === 'paper')
      return {
        ...anywhere,
        kind: 'document',
        parties: [{ role: 'issuer', name: '示例合作社', ids: [] }],
        lots: named,
        documents: [...papers.slice(0, 1).map(paper('self')), ...papers.slice(1).map(paper('source'))],
      }
    return {
      ...at,
      kind: 'transformation',
      input: { lots: from.map(lot('input')), documents: papers.map(paper('input')) },
      output: { lots: lots.map(lot('output')), quantity: { value: fact.mass, unit: 'KGM' } },
    }
  })
}

const siteOf = (run: number, market: number) => ({
  scheme: 'cn.mofcom.node9',
  value: String(340200000 + run * 3 + market),
})

/** The lots that a record is about itself. */
const aboutOf = ({ lots = [], output }: { lots?: readonly Named[]; output?: { lots: readonly Named[] } }) =>
  [...lots.filter(({ role }) => role === 'subject'), ...(output?.lots ?? [])].map(({ value }) => value)
interface Named {
  readonly role: string
  readonly value: string
}

const codesIn = (
  ...roles: string[]
) => `select distinct l.code from cases c join case_lots l on l.case_id = c.id
  where c.test_id like $1 and l.role in (${roles.map((role) => `'${role}'`).join()})`
const HELD = codesIn('tested', 'upstream', 'downstream')
const ALL = codesIn('tested', 'upstream', 'downstream', 'sold')
const PLACES = `select distinct h.place from cases c join case_holds h on h.case_id = c.id
  where c.test_id like $1 and h.hold_kind = 'recall'`

/** Whether a record tells of its lot no more than that it was sold or has a paper. */
const isOnlyTold = (one: { kind: string; saleKind?: string }): boolean =>
  one.kind === 'document' || one.saleKind === 'retail'

function isMadeAndOther(lot: string, records: readonly ReturnType<typeof recordsOf>[number][]): boolean {
  const own = records.filter((one) => aboutOf(one as never).includes(lot))
  return own.some((one) => 'output' in one) && new Set(own.map(({ product }) => product.name)).size > 1
}

let run = 0
const seen = { lots: 0, places: 0, products: 0 }

test('a rehearsal reaches the goods that a case of the same lot holds or follows, and every place at which they are held', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(told, { minLength: 2, maxLength: 9 }), fc.nat(), async (facts, pick) => {
      run += 1
      const records = recordsOf(run, facts)
      const lots = [...new Set(records.flatMap((one) => aboutOf(one as never)))]
      const root = lots[pick % Math.max(lots.length, 1)]
      fc.pre(root !== undefined)
      // Of one code for goods that were made, and for others, a case holds both, whichever it reaches: what is made is followed whatever it is called. A rehearsal tells them apart.
      fc.pre(!lots.some((lot) => isMadeAndOther(lot, records)))
      const answer = (await api.call('POST', '/v1/records', { body: records })).json()
      expect(answer, JSON.stringify(answer)).toMatchObject({ rejected: 0 })
      await follow()
      const products = new Set(
        records.filter((one) => aboutOf(one as never).includes(root as string)).map(({ product }) => product),
      )
      for (const [i, product] of [...products].entries())
        await push({
          ...{ kind: 'test', system: 'plain-market', key: [`R${run}-test-${i}`], product },
          occurredAt: { at: '2026-03-02T08:00:00+08:00', precision: 'second' },
          parties: [{ role: 'operator', name: '示例检测中心', ids: [] }],
          lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: root }],
          test: { item: '毒死蜱', verdict: 'fail', screening: false, method: 'GC-MS', raw: 'fail' },
        })
      await follow()
      const rowsOf = async (text: string): Promise<string[]> => {
        const { rows } = await api.pool.query({ text, values: [`%:R${run}-test-%`], rowMode: 'array' })
        return rows.map(([value]) => String(value)).sort()
      }
      const rehearsed = await rehearseRecall(
        { pool: api.pool, clock: Date.now },
        { code: `lot:${root}`, systems: [] },
      )
      // Under the code of a ticket goods are gone: it is counted as sold, and is no lot.
      const lasting = new Set(records.flatMap((one) => (isOnlyTold(one) ? [] : aboutOf(one as never))))
      const isTicket = (code: string): boolean =>
        /^doc:R\d+T/.test(code) || (code.startsWith('lot:') && !lasting.has(code.slice(4)))
      const inLots = rehearsed.lots.flatMap(({ codes }) => codes)
      const reached = await rowsOf(ALL)
      expect(inLots).toEqual(expect.arrayContaining((await rowsOf(HELD)).filter((code) => !isTicket(code))))
      expect(reached).toEqual(expect.arrayContaining(inLots))
      const places = rehearsed.regions.flatMap(({ markets, others }) => [...markets, ...others])
      const codes = new Set(places.map(({ code }) => `cn.mofcom.node9:${code}`))
      const held = (await rowsOf(PLACES)).filter((place) => place.startsWith('cn.mofcom'))
      expect([...codes]).toEqual(expect.arrayContaining(held))
      expect(rehearsed.truncated).toBe(false)
      seen.lots = Math.max(seen.lots, reached.length)
      seen.places = Math.max(seen.places, held.length)
      seen.products = Math.max(seen.products, products.size)
    }),
    { numRuns: 120 },
  )
  // The law says little of goods that went nowhere.
  expect(seen.lots).toBeGreaterThan(4)
  expect(seen.places).toBeGreaterThan(2)
  expect(seen.products).toBe(2)
}, 300_000)
