import { expect, test } from 'vitest'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { inPathOrder, type Placed, placeOf } from '#flow/trace/public-order.ts'

const step = (kind: Kind, depth: number, at?: string, more: Partial<Body> = {}): Placed => ({
  record: {
    id: `${kind}:${depth}:${at}`,
    version: 1,
    kind,
    system: 's',
    status: 'active',
    receivedAt: '2024-04-15T10:00:00.000Z',
    body: {
      flags: [],
      ...more,
      ...(at === undefined
        ? {}
        : {
            occurredAt: at.includes('T')
              ? { at: `${at}:00+08:00`, precision: 'minute' }
              : { at: `${at}T00:00:00+08:00`, precision: 'day' },
          }),
    },
  },
  node: { depth },
})
const ordered = (...steps: readonly Placed[]): string[] => inPathOrder(steps).map(({ record }) => record.id)

test('steps of one day that have a time follow it, however far back they lie', () => {
  expect(
    ordered(
      step('dispatch', 3, '2024-04-15T13:00'),
      step('entry', 2, '2024-04-15T13:20'),
      step('transformation', 1, '2024-04-15T02:30'),
      step('production', 4, '2024-04-14T22:00'),
    ),
  ).toEqual([
    'production:4:2024-04-14T22:00',
    'transformation:1:2024-04-15T02:30',
    'dispatch:3:2024-04-15T13:00',
    'entry:2:2024-04-15T13:20',
  ])
})

test('steps of which only the day is known keep their place in the path', () => {
  expect(
    ordered(
      step('entry', 0, '2024-04-15T05:00'),
      step('document', 2, '2024-04-15'),
      step('dispatch', 2, '2024-04-15T06:00'),
      step('entry', 1, '2024-04-15'),
      step('test', 0, '2024-04-15'),
      step('test', 1),
    ),
  ).toEqual([
    'test:1:undefined',
    'document:2:2024-04-15',
    'entry:0:2024-04-15T05:00',
    'entry:1:2024-04-15',
    'dispatch:2:2024-04-15T06:00',
    'test:0:2024-04-15',
  ])
})

test('a hold stands where the last of its goods got to, and what made goods of others where those came from', () => {
  const near = (kind: Kind) => step(kind, 0, '2024-04-15')
  const far = (kind: Kind) => step(kind, 2, '2024-04-15')
  expect(placeOf(far('hold'), near('hold')).node.depth).toBe(0)
  expect(placeOf(near('transformation'), far('transformation')).node.depth).toBe(2)
  expect(ordered(placeOf(near('hold'), far('hold')), near('entry'), far('document'))).toEqual([
    'document:2:2024-04-15',
    'entry:0:2024-04-15',
    'hold:0:2024-04-15',
  ])
})

test('of one day what made goods or papers comes before what names them as its sources, however far back it stands', () => {
  const at = '2026-11-29'
  const lot = (role: 'subject' | 'input' | 'output', value: string) => ({ role, scheme: 'local', value })
  const paper = (role: 'output' | 'upstream' | 'voucher', number: string) => ({
    ...{ role, number },
    type: 'product_2026' as const,
  })
  const slaughter = step('transformation', 2, at, {
    input: { lots: [lot('input', 'PIGS')] },
    output: { lots: [lot('output', 'CARCASS')], documents: [paper('output', 'Q1')] },
  })
  const arrival = step('entry', 3, at, { lots: [lot('subject', 'M1')], documents: [paper('upstream', 'Q1')] })
  const pigs = step('entry', 3, '2026-11-28', { lots: [lot('subject', 'PIGS')] })
  const sold = step('sale', 1, at, { lots: [lot('subject', 'M1')], documents: [paper('voucher', 'V1')] })
  const stall = step('entry', 1, at, { lots: [lot('subject', 'M2')], documents: [paper('upstream', 'V1')] })
  const tested = step('test', 3, at, { lots: [lot('subject', 'M2')] })
  const path = [pigs, slaughter, arrival, sold, stall, tested]
  expect(inPathOrder(path.toReversed())).toEqual(path)
  // Each of which came of the other.
  const a = step('entry', 1, at, { lots: [lot('subject', 'A')], documents: [paper('upstream', 'B')] })
  const b = step('sale', 0, at, { lots: [lot('subject', 'A')], documents: [paper('voucher', 'B')] })
  expect(inPathOrder([b, a])).toEqual([a, b])
})
