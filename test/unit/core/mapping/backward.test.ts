import { expect, test } from 'vitest'
import { compileMapping } from '#core/mapping/compile.ts'
import type { CanonicalRecord } from '#core/model/record.ts'

const sale = {
  kind: 'sale',
  id: 'urn:cnft:sale:s:r:A1',
  system: 's',
  record: 'r',
  key: ['A1'],
  version: 1,
  status: 'active',
  schema: 1,
  receivedAt: '2024-04-15T04:00:00+08:00',
  message: 'm',
  mapping: 's/r@1',
  flags: [],
  occurredAt: { at: '2024-04-15T03:05:09+08:00', precision: 'second' },
  parties: [
    { role: 'seller', name: '甲 & 乙', ids: [{ scheme: 'cn.mofcom.operator13', value: '3304020030107' }] },
    {
      role: 'buyer',
      name: '丙',
      ids: [
        { scheme: 'local.s', value: '7' },
        { scheme: 'cn.uscc', value: '93330825MA9TE5018N' },
      ],
    },
  ],
  documents: [
    { role: 'upstream', type: 'promise_cert', number: 'HGZ1' },
    { role: 'voucher', type: 'sales_voucher', number: 'A1' },
  ],
  quantity: { value: '120', unit: 'KGM' },
  price: { value: '4.8', currency: 'CNY', per: 'KGM' },
} as unknown as CanonicalRecord

const FIELDS = `
fields:
  no: key.0
  at: { from: occurredAt.at, date: yyyyMMddHHmmss }
  day: { from: occurredAt.at, date: yyyy年M月d日 }
  seller.code: parties.seller.code
  seller.name: parties.seller.name
  buyer: parties.buyer.ids.cn\\.uscc
  weight: { from: quantity.value, unit: 斤, number: true }
  price: { from: price.value, per: 500g, decimals: 2 }
  state: { from: status, enum: { active: '1', void: '2' } }
  hidden: { from: parties.buyer.ids.missing }
  papers: { each: documents, when: { role: upstream }, fields: { type: { from: type, enum: { promise_cert: HGZ } }, no: number } }
  numbers: { each: documents, value: number }
`

const write = (head: string, fields = FIELDS) => {
  const text = `mapping: a-receiver/sale\nversion: 1\ndirection: backward\nkinds: [sale]\n${head}\n${fields}`
  const { mapping, mistakes } = compileMapping({ path: 'x', text })
  expect(mistakes).toEqual([])
  const written = mapping?.write?.([sale, { ...sale, kind: 'test' } as CanonicalRecord])
  expect(written?.map(({ records }) => records)).toEqual([[0]])
  return written?.[0]
}

test('a canonical record becomes JSON of the receiver, in its units, formats and codes; other kinds are left out', () => {
  const written = write('write: { format: json, rows: body.items }')
  expect(written?.contentType).toBe('application/json; charset=utf-8')
  expect(JSON.parse(written?.text ?? '')).toEqual({
    body: {
      items: [
        {
          no: 'A1',
          at: '20240415030509',
          day: '2024年4月15日',
          seller: { code: '3304020030107', name: '甲 & 乙' },
          buyer: '93330825MA9TE5018N',
          weight: 240,
          price: '2.4',
          state: '1',
          papers: [{ type: 'HGZ', no: 'HGZ1' }],
          numbers: ['HGZ1', 'A1'],
        },
      ],
    },
  })
})

test('the same record becomes XML with its signs escaped', () => {
  const fields = 'fields: { no: key.0, seller.name: parties.seller.name }'
  const written = write('write: { format: xml, root: data, row: sale }', fields)
  expect(written?.text).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<data><sale><no>A1</no><seller><name>甲 &amp; 乙</name></seller></sale></data>\n',
  )
})

test('the same record becomes CSV with the fields as columns and signs quoted', () => {
  const fields =
    'fields: { no: key.0, who: { concat: [parties.seller.name, { const: "," }, parties.buyer.name] }, none: note }'
  const written = write('write: { format: csv }', fields)
  expect(written?.text).toBe('no,who,none\r\nA1,"甲 & 乙,丙",\r\n')
})

test('a format that is not written yet is a mistake of the file', () => {
  const text =
    'mapping: a-receiver/sale\nversion: 1\ndirection: backward\nkinds: [sale]\nwrite: { format: xlsx }\nfields: { no: key.0 }'
  const { mapping, mistakes } = compileMapping({ path: 'x', text })
  expect(mapping).toBeNull()
  expect(mistakes.map(({ line, target }) => [line, target])).toEqual([[5, 'write.format']])
})
