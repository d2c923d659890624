import { describe, expect, it } from 'vitest'
import { giveBackBytes } from '#core/give-back-bytes.ts'

describe('bytes that were copied', () => {
  it('give their memory back at once where they have it for themselves', () => {
    const bytes = Buffer.allocUnsafeSlow(65_536).fill(1)
    const copy = Buffer.from(bytes)
    giveBackBytes(bytes)
    expect(bytes.length).toBe(0)
    expect(copy.every((byte) => byte === 1)).toBe(true)
  })

  it('are left where others lie in the same memory', () => {
    const both = Buffer.allocUnsafeSlow(200).fill(2)
    const bytes = both.subarray(0, 100)
    const pooled = Buffer.from('pooled')
    giveBackBytes(bytes)
    giveBackBytes(pooled)
    expect(bytes.length).toBe(100)
    expect(both.every((byte) => byte === 2)).toBe(true)
    expect(pooled.toString()).toBe('pooled')
  })

  it('may be given back twice', () => {
    const bytes = Buffer.allocUnsafeSlow(100)
    giveBackBytes(bytes)
    giveBackBytes(bytes)
    expect(bytes.length).toBe(0)
  })
})
