import { readFileSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()
const post = async (...records: object[]) => {
  const answer = await api.call('POST', '/v1/records', { body: records })
  expect(answer.statusCode, answer.body).toBe(200)
  expect(answer.json().rejected, answer.body).toBe(0)
  return answer.json()
}
const get = async (url: string) => {
  const answer = await api.call('GET', url)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}

const occurredAt = { at: '2024-04-15T06:00:00+08:00', precision: 'second' }
const parties = [{ role: 'producer', name: '龙游示例合作社', ids: [] }]
const quantity = { value: '30', unit: 'KGM' }
/** A certificate that nobody else tells of, as its platform writes it: small letters, full width, blanks. */
const certificate = {
  kind: 'document',
  system: 'zj-agri-certificate',
  key: ['c1'],
  occurredAt,
  parties,
  quantity,
  product: { name: '番茄', class: 'vegetable' },
  documents: [{ role: 'self', type: 'promise_cert', number: 'ｈgz20240416 -9q2x', issuedOn: occurredAt }],
}
/** Two records of different systems that name the paper of a trade which its own system pushed through a mapping. */
const entry = {
  kind: 'entry',
  system: 'shaoxing-slaughter',
  key: ['e1'],
  occurredAt,
  parties,
  product: { name: '番茄', class: 'vegetable' },
  quantity,
  lots: [{ role: 'subject', scheme: 'local.shaoxing-slaughter', value: 'lot a1' }],
  documents: [{ role: 'upstream', type: 'sales_voucher', number: 'jxsg2024041500018' }],
}

beforeAll(async () => {
  const trade = readFileSync('mappings/jiaxing-wholesale/samples/valid/one.json')
  const sent = await api.push('jiaxing-wholesale/trade', trade, { type: 'application/json' })
  expect(sent.statusCode, sent.body).toBe(200)
  await post(certificate)
  await post(entry)
})

it('a paper sent canonically is found by its number however either side wrote it', async () => {
  for (const number of ['HGZ20240416-9Q2X', 'ｈgz20240416 -9q2x', 'hgz20240416-9q2x']) {
    const paper = await get(`/v1/documents/promise_cert/${encodeURIComponent(number)}?on=2024-04-16`)
    expect(paper).toMatchObject({ number: 'HGZ20240416-9Q2X', verdict: 'valid', statedKg: '30' })
    const { records } = await get(`/v1/records?code=${encodeURIComponent(number)}`)
    expect(records).toMatchObject([{ key: ['c1'] }])
  }
})

it('the check at a gate finds a paper that was sent canonically in small letters', async () => {
  const body = { papers: [{ number: 'HGZ20240416-9Q2X', on: '2024-04-16' }] }
  const answer = await api.call('POST', '/v1/documents/check', { body })
  expect(answer.json().papers[0], answer.body).toMatchObject({
    type: 'promise_cert',
    left: { value: '30', unit: 'KGM' },
  })
})

it('a canonical record is linked with what another system tells of the same paper', async () => {
  const graph = await get('/v1/trace/HGZ20240415-7K3M?direction=forward')
  const codes = graph.nodes.map(({ code }: { code: string }) => code)
  expect(codes).toContain('local.shaoxing-slaughter:LOTA1')
})

it('a canonical record keeps its key and what its source wrote, and sent again, in this form or that, it is unchanged', async () => {
  const again = await post(certificate)
  expect([again.unchanged, (await post(entry)).unchanged]).toEqual([1, 1])
  const id = again.results[0].records[0].id
  const record = await get(`/v1/records/${encodeURIComponent(id)}`)
  expect(record).toMatchObject({
    key: ['c1'],
    version: 1,
    documents: [{ number: 'HGZ20240416-9Q2X', raw: 'ｈgz20240416 -9q2x' }],
  })
  const asRead = { ...entry, lots: [{ ...entry.lots[0], value: 'LOTA1', raw: 'lot a1' }] }
  const [paper] = entry.documents
  const documents = [{ ...paper, number: 'JXSG2024041500018', raw: 'jxsg2024041500018' }]
  expect(await post({ ...asRead, documents })).toMatchObject({ unchanged: 1 })
})
