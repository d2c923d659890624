import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIXED_SCHEMES } from '#core/identifiers/scheme.ts'
import type { Body } from '#core/model/body.ts'
import { ownCodes } from '#core/model/own-codes.ts'

const of = (parts: object) => ({ flags: [], ...parts }) as unknown as Body

test('numbers of a source’s own are told apart by its name, wherever a record has a code', () => {
  const { body, unknown } = ownCodes(
    of({
      lots: [{ role: 'subject', scheme: 'local', value: 'B001' }],
      parties: [{ role: 'seller', ids: [{ scheme: 'local', value: '7' }] }],
      input: { lots: [{ role: 'input', scheme: 'local', value: 'A1' }] },
      raw: { lot: { scheme: 'local', value: 'B001' } },
    }),
    'market-a',
  )
  expect(body).toEqual(
    of({
      lots: [{ role: 'subject', scheme: 'local.market-a', value: 'B001' }],
      parties: [{ role: 'seller', ids: [{ scheme: 'local.market-a', value: '7' }] }],
      input: { lots: [{ role: 'input', scheme: 'local.market-a', value: 'A1' }] },
      raw: { lot: { scheme: 'local', value: 'B001' } },
    }),
  )
  expect(unknown).toEqual([])
})

test('a lot of a scheme that nobody knows is the source’s own and named; codes of others keep their scheme', () => {
  const { body, unknown } = ownCodes(
    of({
      lots: [
        { role: 'subject', scheme: 'batch', value: 'B001' },
        { role: 'source', scheme: 'local.farm', value: 'F1' },
        { role: 'source', scheme: 'rec', value: 'urn:cnft:sale:a:b:1' },
      ],
      sites: [{ role: 'market', ids: [{ scheme: 'name', value: '7' }] }],
    }),
    'market-a',
  )
  expect(body.lots?.map(({ scheme }) => scheme)).toEqual(['local.market-a', 'local.farm', 'rec'])
  expect(body.sites).toEqual([{ role: 'market', ids: [{ scheme: 'name', value: '7' }] }])
  expect(unknown).toEqual([{ path: '/lots/0/scheme', scheme: 'batch' }])
})

test('done twice it is as done once, and known schemes are never changed', () => {
  const scheme = fc.constantFrom(...FIXED_SCHEMES, 'local', 'local.farm', 'cn.hgz.zj', 'rec', 'unheard-of')
  fc.assert(
    fc.property(scheme, fc.string({ minLength: 1 }), (scheme, value) => {
      const body = of({ lots: [{ role: 'subject', scheme, value }] })
      const once = ownCodes(body, 'a').body
      expect(ownCodes(once, 'a')).toEqual({ body: once, unknown: [] })
      expect(ownCodes(once, 'a').body).toBe(once)
      if (scheme !== 'local' && scheme !== 'unheard-of') expect(once).toBe(body)
    }),
  )
})
