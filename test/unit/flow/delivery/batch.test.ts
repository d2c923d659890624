import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BATCH_CHANGES, composeBatch } from '#flow/delivery/batch.ts'
import { eventId, messageIdOf } from '#flow/delivery/event-id.ts'
import type { Change } from '#store/changes.ts'

const LINK = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'
const NONE: ReadonlySet<string> = new Set()

const change = (key: string, more: Partial<Change> = {}): Change => {
  const recordId = `urn:cnft:sale:market:trade:${key}`
  const version = more.version ?? 1
  return {
    position: 1n,
    messageIndex: 0,
    receivedAt: '2024-04-15T03:42:10.123Z',
    replay: null,
    recordId,
    version,
    kind: 'sale',
    status: 'active',
    system: 'market',
    record: 'trade',
    text: JSON.stringify({ id: recordId, version }),
    ...more,
  }
}
const plan = { linkId: LINK, mapping: null, limit: BATCH_CHANGES, held: NONE }

describe('the identifier of an event', () => {
  test('is the SHA-256 of link, record and version, and nothing else', () => {
    const expected = createHash('sha256').update(`${LINK}\nurn:cnft:sale:m:t:1\n3`).digest('base64url')
    expect(eventId(LINK, 'urn:cnft:sale:m:t:1', 3)).toBe(expected)
    expect(expected).toHaveLength(43)
  })

  test('differs by link, record and version', () => {
    const ids = [eventId(LINK, 'a', 11), eventId(LINK, 'a', 1), eventId(LINK, 'a1', 1), eventId('x', 'a', 1)]
    expect(new Set(ids).size).toBe(4)
  })

  test('and that of a batch is the same for the same events only', () => {
    expect(messageIdOf(['a', 'b'])).toBe(messageIdOf(['a', 'b']))
    expect(new Set([messageIdOf(['a', 'b']), messageIdOf(['b', 'a']), messageIdOf(['ab'])]).size).toBe(3)
  })
})

describe('a batch', () => {
  test('is the JSON of the contract', () => {
    const { text } = composeBatch([change('1'), change('2"', { status: 'void', version: 2 })], plan)
    expect(JSON.parse(text)).toEqual({
      link: LINK,
      changes: [
        {
          event: eventId(LINK, change('1').recordId, 1),
          operation: 'upsert',
          kind: 'sale',
          id: change('1').recordId,
          version: 1,
          record: { id: change('1').recordId, version: 1 },
        },
        {
          event: eventId(LINK, change('2"').recordId, 2),
          operation: 'void',
          kind: 'sale',
          id: change('2"').recordId,
          version: 2,
          record: { id: change('2"').recordId, version: 2 },
        },
      ],
    })
  })

  test('holds at most so many changes', () => {
    const changes = Array.from({ length: 7 }, (_, i) => change(String(i)))
    expect(composeBatch(changes, { ...plan, limit: 3 })).toMatchObject({ consumed: 3, holds: [] })
    expect(composeBatch(changes, { ...plan, limit: 3 }).outgoing).toHaveLength(3)
  })

  test('leaves out what a newer version among the changes supersedes, where the link says so, and never the newest', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (keys, limit) => {
        const seen = new Map<number, number>()
        const changes = keys.map((key) => {
          const version = (seen.get(key) ?? 0) + 1
          seen.set(key, version)
          return change(String(key), { version })
        })
        const sent: Change[] = []
        for (let at = 0, coalesced = 0; at < changes.length; ) {
          const batch = composeBatch(changes.slice(at), { ...plan, limit, coalesces: true })
          sent.push(...batch.outgoing.map((one) => one.change))
          at += batch.consumed
          coalesced += batch.coalesced
          if (at === changes.length) expect(coalesced + sent.length).toBe(changes.length)
        }
        const newest = [...new Map(changes.map((one) => [one.recordId, one])).values()]
        expect(new Set(sent)).toEqual(new Set(newest))
      }),
    )
  })

  test('ends before 2 MB, but holds one change however large', () => {
    const large = (key: string) => change(key, { text: `"${'猪'.repeat(400_000)}"` })
    expect(composeBatch([large('1'), large('2')], plan).consumed).toBe(1)
    const huge = change('3', { text: `"${'x'.repeat(3_000_000)}"` })
    expect(composeBatch([huge, large('1')], plan).outgoing).toHaveLength(1)
    const half = (key: string) => change(key, { text: `"${'x'.repeat(900_000)}"` })
    expect(composeBatch([half('1'), half('2'), half('3')], plan).outgoing).toHaveLength(2)
  })

  test('never has two versions of a record, never reorders, and neither skips nor repeats a change', () => {
    const changes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 30 }).map((keys) => {
      const versions = new Map<number, number>()
      return keys.map((key, i) => {
        versions.set(key, (versions.get(key) ?? 0) + 1)
        return change(String(key), { version: versions.get(key) as number, position: BigInt(i + 1) })
      })
    })
    const holding = fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })
    fc.assert(
      fc.property(changes, holding, fc.integer({ min: 1, max: 6 }), (all, keys, limit) => {
        const held = new Set(keys.map((key) => change(String(key)).recordId))
        const done: bigint[] = []
        for (let rest = all; rest.length > 0; ) {
          const batch = composeBatch(rest, { ...plan, limit, held })
          expect(batch.consumed).toBeGreaterThan(0)
          const records = batch.outgoing.map((one) => one.change.recordId)
          expect(new Set(records).size).toBe(records.length)
          expect(records.some((id) => held.has(id))).toBe(false)
          expect(batch.holds.every((hold) => held.has(hold.recordId) && hold.state === 'waiting')).toBe(true)
          const taken = [
            ...batch.outgoing.map((one) => one.change.position),
            ...batch.holds.map((hold) => hold.position),
          ]
          done.push(...taken.sort((a, b) => Number(a - b)))
          rest = rest.slice(batch.consumed)
        }
        expect(done).toEqual(all.map(({ position }) => position))
      }),
    )
  })
})
