import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fits, topicFaults, topicOf } from '#adapters/mqtt/topics.ts'

const faults = (topic: string, wide = false) => topicFaults({ topics: [{ topic }], wide }).length

describe('topic filters', () => {
  it.each(['a', 'a/b', '/a', 'a/', 'a//b', '+/a', 'a/+/b', 'a/#', '市场/+/称', '$share/hub/a/+', 'a/$b'])(
    '%s can be subscribed to',
    (topic) => {
      expect(faults(topic)).toBe(0)
    },
  )

  it.each([
    '',
    'a/b+',
    '+a',
    'a/#/b',
    'a#',
    '##',
    'a\0b',
    '$share/hub',
    '$share//a',
    '$share/+/a',
    '$share/hub/a/#/b',
  ])('%j is refused', (topic) => {
    expect(faults(topic, true)).toBe(1)
  })

  it.each(['#', '+/#', '+', '+/+', '$SYS/broker/clients', '$share/hub/#'])(
    '%s, which brings what is of others, is refused unless it was asked for',
    (topic) => {
      expect([faults(topic), faults(topic, true)]).toEqual([1, 0])
    },
  )

  // MQTT 5.0 §4.7.1 and §4.7.2, with their own examples.
  it.each([
    ['sport/tennis/player1', 'sport/tennis/player1/#', true],
    ['sport/tennis/player1/score/wimbledon', 'sport/tennis/player1/#', true],
    ['sport', 'sport/#', true],
    ['sport/tennis/player1', 'sport/tennis/+', true],
    ['sport/tennis/player1/ranking', 'sport/tennis/+', false],
    ['sport', 'sport/+', false],
    ['sport/', 'sport/+', true],
    ['/finance', '+/+', true],
    ['/finance', '/+', true],
    ['/finance', '+', false],
    ['$SYS/monitor/Clients', '#', false],
    ['$SYS/monitor/Clients', '+/monitor/Clients', false],
    ['$SYS/monitor/Clients', '$SYS/monitor/+', true],
    ['market/1/scale', '$share/hub/market/+/scale', true],
    ['ACCOUNTS', 'Accounts', false],
  ])('%s by %s: %s', (topic, filter, expected) => {
    expect(fits(topic, filter)).toBe(expected)
  })

  it('the first that fits says what a message is', () => {
    const topics = [
      { topic: 'market/+/ticket', record: 'ticket' },
      { topic: 'market/#', record: 'other' },
    ]
    expect(topicOf('market/1/ticket', { topics })?.record).toBe('ticket')
    expect(topicOf('market/1/test', { topics })?.record).toBe('other')
    expect(topicOf('shop/1', { topics })).toBeNull()
  })

  it('a topic fits itself, and itself with wildcards in place of any of its levels', () => {
    const level = fc.stringMatching(/^[a-z0-9]{1,5}$/)
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 6 }), fc.nat(), fc.nat(), (levels, one, cut) => {
        const topic = levels.join('/')
        const plus = levels.map((it, i) => (i === one % levels.length ? '+' : it)).join('/')
        const hash = [...levels.slice(0, cut % (levels.length + 1)), '#'].join('/')
        expect([topic, plus, hash].map((filter) => fits(topic, filter))).toEqual([true, true, true])
        expect(fits(`${topic}/more`, topic)).toBe(false)
      }),
    )
  })
})
