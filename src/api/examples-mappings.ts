/** Examples of trying a mapping in the OpenAPI document. Codes and names are made up, in the form of real ones. */

export const mappingExample = {
  mapping: [
    'mapping: example-market/trade',
    'version: 1',
    'read: { format: json }',
    'key: [billNo]',
    'emit:',
    '  - kind: sale',
    '    fields:',
    '      parties.seller: { name: sellerName }',
    '      parties.buyer: { name: buyer_name }',
    "      occurredAt: { from: tradeTime, date: ['yyyy/M/d H:mm:ss'] }",
    '      saleKind: wholesale',
    '      product: { name: { from: goodsName } }',
    '',
  ].join('\n'),
  sample: JSON.stringify([
    {
      billNo: 'JX20260715000123',
      tradeTime: '2026/7/15 4:12:30',
      sellerName: '示例经营部',
      buyerName: '示例餐饮公司',
      goodsName: '番茄',
    },
  ]),
}

const occurredAt = { at: '2026-07-15T04:12:30+08:00', precision: 'second', raw: '2026/7/15 4:12:30' }
const parties = [{ role: 'seller', name: '示例经营部', ids: [] }]
const product = { name: '番茄', class: 'vegetable' }

/** What the hub answers to it: `saleKind` was meant as `{ const: wholesale }`, and `buyer_name` as `buyerName`. */
export const trialExample = {
  mapping: 'example-market/trade@1',
  encoding: 'utf-8',
  encodingMismatch: false,
  received: 1,
  rejected: 0,
  drift: { buyerName: 1 },
  doubts: [
    {
      path: 'mapping.yaml',
      line: 11,
      column: 17,
      target: 'saleKind',
      message: '"wholesale" is read as a field of the source',
      advice:
        'Did you mean { const: wholesale }? Where the source has a field of this name, write { from: wholesale }.',
    },
  ],
  unseen: [
    {
      path: 'mapping.yaml',
      line: 9,
      column: 30,
      target: 'parties.buyer.name.from',
      message: 'No record of the samples has the field "buyer_name"',
      advice: 'Did you mean "buyerName"?',
    },
  ],
  results: [
    {
      index: 0,
      key: ['JX20260715000123'],
      rejected: false,
      issues: [],
      records: [
        {
          kind: 'sale',
          id: 'urn:cnft:sale:example-market:trade:JX20260715000123',
          key: ['JX20260715000123'],
          operation: 'upsert',
          body: { occurredAt, parties, product, flags: [] },
        },
      ],
      fields: [
        { target: 'sale.occurredAt', from: ['tradeTime'], verb: 'date', value: occurredAt },
        { target: 'sale.product', from: ['goodsName'], verb: 'product', value: product },
        { target: 'sale.parties', from: ['sellerName'], verb: 'party', value: parties },
      ],
      unused: ['buyerName'],
    },
  ],
}
