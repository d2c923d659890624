import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type GoodsMove, goodsMoves } from '#core/balance/goods-move.ts'
import { type SiteMove, siteBalance } from '#core/balance/site-balance.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { moveOf } from '#flow/balance/load-goods.ts'
import type { MoveSum } from '#store/goods-sums.ts'

const DAYS = 8
const dayOf = (day: number): string => `2026-03-0${day + 1}`
const STALLS = ['A-01', 'B-02', 'C-03'] as const

/** What a system that sums up the day of a stall is called here: it may be the one that tells each sale. */
const SUMMARY = 'market summary'
/**
 * Which systems tell what happens at a stall: of sales one may not tell what came back, and none may tell any. Who has no stall is named: by a name of his own, or by a code beside a name that others
 * bear or that not every system gives him.
 */
const stall = fc.record({
  entries: fc.constantFrom(['market'], ['ledger'], ['market', 'ledger']),
  sales: fc.constantFrom(
    ['market'],
    ['scales'],
    ['market', 'scales'],
    ['market', SUMMARY],
    ['scales', SUMMARY],
  ),
  backs: fc.constantFrom('each', 'first'),
  isSilent: fc.constantFrom(false, false, true),
  named: fc.constantFrom('stall', 'stall', 'code', 'name'),
})
const step = fc.record({
  day: fc.nat(DAYS - 1),
  stall: fc.nat(STALLS.length - 1),
  does: fc.constantFrom('enter', 'enter', 'sell', 'sell', 'sell', 'lose', 'back', 'return', 'refuse'),
  mass: fc.integer({ min: 1, max: 400 }),
})
type StepOf = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Day {
  came: number
  went: number
}

function world(
  stalls: readonly (typeof stall extends fc.Arbitrary<infer T> ? T : never)[],
  isGate: boolean,
  /** The system that sums up the sales of a day of the place as a whole. */
  sumsUp: string | null,
  steps: readonly StepOf[],
) {
  const moves: (GoodsMove & { readonly system: string })[] = []
  const days = Array.from({ length: DAYS }, (): Day => ({ came: 0, went: 0 }))
  const tell = (
    kind: Kind,
    systems: readonly string[],
    at: StepOf,
    body: Partial<Body>,
    of: 'own' | 'place' = 'own',
  ): void => {
    for (const system of systems)
      for (const move of goodsMoves(kind, `r${moves.length}`, {
        ...{ flags: [], product: { name: '大白菜', class: 'vegetable' } },
        occurredAt: { at: `${dayOf(at.day)}T08:00:00+08:00`, precision: 'second' },
        quantity: { value: String(at.mass), unit: 'KGM' },
        sites: [
          { role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '330105031' }] },
          ...(of === 'own' && stalls[at.stall]?.named === 'stall'
            ? [{ role: 'stall' as const, name: STALLS[at.stall] as string, ids: [] }]
            : []),
        ],
        ...(of === 'own' ? { parties: partiesOf(system, at, kind === 'sale' ? 'seller' : 'owner') } : {}),
        ...body,
        ...(system === SUMMARY ? { saleKind: 'summary' } : {}),
      }))
        moves.push({ ...move, system: system === SUMMARY ? 'market' : system })
  }
  const partiesOf = (
    system: string,
    { stall: n }: StepOf,
    role: 'owner' | 'seller',
  ): NonNullable<Body['parties']> => {
    const own = `${n}号示例菜行`
    const ids = [{ scheme: 'cn.mofcom.operator13', value: `330105031000${n}` }]
    if (stalls[n]?.named === 'name') return [{ role, name: own, ids: system === 'ledger' ? ids : [] }]
    return [
      { role, ids, ...(system === 'scales' ? {} : { name: system === 'market' ? '兴旺示例菜行' : own }) },
    ]
  }
  const soldOn = days.map(() => 0)
  const sold = stalls.map(() => 0)
  for (const at of steps.toSorted((a, b) => a.day - b.day)) {
    const day = days[at.day] as Day
    const { entries, sales: told, backs, isSilent } = stalls[at.stall] as (typeof stalls)[number]
    const isUntold = isSilent && sumsUp !== null
    const sales = isUntold ? [] : told
    if (at.does === 'enter') {
      day.came += at.mass
      if (isGate) tell('entry', ['market'], at, {}, 'place')
      else tell('entry', entries, at, {})
    } else if (at.does === 'refuse') tell('entry', entries, at, { admission: 'refused' })
    else if (at.does === 'back') {
      const mass = Math.min(at.mass, sold[at.stall] as number)
      // What came back where nobody tells the sales nobody tells apart from these.
      if (mass === 0 || isUntold || (sumsUp !== null && (soldOn[at.day] as number) <= mass)) continue
      sold[at.stall] = (sold[at.stall] as number) - mass
      day.went -= mass
      soldOn[at.day] = (soldOn[at.day] as number) - mass
      tell(
        'sale',
        backs === 'each' ? sales : sales.slice(0, 1),
        { ...at, mass },
        { saleKind: 'retail', refund: true },
      )
    } else {
      day.went += at.mass
      if (at.does === 'sell') {
        sold[at.stall] = (sold[at.stall] as number) + at.mass
        soldOn[at.day] = (soldOn[at.day] as number) + at.mass
        tell('sale', sales, at, { saleKind: 'retail' })
      } else tell('disposal', ['market'], at, { disposalKind: at.does === 'lose' ? 'destroyed' : 'returned' })
    }
  }
  for (const [day, mass] of soldOn.entries())
    if (sumsUp !== null && mass > 0)
      tell('sale', [sumsUp], { day, stall: 0, does: 'sell', mass }, { saleKind: 'summary' }, 'place')
  return { days, moves }
}

/** As the table of moves sums them. */
function sumsOf(moves: readonly (GoodsMove & { readonly system: string })[]): SiteMove[] {
  const isBack = ({ kilograms }: GoodsMove): boolean => kilograms?.startsWith('-') === true
  const groups = Map.groupBy(moves, (one) =>
    JSON.stringify([one.flow, one.system, one.stall, one.trader, one.summary, one.day, isBack(one)]),
  )
  return [...groups.values()].map((some) => {
    const { flow, system, stall: booth, trader, summary, day } = some[0] as (typeof some)[number]
    const sum: MoveSum = {
      ...{
        n: 0,
        flow,
        system,
        stall: booth,
        trader,
        summary,
        day,
        heads: null,
        noKilograms: 0,
        noHeads: some.length,
      },
      kilograms: String(some.reduce((all, one) => all + Number(one.kilograms), 0)),
      ...{ noKilogramsBack: 0, noHeadsBack: some.filter(isBack).length, back: some.filter(isBack).length },
      ...{ records: some.length, bare: 0, bareKilograms: null, suspect: 0, productClass: 'vegetable' },
    }
    return moveOf(sum)
  })
}

test('what came in at a place on each day, went out and is left is what happened, whoever is named by whatever and sums up what, and what is left of a day is there on the next', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(
      fc.array(stall, { minLength: STALLS.length, maxLength: STALLS.length }),
      fc.boolean(),
      fc.constantFrom(null, null, 'market', 'scales', 'county'),
      fc.array(step, { maxLength: 20 }),
      fc.boolean(),
      (stalls, isGate, sumsUp, steps, isTurned) => {
        const { days, moves } = world(stalls, isGate, sumsUp, steps)
        const sums = sumsOf(isTurned ? moves.toReversed() : moves)
        let stock = 0
        let isAny = false
        for (const [n, { came, went }] of days.entries()) {
          isAny ||= came > 0
          const from = dayOf(n - 7)
          const found = siteBalance(
            sums.filter(({ day }) => day <= dayOf(n) && day >= from),
            dayOf(n),
          )
          const left = stock + came - went
          const tolerance = Math.max(0.5, (stock + came) * 0.02)
          const verdict = !isAny
            ? 'unknown'
            : left < -tolerance
              ? 'over'
              : left > tolerance
                ? 'stock'
                : 'even'
          seen.set(verdict, (seen.get(verdict) ?? 0) + 1)
          expect([n, found.verdict, Number(found.opening), Number(found.in), Number(found.out)]).toEqual([
            ...[n, verdict, stock, came, went],
          ])
          if (isAny) expect(Number(found.left)).toBe(left)
          stock = Math.max(0, left)
        }
      },
    ),
    { numRuns: 1000 },
  )
  for (const verdict of ['even', 'stock', 'over', 'unknown'])
    expect(seen.get(verdict) ?? 0).toBeGreaterThan(50)
}, 60_000)
