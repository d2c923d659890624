import { describe, expect, it } from 'vitest'
import { createBounded } from '#api/public/cache.ts'
import { clientOf, trustOf } from '#api/public/client-address.ts'
import { createGate } from '#api/public/gate.ts'
import { createLimiter } from '#api/public/limiter.ts'

describe('the limiter', () => {
  const bounds = { capacity: 10, perSecond: 2, addresses: 3 }
  it('lets an address ask as often as it has tokens, says how long to wait, and gives tokens back with time', () => {
    const limiter = createLimiter(bounds)
    for (let i = 0; i < 10; i++) expect(limiter.take('a', 1, 0)).toBe(0)
    expect(limiter.take('a', 1, 0)).toBe(500)
    expect(limiter.take('b', 1, 0)).toBe(0)
    expect(limiter.take('a', 1, 250)).toBe(250)
    expect(limiter.take('a', 1, 500)).toBe(0)
    expect(limiter.take('a', 1, 3_600_000)).toBe(0)
    for (let i = 0; i < 9; i++) expect(limiter.take('a', 1, 3_600_000)).toBe(0)
    expect(limiter.take('a', 1, 3_600_000)).toBeGreaterThan(0)
  })
  it('takes what an answer cost afterwards, and no more debt than the capacity', () => {
    const limiter = createLimiter(bounds)
    for (let i = 0; i < 9; i++) limiter.charge('a', 20, 0)
    expect(limiter.take('a', 1, 0)).toBe(5500)
    expect(limiter.take('a', 1, 5500)).toBe(0)
  })
  it('remembers no more addresses than it may, and forgets the one heard of longest ago', () => {
    const limiter = createLimiter(bounds)
    for (const address of ['a', 'b', 'c']) limiter.charge(address, 20, 0)
    limiter.take('a', 1, 0)
    limiter.charge('d', 20, 0)
    expect(limiter.size).toBe(3)
    expect(limiter.take('a', 1, 0)).toBeGreaterThan(0)
    expect(limiter.take('b', 1, 0)).toBe(0)
    for (let i = 0; i < 1000; i++) limiter.take(`x${i}`, 1, 0)
    expect(limiter.size).toBe(3)
  })
  it('does not break where the clock goes back', () => {
    const limiter = createLimiter(bounds)
    for (let i = 0; i < 10; i++) limiter.take('a', 1, 10_000)
    expect(limiter.take('a', 1, 0)).toBe(500)
  })
})

describe('who asks', () => {
  const isTrusted = trustOf(['10.0.0.5', '10.1.0.0/16', '2001:db8::/32'])
  it.each([
    ['the connection, where it is no proxy', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['the last address that a proxy added', '10.0.0.5', '198.51.100.1, 198.51.100.2', '198.51.100.2'],
    ['the one before a second proxy', '10.0.0.5', '198.51.100.2, 10.1.2.3', '198.51.100.2'],
    ['the proxy itself, where it adds nothing', '10.0.0.5', undefined, '10.0.0.5'],
    ['the proxy itself, where it adds what is no address', '10.0.0.5', '198.51.100.1, unknown', '10.0.0.5'],
    ['an address of IPv4 written as IPv6', '::ffff:10.0.0.5', '::ffff:198.51.100.1', '198.51.100.1'],
    ['an address of IPv6 by its first 64 bits', '2001:db8::1', '2409:8a28:1:2:aaaa::1', '2409:8a28:1:2::/64'],
    ['another of the same network', '2001:db8::1', '2409:8a28:1:2:bbbb:1:2:3', '2409:8a28:1:2::/64'],
    ['a short one', 'fe80::1%eth0', undefined, 'fe80:0:0:0::/64'],
    ['the one that begins with nothing', '::1', undefined, '0:0:0:0::/64'],
  ])('is %s', (_, connection, forwarded, client) => {
    expect(clientOf(connection, forwarded, isTrusted)).toBe(client)
  })
  it('is never believed to a stranger', () => {
    expect(clientOf('203.0.113.9', '10.0.0.5, 198.51.100.1', isTrusted)).toBe('203.0.113.9')
  })
})

describe('what is kept', () => {
  it('is bounded by number and by bytes, and what was used longest ago goes first', () => {
    const kept = createBounded<string>({ entries: 3, bytes: 100 })
    for (const key of ['a', 'b', 'c']) kept.set(key, key, 10)
    kept.get('a')
    kept.set('d', 'd', 10)
    expect([kept.get('a'), kept.get('b'), kept.size, kept.bytes]).toEqual(['a', undefined, 3, 30])
    kept.grow('d', 'd', 80)
    expect(kept.bytes).toBeLessThanOrEqual(100)
    expect(kept.get('d')).toBe('d')
    kept.grow('d', 'another value of the key', 1000)
    expect(kept.get('d')).toBe('d')
    kept.set('big', 'big', 101)
    expect([kept.size, kept.bytes]).toEqual([0, 0])
  })
})

describe('the gate', () => {
  it('runs so many at once, lets so many wait, and sends the rest away with a time', async () => {
    const gate = createGate({ atOnce: 2, waiting: 3, waitMs: 10_000 })
    let running = 0
    let most = 0
    const ends: (() => void)[] = []
    const work = () =>
      new Promise<void>((resolve) => {
        most = Math.max(most, ++running)
        ends.push(() => {
          running--
          resolve()
        })
      })
    const all = Array.from({ length: 5 }, () => gate.run(work))
    await expect(gate.run(work)).rejects.toMatchObject({ code: 'overloaded', parts: { retryAfterMs: 2000 } })
    while (ends.length > 0 || running > 0) {
      ends.shift()?.()
      await new Promise(setImmediate)
    }
    await Promise.all(all)
    expect(most).toBe(2)
    await gate.run(() => Promise.resolve())
  })
  it('gives the place on where the work fails, and sends away who waits too long', async () => {
    const gate = createGate({ atOnce: 1, waiting: 3, waitMs: 20 })
    await expect(gate.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    let end = (): void => {}
    const first = gate.run(() => new Promise<void>((resolve) => (end = resolve)))
    await expect(gate.run(() => Promise.resolve())).rejects.toMatchObject({ code: 'overloaded' })
    end()
    await first
    expect(await gate.run(() => Promise.resolve('in'))).toBe('in')
  })
})
