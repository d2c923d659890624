import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { GoodsFact, Telling } from '#core/recall/goods-fact.ts'
import { rehearse } from '#core/recall/rehearse.ts'
import { recallSheet } from '#core/recall/sheet.ts'

const FARM = 'lot:0'
let next = 0

function fact(tells: Telling, kilograms: number, of: Partial<GoodsFact> = {}): GoodsFact {
  return {
    ...{ id: `r${next++}`, version: 1, kind: 'sale', system: 'a', tells, goods: ['lot:1'], papers: [] },
    ...{
      from: [],
      types: {},
      measures: [{ value: String(kilograms), unit: 'KGM' }],
      giver: null,
      taker: null,
    },
    ...{ refused: false, refund: false, product: null, productClass: null, origin: null, region: '330105' },
    ...{ destination: null, places: [], keepers: [], at: null },
    ...of,
  }
}
/** At a market of Hangzhou (33), or of Nanjing (32), where the goods come from. */
const at = (code: string, booth?: string): Partial<GoodsFact> => ({
  region: code.slice(0, 6),
  places: [
    { kind: 'market', name: null, code },
    ...(booth === undefined ? [] : [{ kind: 'stall' as const, name: booth, code: null }]),
  ],
})
const RULES = { sold: 'voucher', transformed: 'transformation' } as Readonly<
  Record<string, 'voucher' | 'transformation'>
>
function whereOf(...told: readonly GoodsFact[]) {
  const facts = [fact('dispatched', 1000, { goods: [FARM], region: '320102' }), ...told]
  const links = told.flatMap(({ goods, from, tells }) =>
    from.flatMap((one) =>
      goods.map((to) => ({
        ...{ from: one, to, recordId: `${one} ${to}`, version: 1, kind: 'entry' as const, system: 'a' },
        ...{ rule: RULES[tells] ?? ('document' as const), confidence: 1 },
        ...{ quantity: null, unit: null, occurredAt: null, withRecord: null },
      })),
    ),
  )
  const codes = [FARM, ...new Set(told.flatMap(({ goods }) => goods))]
  const found = rehearse({ sources: [FARM], codes, links, facts })
  const [mass] = found.mass
  const known = (of: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(of).filter(([, value]) => value !== '0'))
  const sum = (of: Readonly<Record<string, string>> = {}) =>
    Object.values(of).reduce((all, value) => all + Number(value), 0)
  expect(sum(mass?.away)).toBe(Number(mass?.where.leftRegion))
  expect(sum(mass?.where) + Number(mass?.notFound)).toBe(Number(mass?.stated))
  return {
    found,
    where: known(mass?.where),
    away: known(mass?.away),
    left: Object.fromEntries(
      found.sites.flatMap(({ market, code, booth, left }) =>
        left.map(({ value, atLeast }) => [booth ?? code ?? market, `${atLeast ? '≥' : ''}${value}`]),
      ),
    ),
  }
}
const came = (kilograms: number, of: Partial<GoodsFact>) =>
  fact('entered', kilograms, { from: [FARM], ...of })
const trade = { giver: 'a', taker: 'b' }
/** Sold at the first market and brought to the stall of another. */
const soldOn = (kilograms: number, from: string, to: string, booth: string): GoodsFact[] => [
  fact('sold', kilograms, { ...trade, ...at(from), goods: ['doc:V'], from: ['lot:1'] }),
  fact('entered', kilograms, { ...trade, ...at(to, booth), goods: ['lot:2'], from: ['doc:V'] }),
]

test('of goods that left the province each place there has what came less what left it, and what was sold there is told beside', () => {
  const { where, away, left, found } = whereOf(
    came(1000, at('330105001')),
    ...soldOn(300, '330105001', '330105002', 'A-1'),
    fact('ticket', 50, { ...at('330105002', 'A-1'), goods: ['lot:2'] }),
    fact('disposed', 20, { ...at('330105001') }),
  )
  expect(where).toEqual({ leftRegion: '1000' })
  expect(away).toEqual({ atSites: '930', soldRetail: '50', disposed: '20' })
  expect(left).toEqual({ '330105001': '680', '330105002': '250', 'A-1': '250' })
  const none = { asked: 'A', part: false, confidence: 0.8, truncated: false, links: [] }
  const { rows } = recallSheet({ ...none, ...found, rehearsedAt: '2026-03-02T00:00:00Z' }, 'zh')
  const shown = rows.filter(([part]) => part === '去向汇总').map((row) => [row[7], row[5]])
  expect(shown).toEqual(
    expect.arrayContaining([
      ['已出省', '1000'],
      ['已出省：应仍在场', '930'],
      ['已出省：已零售', '50'],
    ]),
  )
})

test('of a lot of which a part left the province each side has what came there less what was sold and passed on there', () => {
  const { where, away, left } = whereOf(
    ...[came(600, at('320102001')), came(400, at('330105001'))],
    ...soldOn(300, '330105001', '330105002', 'A-1'),
    ...[fact('ticket', 100, at('320102001')), fact('ticket', 10, at('330105001'))],
  )
  expect(where).toEqual({ atSites: '500', soldRetail: '100', leftRegion: '400' })
  expect(away).toEqual({ atSites: '390', soldRetail: '10' })
  expect(left).toEqual({ '320102001': '500', '330105001': '90', '330105002': '300', 'A-1': '300' })
})

test('at several places of the other province nothing is said where a record does not tell at which of them goods were sold', () => {
  const two = [came(600, at('330105001')), came(400, at('330105002'))]
  expect(whereOf(...two, fact('ticket', 10, at('330105002'))).left).toEqual({
    '330105001': '600',
    '330105002': '390',
  })
  const { away, left } = whereOf(...two, fact('ticket', 10))
  expect(away).toEqual({ atSites: '990', soldRetail: '10' })
  expect(left).toEqual({ '330105001': '≥0', '330105002': '≥0' })
})

test('what was sold to another province and did not arrive as far as is told is at no place there', () => {
  const { where, away, left } = whereOf(
    came(1000, at('320102001')),
    fact('sold', 300, {
      ...trade,
      ...at('320102001'),
      goods: ['doc:V'],
      from: ['lot:1'],
      destination: '330105',
    }),
  )
  expect(where).toEqual({ atSites: '700', leftRegion: '300' })
  expect(away).toEqual({ soldWholesale: '300' })
  expect(left).toEqual({ '320102001': '700' })
})

test('what was made of them in another province of goods that left is there', () => {
  const made = (code: string, lot: string, kilograms: number) =>
    fact('transformed', kilograms, { ...at(code), goods: [lot], from: ['lot:1'], kind: 'transformation' })
  const { found } = whereOf(
    came(1000, at('330105001')),
    made('330105001', 'lot:2', 300),
    made('320102001', 'lot:3', 100),
  )
  const [, stage] = found.mass
  expect(stage).toMatchObject({ stage: 1, stated: '400', found: '400', notFound: '0' })
  expect(stage?.where).toMatchObject({ leftRegion: '300', atSites: '100' })
  expect(stage?.away).toMatchObject({ atSites: '300' })
})

test('what should still be at the places of a side is never more than what is left on that side', () => {
  const code = fc.constantFrom('320102001', '320102002', '330105001', '330105002')
  const kilograms = fc.nat(300)
  const entry = fc.record({ code, kilograms }).map((of) => came(of.kilograms, at(of.code)))
  const gone = fc
    .record({
      code,
      kilograms,
      tells: fc.constantFrom('ticket' as const, 'summary' as const, 'disposed' as const),
    })
    .map((of) => fact(of.tells, of.kilograms, at(of.code)))
  const passedOn = fc
    .record({ code, kilograms, to: code })
    .map((of) => soldOn(of.kilograms, of.code, of.to, 'A-1'))
  let told = 0
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 1, maxLength: 4 }),
      fc.array(gone, { maxLength: 4 }),
      fc.option(passedOn),
      (entries, left, sold) => {
        const { found, where, away } = whereOf(...entries, ...left, ...(sold ?? []))
        for (const [province, there] of [
          ['32', where['atSites']],
          ['33', away['atSites']],
        ] as const) {
          const markets = found.sites.filter(
            ({ kind, region }) => kind === 'market' && region?.startsWith(province),
          )
          const sum = markets.flatMap((one) => one.left).reduce((all, { value }) => all + Number(value), 0)
          expect(sum).toBeLessThanOrEqual(Number(there ?? 0))
          if (province === '33' && sum > 0) told += 1
        }
      },
    ),
    { numRuns: 500 },
  )
  expect(told).toBeGreaterThan(50)
})
