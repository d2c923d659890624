import { beforeAll, describe, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { trade } from '#test/jiaxing.ts'

const api = withApi()
const PERSON = '欧阳建国'
let reader = ''
let officer = ''
let receipt = ''
let id = ''

beforeAll(async () => {
  reader = await api.key('read')
  officer = await api.key('read', 'personal')
  const sent = await api.push(
    'jiaxing-wholesale/trade',
    JSON.stringify([trade('P1', { buyerName: PERSON }), trade('', { buyerName: PERSON })]),
  )
  expect(sent.json()).toMatchObject({ accepted: 1, rejected: 1 })
  receipt = sent.json().receipt
  id = sent.json().results[0].records[0].id
})

const paths = (): readonly string[] => [
  `/v1/records?kind=sale`,
  `/v1/records/${encodeURIComponent(id)}`,
  `/v1/records/${encodeURIComponent(id)}?versions=true`,
  '/v1/changes',
  '/v1/rejections',
]

describe('what is of a person', () => {
  it('is masked for the scope read, with and without a purpose, and the answer says so', async () => {
    for (const path of paths())
      for (const purpose of [null, 'recall']) {
        const answer = await api.call('GET', path, { key: reader, purpose })
        expect([answer.statusCode, path, answer.body.includes(PERSON)]).toEqual([200, path, false])
        expect(answer.headers['hub-masked']).toBe('personal')
      }
  })

  it('is masked for the scope personal, and for the administrator, where nobody says why', async () => {
    for (const path of paths())
      for (const key of [officer, undefined]) {
        const answer = await api.call('GET', path, { ...(key ? { key } : {}), purpose: null })
        expect([answer.statusCode, path, answer.body.includes(PERSON)]).toEqual([200, path, false])
      }
  })

  it('is given with the scope and a purpose, and the log has who, why and what', async () => {
    for (const path of paths()) {
      const answer = await api.call('GET', path, { key: officer, purpose: 'complaint; 投诉 17 号' })
      expect([path, answer.body.includes(PERSON)]).toEqual([path, true])
      expect(answer.headers['hub-masked']).toBeUndefined()
    }
    const { rows } = await api.pool.query(
      `select action, facts::jsonb as facts from audit_log where kind = 'access' and facts::jsonb->>'full' = 'true' order by id`,
    )
    expect(rows.map(({ action }) => action)).toEqual([
      'listRecords',
      'getRecord',
      'getRecord',
      'listChanges',
      'listRejections',
    ])
    expect(rows[0].facts).toMatchObject({ purpose: 'complaint; 投诉 17 号', records: [id] })
  })

  it('is not given where the log cannot be written', async () => {
    await api.pool.query('alter table audit_log rename to audit_log_away')
    try {
      for (const path of paths()) {
        const answer = await api.call('GET', path, { key: officer, purpose: 'complaint' })
        expect([answer.statusCode, answer.body.includes(PERSON)]).toEqual([500, false])
      }
    } finally {
      await api.pool.query('alter table audit_log_away rename to audit_log')
    }
  })

  it('is in the bytes of a message, which need a purpose even of an administrator', async () => {
    expect((await api.call('GET', `/v1/messages/${receipt}`, { purpose: null })).statusCode).toBe(403)
    const answer = await api.call('GET', `/v1/messages/${receipt}`, { purpose: 'proof' })
    expect(answer.body).toContain(PERSON)
  })

  it('is never asked for with a purpose that is not on the list', async () => {
    const answer = await api.call('GET', paths()[0] as string, { key: officer, purpose: 'curious' })
    expect([answer.statusCode, answer.body.includes(PERSON)]).toEqual([400, false])
  })
})
