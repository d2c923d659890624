import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LotRole, SPREAD_BOUNDS, spread } from '#core/cases/spread.ts'
import type { Link } from '#core/lineage/traced-record.ts'

type Step = readonly [from: string, to: string, kind: Link['kind']]

const link = ([from, to, kind]: Step): Link => ({
  ...{ from, to, kind, recordId: `${from} ${to}`, version: 1, system: 's', rule: 'document', confidence: 1 },
  ...{ quantity: null, unit: null, occurredAt: null, withRecord: null },
})

const reading = (steps: readonly Step[]) => {
  const links = steps.map(link)
  return async (codes: readonly string[], way: 'back' | 'forward') =>
    links.filter(({ from, to }) => codes.includes(way === 'back' ? to : from))
}

const held = async (steps: readonly Step[], tested: readonly string[], bounds = SPREAD_BOUNDS) => {
  const { reached, truncated } = await spread(
    reading(steps),
    tested,
    ({ kind }) => kind === 'payment',
    bounds,
  )
  const of = (...roles: LotRole[]) =>
    reached.filter(({ role }) => roles.includes(role)).map(({ code }) => code)
  return {
    held: of('tested', 'upstream', 'downstream').sort(),
    origin: of('origin').sort(),
    sold: of('sold').sort(),
    truncated,
  }
}

/** The same in the plainest words: sets and repetition until nothing is new. */
function model(steps: readonly Step[], tested: readonly string[]): string[] {
  const back = new Set(tested)
  const isDispatched = (lot: string): boolean =>
    steps.some(([from, to, kind]) => from === lot && to.startsWith('doc:') && kind === 'dispatch')
  const follow = (code: string): string[] => {
    const into = steps.filter(([, to]) => to === code)
    const dispatches = into.filter(([, , kind]) => kind === 'dispatch')
    if (code.startsWith('doc:')) return (dispatches.length > 0 ? dispatches : into).map(([from]) => from)
    return dispatches.length > 0 || isDispatched(code) ? [] : into.map(([from]) => from)
  }
  for (const code of back) for (const from of follow(code)) back.add(from)
  const all = new Set(back)
  for (let grew = true; grew; ) {
    grew = false
    for (const [from, to, kind] of steps)
      if (all.has(from) && !all.has(to) && kind !== 'payment') {
        all.add(to)
        grew = true
      }
  }
  return [...all].sort()
}

describe('the goods that a hold concerns', () => {
  test('are what was tested, back to its dispatch, and everything that came of that: not what else was harvested', async () => {
    const steps: Step[] = [
      ['lot:field', 'lot:harvest', 'production'],
      ['lot:harvest', 'doc:paper', 'document'],
      ['lot:harvest', 'lot:out', 'dispatch'],
      ['lot:out', 'doc:paper', 'dispatch'],
      ['doc:paper', 'doc:voucher', 'sale'],
      ['doc:paper', 'lot:a', 'entry'],
      ['doc:voucher', 'lot:a', 'entry'],
      ['doc:paper', 'lot:b', 'entry'],
      ['lot:a', 'lot:ticket', 'payment'],
      ['lot:harvest', 'lot:other', 'sale'],
    ]
    expect(await held(steps, ['lot:a'])).toEqual({
      held: ['doc:paper', 'doc:voucher', 'lot:a', 'lot:b', 'lot:out'],
      origin: ['lot:field', 'lot:harvest'],
      sold: ['lot:ticket'],
      truncated: false,
    })
    expect((await held(steps, ['lot:out'])).held).toEqual([
      'doc:paper',
      'doc:voucher',
      'lot:a',
      'lot:b',
      'lot:out',
    ])
  })

  test('are those of a plain model, for any graph, with cycles, and in whichever order the links come', async () => {
    const code = fc.integer({ min: 0, max: 9 }).map((n) => (n < 4 ? `doc:${n}` : `lot:${n}`))
    const kind = fc.constantFrom<Link['kind']>(
      'entry',
      'entry',
      'sale',
      'document',
      'dispatch',
      'transformation',
      'payment',
    )
    const steps = fc.array(
      fc.tuple(code, code, kind).filter(([a, b]) => a !== b),
      { maxLength: 25 },
    )
    await fc.assert(
      fc.asyncProperty(steps, fc.uniqueArray(code, { minLength: 1, maxLength: 2 }), async (some, tested) => {
        const expected = model(some, tested)
        expect((await held(some, tested)).held).toEqual(expected)
        expect((await held(some.toReversed(), tested)).held).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
  })

  test('end at a lot that was dispatched, also where another link leads to it in the same step', async () => {
    const steps: Step[] = [
      ['lot:dispatched', 'lot:sold', 'entry'],
      ['doc:behind', 'lot:dispatched', 'entry'],
      ['lot:dispatched', 'doc:paper', 'dispatch'],
    ]
    for (const links of [steps, steps.toReversed()])
      expect(await held(links, ['lot:sold', 'doc:paper'])).toMatchObject({
        held: ['doc:paper', 'lot:dispatched', 'lot:sold'],
        origin: ['doc:behind'],
      })
  })

  test('end at a lot that was dispatched, also where it was tested itself', async () => {
    const steps: Step[] = [
      ['lot:field', 'lot:out', 'production'],
      ['lot:field', 'lot:other', 'production'],
      ['lot:out', 'doc:paper', 'dispatch'],
    ]
    expect(await held(steps, ['lot:out'])).toMatchObject({
      held: ['doc:paper', 'lot:out'],
      origin: ['lot:field'],
    })
  })

  test('are held where they were entered, though they were bought by a ticket', async () => {
    const steps: Step[] = [
      ['lot:stall', 'lot:canteen', 'payment'],
      ['doc:voucher', 'lot:canteen', 'entry'],
      ['lot:canteen', 'lot:served', 'transformation'],
    ]
    for (const links of [steps, steps.toReversed()])
      expect(await held(links, ['lot:stall', 'doc:voucher'])).toMatchObject({
        held: ['doc:voucher', 'lot:canteen', 'lot:served', 'lot:stall'],
        sold: [],
      })
  })

  test('are told to be more where the way leads on behind the last step', async () => {
    const steps = Array.from({ length: 6 }, (_, n): Step => [`lot:${n}`, `lot:${n + 1}`, 'entry'])
    for (const tested of ['lot:0', 'lot:6']) {
      expect(await held(steps, [tested], { ...SPREAD_BOUNDS, depth: 5 })).toMatchObject({ truncated: true })
      expect(await held(steps, [tested], { ...SPREAD_BOUNDS, depth: 6 })).toMatchObject({ truncated: false })
    }
  })

  test('are no more than a case holds, and it says so', async () => {
    const steps = Array.from({ length: 50 }, (_, n): Step => ['lot:a', `lot:${n}`, 'entry'])
    const found = await held(steps, ['lot:a'], { codes: 10, sold: 10, depth: 30 })
    expect(found.held).toHaveLength(10)
    expect(found.truncated).toBe(true)
  })

  test('are all there, however many tickets were sold on the way to them', async () => {
    const steps: Step[] = [
      ...Array.from({ length: 50 }, (_, n): Step => ['lot:a', `lot:0${n}`, 'payment']),
      ['lot:a', 'doc:voucher', 'sale'],
      ['doc:voucher', 'lot:z', 'entry'],
    ]
    const found = await held(steps, ['lot:a'], { codes: 10, sold: 10, depth: 30 })
    expect(found.held).toEqual(['doc:voucher', 'lot:a', 'lot:z'])
    expect(found.sold).toHaveLength(10)
    expect(found.truncated).toBe(true)
  })
})
