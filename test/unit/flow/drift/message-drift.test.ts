import { expect, it } from 'vitest'
import { decode } from '#adapters/push/decode.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import type { ReadOptions } from '#core/source.ts'
import { driftNotes } from '#flow/drift/message-drift.ts'

/** What is noted of a text that is read as `read` says; its records have an enumeration on `pay`. */
function drift(text: string, read: ReadOptions & { readonly format: 'csv' | 'json' | 'ndjson' }, at = '') {
  const { mapping, mistakes } = compileMapping({
    path: 'ticket.yaml',
    text: `mapping: a-market/ticket
version: 1
title: { zh: 小票, en: Ticket }
read: ${JSON.stringify(read)}
key: [no]
emit:
  - kind: payment
    fields:
      occurredAt: { from: day, date: [iso] }
      parties.payee: { name: seller }
      product: { name: { const: 青菜 } }
      method: { from: ${at}pay, enum: { '1': cash } }
`,
  })
  if (!mapping) throw new Error(JSON.stringify(mistakes))
  const notes = driftNotes(mapping)
  for (const record of decode(Buffer.from(text), read).records)
    notes.note(record, mapping.map(record, { receivedAtMs: Date.UTC(2026, 10, 1) }))
  return { fields: [...notes.drift.fields], values: [...notes.drift.values.values()] }
}

it('new values of a table are counted by their column, whatever row they stand in', () => {
  const text = 'no,day,seller,pay\n1,2026-07-01,a,7\n2,2026-07-01,a,7\n'
  expect(drift(text, { format: 'csv' }).values).toEqual([{ field: 'pay', value: '7', count: 2 }])
})

it('so are those of lines of JSON, inside of an object too', () => {
  const row = { no: '1', day: '2026-07-01', seller: 'a', head: { pay: '7' } }
  expect(drift(JSON.stringify(row), { format: 'ndjson' }, 'head.').values).toEqual([
    { field: 'head.pay', value: '7', count: 1 },
  ])
})

it('an unknown field inside of an object is shown by its shape as well', () => {
  const row = {
    no: '1',
    day: '2026-07-01',
    seller: 'a',
    head: { pay: '1', door: '2026-07-01' },
    'a.b': '12-3',
  }
  expect(drift(JSON.stringify([row]), { format: 'json' }, 'head.').fields).toEqual([
    ['head.door', { count: 1, sample: '9999-99-99' }],
    ['a.b', { count: 1, sample: '99-9' }],
  ])
})
