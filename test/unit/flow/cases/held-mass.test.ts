import { expect, test } from 'vitest'
import type { DescribedLot } from '#flow/cases/case-lots.ts'
import { flowsOf, madeOf } from '#flow/cases/goods-flows.ts'
import { heldMass } from '#flow/cases/held-mass.ts'

interface Told {
  readonly mass?: string | null
  readonly massOf?: string
  readonly used?: 'all' | 'part'
  readonly depth?: number
}
/** A held lot, or paper where its name is a capital letter. */
const lot = (code: string, { mass = null, massOf, used, depth = 0 }: Told): DescribedLot =>
  ({
    ...{ code, mass, massOf: massOf ?? null, used: used ?? 'unknown', depth },
    ...{ role: 'tested', kind: /[A-Z]/.test(code) ? 'document' : 'lot', via: null },
  }) as unknown as DescribedLot

/** Of ways such as `ab` for what came from a to b, and `a=b` for what was made of a. */
const held = (lots: Readonly<Record<string, Told>>, ...ways: readonly string[]) => {
  const links = ways.map((way) => ({
    ...{ from: way[0] as string, to: way.at(-1) as string },
    kind: way.includes('=') ? ('transformation' as const) : ('entry' as const),
  }))
  const { mass, weighed } = heldMass(
    Object.entries(lots).map(([code, told]) => lot(code, told)),
    flowsOf(links),
    madeOf(links),
  )
  return `${mass} ${weighed ? 'of all' : 'at least'}`
}

test('each kilogram counts once, by whichever ways it came', () => {
  expect(
    held({ a: { mass: '500' }, b: { mass: '480' }, c: { mass: '20' } }, 'ap', 'pb', 'bv', 'vc', 'pc'),
  ).toBe('500 of all')
  expect(held({ a: { mass: '20' }, b: { mass: '25' } }, 'pa', 'pb')).toBe('45 of all')
  expect(held({ a: { mass: '9' }, b: { mass: '7', depth: 1 } }, 'ab', 'ba')).toBe('9 of all')
  expect(
    held({ c: { mass: '9' }, d: { mass: '9', depth: 1 }, a: { mass: '9', depth: 2 } }, 'cd', 'dc', 'ad'),
  ).toBe('9 of all')
  expect(held({ a: { mass: '5' } }, 'aa')).toBe('5 of all')
})

test('what a mixed lot has beyond what its held sources had is held with it', () => {
  const mixed = {
    f: { mass: '200' },
    b: { mass: '200', used: 'all' as const },
    m: { mass: '490' },
    x: { mass: '290' },
    y: { mass: '200' },
  }
  expect(held(mixed, 'fP', 'Pb', 'b=m', 'mx', 'my')).toBe('490 of all')
  expect(held({ a: { mass: '100' }, b: { mass: '50' }, c: { mass: '180' } }, 'ac', 'bc')).toBe('180 of all')
})

test('what was used up is not there any more, and what was made of it is; what is left of a part that was used counts with what was made', () => {
  const meat = { x: { mass: '900' }, y: { mass: '600' } }
  expect(
    held({ A: {}, a: { mass: '2700', used: 'all' }, P: {}, ...meat }, 'Aa', 'a=P', 'A=P', 'Px', 'Py'),
  ).toBe('1500 at least')
  expect(held({ a: { mass: '2700', used: 'all' }, p: { mass: '1500' }, ...meat }, 'a=p', 'px', 'py')).toBe(
    '1500 of all',
  )
  expect(held({ a: { mass: '100', used: 'part' }, b: { mass: '9' } }, 'a=b')).toBe('100 of all')
  // What was made of it is not weighed.
  expect(held({ a: { mass: '100', used: 'all' }, b: {} }, 'a=b')).toBe('100 of all')
  // The farm's went to two places, and one of them used up what came there.
  expect(
    held(
      { f: { mass: '200' }, b: { mass: '120', used: 'all' }, m: { mass: '110' }, x: { mass: '80' } },
      'fb',
      'fx',
      'b=m',
    ),
  ).toBe('200 at least')
})

test('a total of several lots that were made, and papers of the same goods, count once', () => {
  const two = { b: { mass: '100', massOf: 't' }, c: { mass: '100', massOf: 't' } }
  expect(held({ a: { mass: '100', used: 'all' }, ...two }, 'a=b', 'a=c')).toBe('100 of all')
  expect(held({ a: { mass: '9', used: 'all' }, P: { mass: '7' }, Q: { mass: '8' } }, 'a=P', 'a=Q')).toBe(
    '8 at least',
  )
})

test('what is not weighed is not made up, and not hidden', () => {
  expect(held({})).toBe('0 at least')
  expect(held({ a: {} })).toBe('0 at least')
  expect(held({ A: {}, b: { mass: '2000' } }, 'Ab')).toBe('2000 at least')
  expect(held({ a: { mass: '50' }, b: {} }, 'ab')).toBe('50 of all')
})
