import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, nearest } from '#cli/nearest.ts'

describe('editDistance', () => {
  it.each([
    ['kitten', 'sitting', 3],
    ['PROT', 'PORT', 1],
    ['', 'abc', 3],
    ['same', 'same', 0],
    ['ca', 'abc', 3],
  ])('from %s to %s is %i', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance)
  })

  it('is symmetric, zero only for equal words, and at most the longer length', () => {
    const word = fc.string({ maxLength: 12 })
    fc.assert(
      fc.property(word, word, (left, right) => {
        const distance = editDistance(left, right)
        expect(distance).toBe(editDistance(right, left))
        expect(distance === 0).toBe(left === right)
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length))
      }),
    )
  })
})

describe('nearest', () => {
  it('names the closest word and none where all are far', () => {
    expect(nearest('wroker', ['all', 'api', 'worker'])).toBe('worker')
    expect(nearest('everything', ['all', 'api', 'worker'])).toBeUndefined()
    expect(nearest('x', [])).toBeUndefined()
  })
})
