import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesOnce, type Statement } from '#core/balance/lines-once.ts'
import type { Link } from '#core/lineage/traced-record.ts'

const statement = fc.record({
  system: fc.constantFrom('market', 'ledger', 'gate'),
  place: fc.constantFrom('A-01', 'B-02'),
  kilograms: fc.constantFrom('100', '101', '99', null),
  papers: fc.array(
    fc.tuple(fc.constantFrom('promise_cert', 'unknown'), fc.constantFrom('doc:1', 'doc:2', 'doc:3')),
    { maxLength: 2 },
  ),
  owners: fc.array(fc.constant(['cn.mofcom.operator13', '1'] as const), { maxLength: 1 }),
})
const link = (line: number, lot: number, system: string): Link => ({
  ...{ from: `lot:${lot}`, to: `rec:${line}`, recordId: `line${line}`, withRecord: `lot${lot}` },
  ...{ version: 1, kind: 'entry', system, rule: 'same', confidence: 0.8 },
  ...{ quantity: null, unit: null, occurredAt: null },
})
const paired = (lots: readonly Statement[], lines: readonly Statement[], met: readonly boolean[]) => {
  const links = lines.flatMap(({ system }, i) =>
    lots.flatMap((_, j) => (met[(i * lots.length + j) % met.length] ? [link(i, j, system)] : [])),
  )
  const of = (id: string) => (id.startsWith('line') ? lines[Number(id.slice(4))] : lots[Number(id.slice(3))])
  return linesOnce(links, of).map((one) => ({
    ...{ lot: Number(one.withRecord?.slice(3)), line: Number(one.recordId.slice(4)) },
    isTold: links.includes(one),
  }))
}
const own: Statement = { system: 'market', place: 'A-01', kilograms: '100', papers: [], owners: [] }
const told = (change: Partial<Statement>): Statement => ({ ...own, system: 'ledger', ...change })

test('a line is one lot, and a lot one line of each system, never one of its own system or under other papers, and no more lines could be lots', () => {
  fc.assert(
    fc.property(
      fc.array(statement, { maxLength: 4 }),
      fc.array(statement, { maxLength: 5 }),
      fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
      (lots, lines, met) => {
        const pairs = paired(lots, lines, met)
        expect(pairs.every(({ isTold }) => isTold)).toBe(true)
        expect(new Set(pairs.map(({ line }) => line)).size).toBe(pairs.length)
        expect(new Set(pairs.map(({ lot, line }) => `${lot} ${lines[line]?.system}`)).size).toBe(pairs.length)
        const mayBe = (lot: number, line: number): boolean => {
          const [a, b] = [lots[lot] as Statement, lines[line] as Statement]
          const isShared = a.papers.some(([, code]) => b.papers.some(([, other]) => other === code))
          const isAsked = [a, b].every(({ papers }) => papers.some(([type]) => type === 'promise_cert'))
          return (
            met[(line * lots.length + lot) % met.length] === true &&
            a.system !== b.system &&
            (isShared || !isAsked)
          )
        }
        for (const { lot, line } of pairs) expect(mayBe(lot, line)).toBe(true)
        /** All ways to pair the lines from the n-th on, tried one after the other. */
        const most = (n: number, taken: readonly string[]): number =>
          n === lines.length
            ? 0
            : Math.max(
                most(n + 1, taken),
                ...lots.flatMap((_, lot) => {
                  const place = `${lot} ${lines[n]?.system}`
                  return mayBe(lot, n) && !taken.includes(place) ? [1 + most(n + 1, [...taken, place])] : []
                }),
              )
        expect(pairs.length).toBe(most(0, []))
      },
    ),
    { numRuns: 500 },
  )
})

test('of lines that may each be a lot the one at its place is, and of those the nearest in mass', () => {
  const lines = [told({ place: 'B-02' }), told({ kilograms: '101.5' }), told({ kilograms: '99' })]
  expect(paired([own], lines, [true])).toMatchObject([{ line: 2 }])
})

test('a line of one who has another code than the owner of the lot is another one’s of that name', () => {
  const owned = (scheme: string, code: string): Pick<Statement, 'owners'> => ({ owners: [[scheme, code]] })
  const lot = { ...own, ...owned('cn.mofcom.operator13', '1') }
  expect(paired([lot], [told(owned('cn.mofcom.operator13', '2'))], [true])).toEqual([])
  expect(paired([lot], [told(owned('cn.uscc', '2')), told({})], [true])).toHaveLength(1)
})

test('papers of a type that nobody knows, or of two types, part no line from its lot', () => {
  const named = (type: string, code: string) => told({ papers: [[type, code]] })
  const lot = { ...own, papers: [['promise_cert', 'doc:1'] as const] }
  const isPaired = (line: Statement): boolean => paired([lot], [line], [true]).length === 1
  expect(isPaired(named('promise_cert', 'doc:2'))).toBe(false)
  expect(isPaired(named('unknown', 'doc:2'))).toBe(true)
  expect(isPaired(named('animal_quarantine_a', 'doc:2'))).toBe(true)
  expect(
    isPaired(
      told({
        papers: [
          ['promise_cert', 'doc:2'],
          ['unknown', 'doc:1'],
        ],
      }),
    ),
  ).toBe(true)
})
