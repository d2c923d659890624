import { expect, test } from 'vitest'
import { flowsOf, notOfOthers } from '#flow/cases/goods-flows.ts'

const lot = (code: string, role: 'tested' | 'upstream' | 'downstream', depth: number) => ({
  ...{ code, role, depth },
})
const tops = (lots: readonly ReturnType<typeof lot>[], ...links: readonly string[]) =>
  notOfOthers(lots, flowsOf(links.map((link) => ({ from: link[0] as string, to: link[1] as string })))).map(
    ({ code }) => code,
  )

const A = lot('a', 'upstream', 2)
const B = lot('b', 'upstream', 1)
const C = lot('c', 'tested', 0)
const D = lot('d', 'downstream', 1)

test('a lot that came from another by any of several ways, or by way of what is none of them, is part of it', () => {
  expect(tops([C, B, A], 'ac', 'ap', 'pb', 'bc')).toEqual(['a'])
})

test('lots of which none came from another stand for themselves, in their order', () => {
  expect(tops([C, D, B], 'pc', 'pd', 'pb')).toEqual(['c', 'd', 'b'])
})

test('of lots that each came from the other one stands for both, and none where they came from a third', () => {
  expect(tops([C, D], 'cd', 'dc')).toEqual(['c'])
  expect(tops([C, D, A], 'cd', 'dc', 'ad')).toEqual(['a'])
  expect(tops([C], 'cc')).toEqual(['c'])
})
