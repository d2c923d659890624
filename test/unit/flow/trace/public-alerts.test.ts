import { expect, test } from 'vitest'
import type { TraceNode } from '#core/lineage/graph.ts'
import { alertsOf } from '#flow/trace/public-alerts.ts'

const at = (hour: string) => ({ at: `2026-03-02T${hour}:00:00+08:00`, precision: 'second' as const })
const order = (record: string, kind: 'stop_sale' | 'release', hour: string) => ({
  record,
  kind,
  occurredAt: at(hour),
})
const node = (state: TraceNode['state'], ...holds: TraceNode['holds'][number][]): TraceNode => ({
  code: 'lot:1',
  kind: 'lot',
  value: '1',
  relation: 'root',
  depth: 0,
  state,
  parties: [],
  sites: [],
  tests: [{ record: 't', item: '有机磷', verdict: 'fail', occurredAt: at('08') }],
  holds,
  records: [],
  moreRecords: false,
})
const kinds = (one: TraceNode): string[] => alertsOf(one, false).map(({ kind }) => kind)

test('a failed test is told of until its goods were released, and goods that another case still holds were not', () => {
  expect(kinds(node('held', order('a', 'stop_sale', '09')))).toEqual(['held', 'test_failed'])
  expect(kinds(node('active', order('a', 'release', '10')))).toEqual([])
  const both = [order('b', 'stop_sale', '09'), order('a', 'release', '10')]
  expect(kinds(node('held', ...both))).toEqual(['held', 'test_failed'])
})
