import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type CardCode, groupCodes } from '#core/reference/group-codes.ts'

const code = (name: string, firstPosition: number, live = true): CardCode => ({
  code: name,
  born: `card of ${name}`,
  firstPosition: BigInt(firstPosition),
  live,
})
const none = { named: [], joined: [], parted: new Set<string>() }

it('codes that are tied by way of others stand on the card of the oldest', () => {
  const codes = [code('a', 3), code('b', 1), code('c', 2), code('d', 4)]
  const cards = groupCodes(codes, { ...none, named: [['a', 'b']], joined: [['a', 'c']] })
  expect([...cards]).toEqual([
    ['a', 'card of b'],
    ['b', 'card of b'],
    ['c', 'card of b'],
    ['d', 'card of d'],
  ])
})

it('a code that nobody names any more does not give the card its number', () => {
  const codes = [code('a', 1, false), code('b', 2)]
  expect(groupCodes(codes, { ...none, joined: [['a', 'b']] }).get('a')).toBe('card of b')
})

it('a parted code joins nothing that records name beside it, but what a person joins to it', () => {
  const codes = [code('a', 1), code('b', 2), code('c', 3)]
  const parted = new Set(['b'])
  const named = [['a', 'b', 'c']]
  expect(new Set(groupCodes(codes, { named, joined: [], parted }).values())).toEqual(
    new Set(['card of a', 'card of b']),
  )
  expect(groupCodes(codes, { named, joined: [['b', 'c']], parted }).get('b')).toBe('card of a')
})

it('is the same whatever the order of codes and ties', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const pair = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names))
  fc.assert(
    fc.property(
      fc.array(pair, { maxLength: 8 }),
      fc.shuffledSubarray(names, { minLength: 6 }),
      (ties, order) => {
        const one = groupCodes(
          names.map((name, i) => code(name, i)),
          { ...none, named: ties },
        )
        const other = groupCodes(
          order.map((name) => code(name, names.indexOf(name))),
          { ...none, named: [...ties].reverse() },
        )
        for (const name of names) expect(other.get(name)).toBe(one.get(name))
        for (const [a, b] of ties) expect(one.get(a)).toBe(one.get(b))
      },
    ),
  )
})
