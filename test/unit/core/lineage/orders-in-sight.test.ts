import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describeNode } from '#core/lineage/describe-node.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'

const CODE = 'lot:L1'
const REACHED = { code: CODE, depth: 0, relation: 'root' } as const

interface Order {
  readonly system: string
  readonly holdKind: string
  readonly hour: number
  readonly version: number
  readonly status: 'active' | 'void'
  readonly isSeen: boolean
}
const orders: fc.Arbitrary<Order[]> = fc.array(
  fc.record({
    system: fc.constantFrom(OWN_SYSTEM, 'market-a', 'market-b'),
    holdKind: fc.constantFrom('recall', 'stop_sale', 'release'),
    hour: fc.integer({ min: 0, max: 23 }),
    version: fc.integer({ min: 1, max: 3 }),
    status: fc.constantFrom('active', 'active', 'void'),
    isSeen: fc.boolean(),
  }),
  { maxLength: 6 },
)

const when = (hour: number) => ({
  at: `2026-03-02T${String(hour).padStart(2, '0')}:12:13+08:00`,
  precision: 'second',
})
const record = (id: string, kind: string, more: Partial<TracedRecord>, body: object) =>
  ({
    ...{ id, kind, version: 1, status: 'active', receivedAt: '2026-03-02T00:00:00.000Z' },
    ...more,
    body: { flags: [], lots: [{ role: 'subject', scheme: 'x', value: 'L1' }], ...body },
  }) as unknown as TracedRecord
const entry = record('urn:entry', 'entry', { system: 'market-a' }, { occurredAt: when(1) })
const holdOf = ({ system, holdKind, hour, version, status }: Order, n: number): TracedRecord =>
  record(
    `urn:hold:${n}`,
    'hold',
    { system, version, status },
    { holdKind, cause: `why ${n}`, occurredAt: when(hour) },
  )

it('whether goods are recalled or stopped is the same for everybody, whichever of the orders a caller sees, and of one that he does not see its kind and day are told and nothing more', () => {
  fc.assert(
    fc.property(orders, (said) => {
      const all = said.map(holdOf)
      const seen = all.filter((_, i) => said[i]?.isSeen)
      const whole = describeNode(REACHED, { records: [entry, ...all], more: false })
      const own = describeNode(REACHED, { records: [entry, ...seen], more: false })
      const shown = describeNode(REACHED, { records: [entry, ...seen], more: false, orders: all })
      const { holds, state, ...rest } = shown
      const { holds: ownHolds, state: _, ...ownRest } = own
      expect([state, rest]).toEqual([whole.state, ownRest])
      expect(holds.slice(0, ownHolds.length)).toEqual(ownHolds)
      const beyond = holds.slice(ownHolds.length)
      for (const one of beyond)
        expect(one).toEqual({
          record: null,
          kind: { recalled: 'recall', held: 'stop_sale' }[whole.state as string] ?? 'release',
          occurredAt: { at: '2026-03-02T00:00:00+08:00', precision: 'day' },
        })
      // What is told of others is what is in force, or that what he knew of is so no more.
      const isRestrained = ['recalled', 'held'].includes(whole.state)
      const saysSo = ownHolds.some(
        ({ kind }) => kind === { recalled: 'recall', held: 'stop_sale' }[state as string],
      )
      expect(beyond.length).toBeLessThanOrEqual(1)
      if (isRestrained && !saysSo) expect(beyond).toHaveLength(1)
      if (!isRestrained && own.state === whole.state) expect(beyond).toEqual([])
    }),
    { numRuns: 2000 },
  )
})
