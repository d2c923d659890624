import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { mappingExample, trialExample } from '#api/examples-mappings.ts'
import { withApi } from '#test/api.ts'
import { trade } from '#test/jiaxing.ts'

const api = withApi()
const mapping = [
  'mapping: example/trade',
  'version: 1',
  'read: { format: json }',
  'key: [billNo]',
  'emit:',
  '  - kind: sale',
  '    fields:',
  "      occurredAt: { from: tradeTime, date: ['yyyy/M/d H:mm:ss'] }",
  '      parties.seller: { name: sellerName }',
  '      product: { name: goodsName }',
  '',
].join('\n')
const tryIt = (body: object, key?: string) =>
  api.call('POST', '/v1/mappings/try', { body, ...(key ? { key } : {}) })

it('gives the records, where each field came from, and what nothing read; and stores nothing', async () => {
  const answer = await tryIt({ mapping, sample: JSON.stringify([trade('A1'), trade('')]) })
  expect(answer.statusCode).toBe(200)
  const trial = answer.json()
  expect(trial).toMatchObject({ mapping: 'example/trade@1', encoding: 'utf-8', received: 2, rejected: 1 })
  expect(trial.drift).toMatchObject({ plateNo: 2, netWeight: 2 })
  expect(trial.drift).not.toHaveProperty('goodsName')
  const [first, second] = trial.results
  expect(first).toMatchObject({
    key: ['A1'],
    rejected: false,
    records: [{ kind: 'sale', operation: 'upsert' }],
  })
  expect(first.records[0].body.product.name).toBe('番茄')
  expect(first.fields.find((field: { target: string }) => field.target.includes('product'))).toMatchObject({
    from: ['goodsName'],
  })
  expect(first.unused).toContain('plateNo')
  expect(first.unused).not.toContain('goodsName')
  expect(second).toMatchObject({ rejected: true })
  expect((await api.call('GET', '/v1/records')).json().records).toEqual([])
})

it('takes bytes in base64, in the encoding that they have', async () => {
  const bytes = await readFile(
    new URL('../../../mappings/shaoxing-slaughter/samples/valid/trade-one.xml', import.meta.url),
  )
  const text = await readFile(
    new URL('../../../mappings/shaoxing-slaughter/trade.yaml', import.meta.url),
    'utf8',
  )
  const answer = await tryIt({
    mapping: text,
    sampleBase64: bytes.toString('base64'),
    contentType: 'text/xml; charset=utf-8',
  })
  expect(answer.statusCode).toBe(200)
  expect(answer.json().received).toBeGreaterThan(0)
})

it('says that the declared encoding is wrong of bytes alone: a text has none', async () => {
  const declared = mapping.replace('format: json', 'format: json, encoding: gbk')
  const sample = JSON.stringify([trade('A1')])
  const ofText = await tryIt({ mapping: declared, sample })
  expect(ofText.json()).toMatchObject({ encodingMismatch: false, received: 1 })
  const ofBytes = await tryIt({ mapping: declared, sampleBase64: Buffer.from(sample).toString('base64') })
  expect(ofBytes.json()).toMatchObject({ encodingMismatch: true, received: 1 })
})

it('names every mistake of the file at once, with line and column', async () => {
  const wrong = mapping
    .replace('kind: sale', 'kind: sail')
    .replace('goodsName', '{ from: goodsName, shout: true }')
  const answer = await tryIt({ mapping: wrong, sample: '[]' })
  expect(answer.statusCode).toBe(422)
  const { code, issues, mistakes } = answer.json()
  expect(code).toBe('mapping_invalid')
  expect(mistakes.length).toBeGreaterThan(0)
  expect(issues[0].path).toMatch(/^line \d+, column \d+$/)
  expect(mistakes.some((mistake: { line: number }) => mistake.line === 6)).toBe(true)
})

it('tells what works and is surely not meant, and fields that no record of the sample has, in the language of the caller', async () => {
  const body = {
    mapping: mapping.replace(
      '      parties.seller: { name: sellerName }',
      '      saleKind: wholesale\n      parties.seller: { name: selerName }',
    ),
    sample: JSON.stringify([trade('A1')]),
  }
  const english = await api.call('POST', '/v1/mappings/try', { body, headers: { 'accept-language': 'en' } })
  expect(english.statusCode).toBe(200)
  expect(english.json()).toMatchObject({
    doubts: [
      {
        path: 'mapping.yaml',
        line: 9,
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
        line: 10,
        target: 'parties.seller.name.from',
        message: 'No record of the samples has the field "selerName"',
        advice: 'Did you mean "sellerName"?',
      },
    ],
  })
  const chinese = await api.call('POST', '/v1/mappings/try', { body, headers: { 'accept-language': 'zh' } })
  expect(chinese.json()).toMatchObject({
    doubts: [{ message: '“wholesale”在此按来源字段读取' }],
    unseen: [{ advice: '是否应为“sellerName”？' }],
  })
  const clean = await tryIt({ mapping, sample: JSON.stringify([trade('A1')]) })
  expect(clean.json()).toMatchObject({ doubts: [], unseen: [] })
})

it('tells the same of a version that is stored', async () => {
  const answer = await tryIt({
    version: 'jiaxing-wholesale/trade@2',
    sample: JSON.stringify([{ billNo: 'A1' }]),
  })
  expect(answer.statusCode).toBe(200)
  expect(answer.json().unseen.length).toBeGreaterThan(0)
})

it('a sample that cannot be read is refused with the place', async () => {
  const answer = await tryIt({ mapping, sample: '[{"billNo":' })
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ code: 'unreadable_message', issues: [{ path: 'end of text' }] })
})

it('a mapping file that is no mapping, or no YAML, is refused and nothing breaks', async () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
    .split('')
    .map((n, i) => `${n}: &${n} [${Array(9).fill(`*${'abcdefghij'[i]}`).join()}]`)
    .join('\n')}\n`
  for (const text of ['x', '[]', '{', 'mapping: [', '\u0001', bomb, `${'['.repeat(5000)}`]) {
    expect((await tryIt({ mapping: text, sample: '[]' })).statusCode, text.slice(0, 20)).toBe(422)
  }
})

it('needs one sample, and a reader', async () => {
  expect((await tryIt({ mapping })).statusCode).toBe(400)
  expect((await tryIt({ mapping, sample: '[]', sampleBase64: 'W10=' })).statusCode).toBe(400)
  expect((await tryIt({ mapping, sample: '[]' }, await api.key('read'))).statusCode).toBe(200)
  expect((await tryIt({ mapping, sample: '[]' }, await api.key('push:jiaxing-wholesale'))).statusCode).toBe(
    403,
  )
})

it('the example of the API document is what the hub answers', async () => {
  const headers = { 'accept-language': 'en' }
  const answer = await api.call('POST', '/v1/mappings/try', { body: mappingExample, headers })
  expect(answer.json()).toEqual(trialExample)
})
