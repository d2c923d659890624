import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()
const PRODUCT_A = 'livestock-quarantine/product-a'
const sample = (name: string) => readFileSync(`mappings/livestock-quarantine/samples/${name}.xml`)
const headers = { SOAPAction: '"uploadProductA"' }

it.each(['text/xml; charset=utf-8', 'application/soap+xml; charset=utf-8; action="uploadProductA"'])(
  'a certificate comes in as %s and is found by its number',
  async (type) => {
    const answer = await api.push(PRODUCT_A, sample('valid/one'), { type, headers })
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toContain('<![CDATA[<row><CODE>1</CODE></row>]]>')
    const receipt = await api.call('GET', String(answer.headers['location']))
    expect(receipt.json()).toMatchObject({ received: 1, rejected: 0, results: [{ key: ['3413020988'] }] })
    const paper = await api.call('GET', '/v1/documents/product_A/3413020988?on=2024-04-16')
    expect(paper.json()).toMatchObject({
      verdict: 'valid',
      issues: [{ type: 'product_A', form: '2010', validUntil: '2024-04-16', territory: 'anywhere' }],
    })
    expect((await api.call('GET', '/v1/documents/product_A/3413020988?on=2024-04-17')).json().verdict).toBe(
      'expired',
    )
  },
)

it.each([
  ['invalid/doctype-inside', 'arg0'],
  ['invalid/truncated', 'end of file'],
])('%s is refused as a whole at %s', async (name, place) => {
  const answer = await api.push(PRODUCT_A, sample(name), { type: 'text/xml', headers })
  expect(answer.statusCode).toBe(400)
  expect(answer.body).toContain('<faultcode>')
  const receipt = await api.call('GET', String(answer.headers['location']))
  expect(receipt.json()).toMatchObject({ state: 'refused', problem: { code: 'E_SCHEMA', path: place } })
})

it('a certificate that another system used too late is told where the paper is asked for', async () => {
  await api.push(PRODUCT_A, sample('valid/one'), { type: 'text/xml', headers })
  const entry = {
    kind: 'entry',
    key: ['E-1'],
    occurredAt: { at: '2024-04-17T05:00:00+08:00', precision: 'second' },
    parties: [{ role: 'owner', name: '埇桥示例食品有限公司', ids: [] }],
    documents: [{ role: 'upstream', type: 'product_A', number: '3413020988' }],
    flags: [],
  }
  const pushed = await api.call('POST', '/v1/records', { body: { ...entry, system: 'livestock-quarantine' } })
  expect(pushed.json()).toMatchObject({ accepted: 1 })
  const paper = (await api.call('GET', '/v1/documents/product_A/3413020988')).json()
  expect(paper.uses.map(({ flags }: { flags: string[] }) => flags)).toEqual([['W_DOC_EXPIRED']])
})
