import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIXED_SCHEMES } from '#core/identifiers/scheme.ts'
import type { Body } from '#core/model/body.ts'
import { normalCodes } from '#core/model/normal-codes.ts'
import { normaliseCode } from '#core/text.ts'

const of = (more: Partial<Body>): Body => ({ flags: [], ...more })

test('numbers of papers, codes of lots, parties, places and goods lose blanks, width and case, and what was written stays beside them', () => {
  expect(
    normalCodes(
      of({
        documents: [
          {
            role: 'self',
            type: 'promise_cert',
            number: 'ｈｇｚ 01-7k3m',
            sources: ['hgz-a', 'HGZ-B'],
            earTags: ['１33082500000217', '218'],
          },
        ],
        lots: [{ role: 'subject', scheme: 'local.farm', value: 'l-1' }],
        parties: [{ role: 'seller', ids: [{ scheme: 'cn.uscc', value: '91330402-ma2te5a250' }] }],
        sites: [{ role: 'market', ids: [{ scheme: 'cn.mofcom.node9', value: '３３０４０２００３' }] }],
        ids: [{ scheme: 'local.farm', value: ' p-7', raw: 'P 7' }],
        product: { code: '０１２３４', ids: [{ scheme: 'local.scales', value: 'plu7' }] },
        input: { lots: [{ role: 'input', scheme: 'other', value: 'x1' }] },
      }),
    ),
  ).toEqual(
    of({
      documents: [
        {
          role: 'self',
          type: 'promise_cert',
          number: 'HGZ01-7K3M',
          raw: 'ｈｇｚ 01-7k3m',
          sources: ['HGZ-A', 'HGZ-B'],
          earTags: ['133082500000217', '218'],
        },
      ],
      lots: [{ role: 'subject', scheme: 'local.farm', value: 'L-1', raw: 'l-1' }],
      parties: [
        {
          role: 'seller',
          ids: [{ scheme: 'cn.uscc', value: '91330402MA2TE5A250', raw: '91330402-ma2te5a250' }],
        },
      ],
      sites: [
        {
          role: 'market',
          ids: [{ scheme: 'cn.mofcom.node9', value: '330402003', raw: '３３０４０２００３' }],
        },
      ],
      ids: [{ scheme: 'local.farm', value: 'P-7', raw: 'P 7' }],
      product: {
        code: '01234',
        raw: '０１２３４',
        ids: [{ scheme: 'local.scales', value: 'PLU7', raw: 'plu7' }],
      },
      input: { lots: [{ role: 'input', scheme: 'other', value: 'X1', raw: 'x1' }] },
      raw: { 'documents.sources': 'hgz-a,HGZ-B', 'documents.earTags': '１33082500000217,218' },
    }),
  )
})

test('names, remarks, addresses, signatures, digests, identifiers of records and what the source wrote stay as they are', () => {
  const body = of({
    name: 'ａbc 公司',
    note: 'see hgz-1',
    vehicle: '浙f 12345',
    raw: { scheme: 'local.farm', value: 'l-1', number: 'x', role: 'self' },
    parties: [
      { role: 'seller', name: 'li ａ', ids: [{ scheme: 'cn.idcard.hash', value: '9f86d081884c7d65' }] },
    ],
    lots: [{ role: 'subject', scheme: 'rec', value: 'urn:cnft:sale:s:canonical:a%20b' }],
    documents: [
      {
        role: 'self',
        type: 'promise_cert',
        number: 'A-1',
        issuer: 'zj-agri',
        url: 'https://x.cn/q?id=a1',
        signature: 'aGVsbG8=',
        signedText: 'no a-1',
        basis: ['self_check'],
      },
    ],
    test: { item: 'ph', itemCode: 'a1', sample: 's 1', value: '7', verdict: 'pass' },
  })
  expect(normalCodes(body)).toBe(body)
})

test('a number of which nothing would be left stays as it was written', () => {
  const body = of({ documents: [{ role: 'self', type: 'promise_cert', number: ' \u3000' }] })
  expect(normalCodes(body)).toBe(body)
})

test('done twice it is as done once, and numbers are those that they are asked for by', () => {
  const scheme = fc.constantFrom(...FIXED_SCHEMES, 'local.farm', 'cn.hgz.zj', 'rec', 'unheard-of')
  const code = fc.oneof(
    fc.string({ maxLength: 30, unit: 'grapheme' }),
    fc.stringMatching(/^[0-9０-９a-zA-Zａ-ｆ \u200b-]{1,24}$/),
    fc.stringMatching(/^(sc)?\d{13,20}[xX]?$/),
  )
  fc.assert(
    fc.property(scheme, code, code, (scheme, value, number) => {
      const body = of({
        lots: [{ role: 'subject', scheme, value }],
        documents: [
          { role: 'self', type: 'promise_cert', number, sources: [value, number], earTags: [value] },
        ],
        product: { code: value },
      })
      const once = normalCodes(body)
      expect(normalCodes(once)).toBe(once)
      expect(once.documents?.[0]?.number).toBe(normaliseCode(number) || number)
    }),
    { numRuns: 2000 },
  )
})
