import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codesMeant } from '#core/lineage/codes.ts'
import { addressCodes, otherCodesMeant } from '#core/lineage/other-codes.ts'
import { codesOfAddress } from '#core/lineage/scanned.ts'

test.each([
  ['https://zs.example.cn/t/33082500724041500001', ['33082500724041500001']],
  ['https://zs.example.cn/t/33082500724041500001?of=0123456789', ['33082500724041500001']],
  ['https://zs.example.cn/t/33082500724041500001/labels?count=24', ['33082500724041500001']],
  ['https://zs.example.cn/public/v1/trace/HGZ20240415-7K3M', ['HGZ20240415-7K3M']],
  ['https://zs.example.cn/t/%E6%B5%99%E5%86%9C%E5%AD%97%E7%AC%AC001%E5%8F%B7', ['浙农字第001号']],
  ['https%3A%2F%2Fzs.example.cn%2Ft%2F33082500724041500001', ['33082500724041500001']],
  [' HTTPS://ZS.EXAMPLE.CN/T/33082500724041500001 ', ['33082500724041500001']],
  ['http://zs.example.cn/t/33082500724041500001/', ['33082500724041500001']],
  ['www.zs.example.cn/t/33082500724041500001', ['33082500724041500001']],
  ['https://hgz.example.cn/c/HGZ20240415-7K3M', ['HGZ20240415-7K3M']],
  ['https://hgz.example.cn/view/HGZ20240415-7K3M.html', ['HGZ20240415-7K3M']],
  ['https://hgz.example.cn/query2.jsp?certNo=HGZ20240415-7K3M&lang=zh2', ['HGZ20240415-7K3M']],
  ['https://hgz.example.cn/#/c/HGZ20240415-7K3M', ['HGZ20240415-7K3M']],
  ['https://hgz.example.cn/h5/#/pages/cert?id=HGZ20240415-7K3M', ['HGZ20240415-7K3M']],
  ['https://qs.example.cn/?number=3413020988&appid=wx12', ['3413020988']],
  ['https://id.gs1.org/01/06903244679763/10/L24', []],
  ['https://zs.example.cn/', []],
  ['https://zs.example.cn/query', []],
  ['https://[', []],
  ['https://zs.example.cn/t/a%001', []],
])('%s holds %j', (text, codes) => {
  expect(codesOfAddress(text)).toEqual(codes)
})

test.each([
  '33082500724041500001',
  '浙农/2024/001',
  'urn:epc:id:sgtin:69012345.0.1',
  'zs.example.cn/t/1',
  '',
])('%j is no address', (text) => expect(codesOfAddress(text)).toBeNull())

test('an address means what its code means, and itself', () => {
  const address = 'https://zs.example.cn/t/33082500724041500001'
  expect(codesMeant(address, ['one'])).toEqual(
    expect.arrayContaining([...codesMeant('33082500724041500001', ['one']), `lot:${address}`]),
  )
  expect(otherCodesMeant('https://zs.example.cn/t/2024041500047')).toEqual(
    expect.arrayContaining(otherCodesMeant('2024041500047')),
  )
  expect(otherCodesMeant('https://x.example.cn/gtin/6903244679763/lot/L24')).toContain(
    'gs1:010690324467976310L24',
  )
})

test('an address is compared without its scheme and the stroke at its end, and its path letter by letter', () => {
  const [code] = addressCodes('https://hgz.example.cn/v?k=8fA3')
  expect(code).toMatch(/^url:[0-9a-f]{32}$/)
  expect(addressCodes('HTTP://HGZ.Example.cn/v?k=8fA3')).toEqual([code])
  expect(addressCodes('https%3A%2F%2Fhgz.example.cn%2Fv%3Fk%3D8fA3')).toEqual([code])
  expect(addressCodes('https://hgz.example.cn/v?k=8FA3')).not.toEqual([code])
  expect(addressCodes('HGZ20240415-7K3M')).toEqual([])
})

test('the number of a lot in an address of GS1 is not that of any other goods', () => {
  expect(codesMeant('https://id.gs1.org/01/06903244679763/10/L24', ['one'])).not.toContain('local.one:L24')
})

test('the address of a page holds the code of the page, whatever the code is', () => {
  const shown = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    .filter((text) => text.trim() === text)
  fc.assert(
    fc.property(shown, fc.constantFrom('7', '20'), (text, digits) => {
      const code = `${text}${digits}`
      fc.pre(!/\p{Cc}/u.test(code) && code.isWellFormed())
      const address = `https://zs.example.cn/t/${encodeURIComponent(code)}`
      expect(codesOfAddress(address)).toEqual([code.trim()])
      expect(codesOfAddress(encodeURIComponent(address))).toEqual([code.trim()])
    }),
  )
})
