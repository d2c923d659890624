import { beforeAll, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
beforeAll(async () => {
  await api.push(TRADES, JSON.stringify([trade('JXSG2024041500018')]))
})

it('a bill is traced back to the certificate that its goods came under', async () => {
  const answer = await api.call('GET', '/v1/trace/JXSG2024041500018?direction=back&depth=3')
  expect(answer.statusCode).toBe(200)
  const graph = answer.json()
  expect(graph).toMatchObject({ code: 'JXSG2024041500018', direction: 'back', at: null, next: null })
  expect(graph.nodes.map((node: { value: string }) => node.value)).toContain('HGZ20240415-7K3M')
  expect(graph.edges.length).toBeGreaterThan(0)
})

it('what the hub knew before the record came is nothing', async () => {
  expect((await api.call('GET', '/v1/trace/JXSG2024041500018?at=2020-01-01')).statusCode).toBe(404)
  expect(
    (await api.call('GET', '/v1/trace/JXSG2024041500018?at=2099-01-01T00:00:00%2B08:00')).statusCode,
  ).toBe(200)
})

it('a lot card names the papers next to it', async () => {
  const answer = await api.call('GET', '/v1/lots/JXSG2024041500018')
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({ code: 'JXSG2024041500018', truncated: false })
})

it('a document answers with what was used of it', async () => {
  const answer = await api.call('GET', '/v1/documents/any/HGZ20240415-7K3M?on=2024-04-15')
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({ number: 'HGZ20240415-7K3M', on: '2024-04-15', usedKg: '100' })
})

it.each([
  'https://zs.example.cn/t/HGZ20240415-7K3M?of=0123456789',
  'https://hgz.example.cn/c/HGZ20240415-7K3M',
  `https://hgz.example.cn/query?sign=${'x'.repeat(300)}&certNo=HGZ20240415-7K3M`,
  'https%3A%2F%2Fzs.example.cn%2Ft%2FHGZ20240415-7K3M',
])('what a scanner reads from the QR code, %s, is asked as it is', async (scanned) => {
  const code = encodeURIComponent(scanned)
  for (const path of [`/v1/trace/${code}`, `/v1/lots/${code}`]) {
    const answer = await api.call('GET', path)
    expect(answer.statusCode).toBe(200)
    expect(answer.json().code).toBe(scanned)
    expect(answer.body).toContain('doc:HGZ20240415-7K3M')
  }
  for (const path of [`/v1/documents/${code}`, `/v1/documents/any/${code}`]) {
    const answer = await api.call('GET', path)
    expect(answer.statusCode).toBe(200)
    expect(answer.json().number).toBe('HGZ20240415-7K3M')
  }
  const gate = await api.call('POST', '/v1/documents/check', {
    body: JSON.stringify({ papers: [{ number: scanned }, { number: 'HGZ20240415-7K3M' }] }),
  })
  const [one, other] = gate.json().papers
  expect(one).toEqual(other)
  expect(one.number).toBe('HGZ20240415-7K3M')
})

it('the address in the QR code of a certificate is the certificate, also where its number does not stand in it', async () => {
  const number = 'HGZ20240416-AB2C'
  const certificate = {
    ...{ kind: 'document', system: 'jiaxing-wholesale', key: ['url'] },
    occurredAt: { at: '2024-04-16T06:00:00+08:00', precision: 'second' },
    parties: [{ role: 'issuer', name: '龙游示例蔬菜专业合作社', ids: [] }],
    documents: [{ role: 'self', type: 'promise_cert', number, url: 'https://hgz.example.cn/v?s=8fA3-x' }],
  }
  expect((await api.call('POST', '/v1/records', { body: certificate })).json().accepted).toBe(1)
  const scanned = 'https://hgz.example.cn/v?s=8fA3-x'
  const gate = await api.call('POST', '/v1/documents/check', {
    body: { papers: [{ number: 'https://hgz.example.cn/v?s=other' }, { number: scanned }] },
  })
  expect(gate.json().papers.map((paper: { number: string }) => paper.number)).toEqual([
    'HTTPS://HGZ.EXAMPLE.CN/V?S=OTHER',
    number,
  ])
  const code = encodeURIComponent(scanned)
  expect((await api.call('GET', `/v1/documents/${code}`)).json()).toMatchObject({ number })
  expect((await api.call('GET', `/v1/trace/${code}`)).json()).toMatchObject({
    roots: [`doc:${number}`],
    candidates: [{ by: { scheme: 'url', value: scanned } }],
  })
})

it('an address that holds no number is a paper that nobody knows, and no mistake of the question', async () => {
  const gate = await api.call('POST', '/v1/documents/check', {
    body: JSON.stringify({
      papers: [{ number: 'https://hgz.example.cn/query' }, { number: 'HGZ20240415-7K3M' }],
    }),
  })
  expect(gate.statusCode).toBe(200)
  expect(gate.json().papers[0].reasons.map(({ code }: { code: string }) => code)).toEqual(['not_found'])
  expect((await api.call('GET', '/v1/documents/https%3A%2F%2Fhgz.example.cn%2Fquery')).statusCode).toBe(404)
})

it.each(['/v1/lots/NOBODY', '/v1/trace/NOBODY', '/v1/documents/any/NOBODY'])('%s is 404', async (path) => {
  expect((await api.call('GET', path)).statusCode).toBe(404)
})

it.each([
  '/v1/trace/A?direction=sideways',
  '/v1/trace/A?depth=0',
  '/v1/trace/A?depth=31',
  '/v1/trace/A?at=soon',
  '/v1/trace/A?after=xyz',
  '/v1/trace/a%00b',
  `/v1/lots/${'9'.repeat(201)}`,
  '/v1/documents/any/1?on=2024-02-30',
  '/v1/documents/passport/1',
])('%s is refused', async (path) => {
  const answer = await api.call('GET', path)
  expect(answer.statusCode).toBe(400)
  expect(answer.json().code).toBe('invalid_request')
})

it('anyone sees the public page and its JSON, and neither names a person or a seller’s code', async () => {
  for (const path of ['/t/JXSG2024041500018', '/public/v1/trace/JXSG2024041500018']) {
    const answer = await api.call('GET', path, { key: null })
    expect(answer.statusCode).toBe(200)
    expect(answer.body).not.toContain('3304020030107')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
  }
})
