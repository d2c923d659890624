import { expect, test } from 'vitest'
import type { Link, TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import type { LinkReader } from '#flow/trace/link-groups.ts'
import { anyGoods, walkGoods } from '#flow/trace/walk-goods.ts'

const recordOf = (id: string, kind: TracedRecord['kind'], name?: string): TracedRecord => ({
  ...{ id, kind, version: 1, system: 'one', status: 'active', receivedAt: '2026-11-26T00:00:00.000Z' },
  body: { flags: [], ...(name ? { product: { name, class: 'vegetable' } } : {}) } as Body,
})
const link = (from: string, to: string, { id, kind }: TracedRecord): Link => ({
  ...{ from, to, recordId: id, version: 1, kind, system: 'one', rule: 'document', confidence: 1 },
  ...{ quantity: null, unit: null, occurredAt: null, withRecord: null },
})

/** What is kept of the records that mention each code. */
async function kept(links: readonly Link[], records: Readonly<Record<string, readonly TracedRecord[]>>) {
  const all = new Map(
    Object.values(records)
      .flat()
      .map((record) => [record.id, record]),
  )
  const read: LinkReader = async (codes, way) =>
    links
      .filter(({ from, to }) => codes.includes(way === 'back' ? to : from))
      .sort((a, b) => (a.from < b.from ? -1 : 1))
  const found = await walkGoods({
    begin: anyGoods(['lot:R']),
    bounds: { direction: 'back', depth: 9, limit: 99, after: null },
    ...{ ahead: read, step: read },
    mentionsOf: async () => ({ records: new Map(Object.entries(records)), more: new Set() }),
    tellers: { note: async () => {}, take: () => {}, of: ({ recordId }) => all.get(recordId) },
  })
  return Object.fromEntries([...found.records].map(([code, told]) => [code, told.map(({ id }) => id)]))
}

test('of a code that a path reaches as one of its goods, and later as another, what is told of both is kept', async () => {
  const [tomato, cucumber] = [recordOf('t', 'entry', '番茄'), recordOf('c', 'entry', '黄瓜')]
  const holds = ['番茄', '黄瓜', '茄子'].map((name, i) => recordOf(`h${i}`, 'hold', name))
  const untold = recordOf('u', 'document')
  const records = { 'lot:R': [tomato, cucumber], 'doc:Y': holds }
  const direct = [link('doc:X', 'lot:R', tomato), link('doc:Y', 'doc:X', untold)]
  expect((await kept(direct, records))['doc:Y']).toEqual(['h0'])
  const around = [link('lot:A', 'lot:R', cucumber), link('doc:X', 'lot:A', cucumber)]
  expect((await kept([...direct, ...around], records))['doc:Y']).toEqual(['h0', 'h1'])
})
