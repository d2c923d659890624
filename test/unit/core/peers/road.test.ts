import { describe, expect, it } from 'vitest'
import { isHubPattern, namesHub } from '#core/peers/hub-id.ts'
import { peerOf } from '#core/peers/peer.ts'
import { HOPS_MAX, onward, roadOf } from '#core/peers/road.ts'

describe('who a peer may speak for', () => {
  it.each([
    [['zj-hz'], 'zj-hz', true],
    [['zj-hz'], 'zj-hz-xihu', false],
    [['zj-hz-*'], 'zj-hz-xihu', true],
    [['zj-hz-*'], 'zj-hz', false],
    [['zj-hz-*'], 'zj-hzx', false],
    [['*'], 'sh', true],
    [[], 'sh', false],
  ])('%j names %s: %s', (patterns, hub, named) => {
    expect(namesHub(patterns, hub)).toBe(named)
  })

  it.each(['zj*', '-*', 'zj-**', 'ZJ', '', 'zj-'])('%j is no pattern', (text) => {
    expect(isHubPattern(text)).toBe(false)
  })

  it('a system is a peer only where its settings are well written', () => {
    expect(peerOf('s', { peer: { hub: 'zj', carries: ['zj-*'] } })).toEqual({
      system: 's',
      hub: 'zj',
      carries: ['zj-*'],
    })
    for (const peer of [
      null,
      'zj',
      {},
      { hub: 'ZJ' },
      { hub: 'zj', carries: '*' },
      { hub: 'zj', carries: [1] },
    ])
      expect(peerOf('s', { peer })).toBeNull()
  })
})

describe('the road of a version', () => {
  const peer = { system: 's', hub: 'city', carries: ['county-*'] }

  it('is the peer’s own where nothing is said', () => {
    expect(roadOf({}, peer, 'here')).toEqual({ origin: 'city', hops: ['city'] })
  })

  it('ends after so many hubs, at the sender and at the receiver', () => {
    const hops = ['county-1', ...Array.from({ length: HOPS_MAX - 2 }, (_, i) => `county-${i + 2}`), 'city']
    expect(roadOf({ origin: 'county-1', hops }, peer, 'here')).toEqual({ origin: 'county-1', hops })
    expect(onward({ origin: 'county-1', hops }, 'here', 'next')).toBeNull()
    expect(onward({ origin: 'county-1', hops: hops.slice(0, -1) }, 'here', 'next')?.hops).toHaveLength(
      HOPS_MAX,
    )
  })

  it('leads neither back to its owner nor to a hub that it has passed', () => {
    const road = { origin: 'a', hops: ['a', 'b'] }
    expect(onward(road, 'c', 'a')).toBeNull()
    expect(onward(road, 'c', 'b')).toBeNull()
    expect(onward(road, 'c', 'd')).toEqual({ origin: 'a', hops: ['a', 'b', 'c'] })
    expect(onward(null, 'c', 'd')).toEqual({ origin: 'c', hops: ['c'] })
  })

  it('in any network of hubs comes to every hub and to none twice by the same hops', () => {
    const ids = Array.from({ length: 6 }, (_, i) => `h${i}`)
    let seed = 5
    const random = (): number => {
      seed = (seed * 48271) % 2147483647
      return seed / 2147483647
    }
    for (let net = 0; net < 50; net++) {
      const links = ids.flatMap((from) =>
        ids.filter((to) => to !== from && random() < 0.5).map((to) => [from, to]),
      )
      const taken = new Map([['h0', null as ReturnType<typeof onward>]])
      const queue = ['h0']
      let sent = 0
      for (let hub = queue.shift(); hub !== undefined; hub = queue.shift()) {
        for (const [, to] of links.filter(([from]) => from === hub) as [string, string][]) {
          const road = onward(taken.get(hub) ?? null, hub, to)
          if (road === null) continue
          sent++
          const arrived = roadOf(road, { system: 's', hub, carries: ['*'] }, to)
          expect(arrived).toEqual(road)
          if (taken.has(to)) continue
          taken.set(to, road)
          queue.push(to)
        }
      }
      const reachable = new Set(['h0'])
      for (let size = 0; size !== reachable.size; ) {
        size = reachable.size
        for (const [from, to] of links as [string, string][]) if (reachable.has(from)) reachable.add(to)
      }
      expect([...taken.keys()].sort()).toEqual([...reachable].sort())
      // Each hub sends what it took once over each of its links at the most.
      expect(sent).toBeLessThanOrEqual(links.filter(([from]) => reachable.has(from as string)).length)
    }
  })
})
