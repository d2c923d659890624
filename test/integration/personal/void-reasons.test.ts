import { beforeAll, describe, expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { storeRecords, type Written } from '#test/trace/store-records.ts'

const api = withApi()
/** What a sender may write where it says why: a name and a telephone. */
const VOIDED = '欧阳建国 13800001234 填错数量'
const HELD = '司马光明举报异味'
const CODE = '33082500724041509999'
const at = (text: string) => ({ at: `${text}+08:00`, precision: 'second' as const })

const paper: Written = {
  kind: 'document',
  system: 'zj-agri-certificate',
  key: 'HGZ-VOIDED-1',
  status: 'void',
  body: {
    occurredAt: at('2024-04-15T05:00:00'),
    lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: CODE }],
    documents: [{ role: 'self', type: 'promise_cert', number: 'HGZ-VOIDED-1' }],
    product: { code: '01233401', name: '番茄', class: 'vegetable' },
    void: { reason: VOIDED },
  },
}
const hold: Written = {
  kind: 'hold',
  system: 'market-regulator',
  key: 'H-1',
  body: {
    occurredAt: at('2024-04-15T10:00:00'),
    lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: CODE }],
    holdKind: 'stop_sale',
    cause: HELD,
  },
}

let reader = ''
let officer = ''
beforeAll(async () => {
  await storeRecords(api.pool, [paper, hold])
  reader = await api.key('read')
  officer = await api.key('read', 'personal')
})

/** Forms in which it is shown; the parts of a workbook are stored uncompressed. */
const VOID_FORMS = [
  `/v1/trace/${CODE}`,
  `/v1/trace/${CODE}/picture.svg`,
  `/v1/trace/${CODE}/sheet.xlsx`,
  `/v1/lots/${CODE}`,
  '/v1/documents/HGZ-VOIDED-1',
  '/v1/documents/promise_cert/HGZ-VOIDED-1',
] as const

const ask = async (path: string, key: string, purpose: string | null) => {
  const answer = await api.call('GET', path, { key, purpose })
  return {
    status: answer.statusCode,
    masked: answer.headers['hub-masked'],
    text: answer.rawPayload.toString(),
  }
}
const check = (key: string, purpose: string | null) =>
  api.call('POST', '/v1/documents/check', { key, purpose, body: { papers: [{ number: 'HGZ-VOIDED-1' }] } })

describe('why something was made void, as its sender wrote it,', () => {
  it('is in no answer of traces and papers without scope and purpose, in none of their forms', async () => {
    for (const path of VOID_FORMS)
      for (const [key, purpose] of [
        [reader, null],
        [reader, 'recall'],
        [officer, null],
      ] as const) {
        const { status, masked, text } = await ask(path, key, purpose)
        expect([path, status, masked]).toEqual([path, 200, 'personal'])
        expect([path, text.includes('欧阳'), text.includes('13800001234')]).toEqual([path, false, false])
      }
    const gate = await check(reader, null)
    expect([gate.statusCode, gate.headers['hub-masked']]).toEqual([200, 'personal'])
    expect(gate.body).not.toContain('欧阳')
    expect(gate.json().papers[0]).toMatchObject({ verdict: 'refuse', status: 'void' })
  })

  it('is given in every form with both, and the log of evidence says so', async () => {
    for (const path of VOID_FORMS) {
      // A picture cuts what is wider than its box.
      const shown = path.endsWith('.svg') ? VOIDED.slice(0, 2) : VOIDED
      const { status, masked, text } = await ask(path, officer, 'complaint')
      expect([path, status, masked, text.includes(shown)]).toEqual([path, 200, undefined, true])
    }
    expect((await check(officer, 'complaint')).body).toContain(VOIDED)
    const { rows } = await api.pool.query<{ action: string }>(
      `select action from audit_log where kind = 'access' and facts::jsonb->>'full' = 'true' order by id`,
    )
    expect(rows.map(({ action }) => action)).toEqual([
      'traceLot',
      'drawTrace',
      'writeTrace',
      'getLot',
      'findDocument',
      'getDocument',
      'checkDocuments',
    ])
  })

  it('is not given where the log of evidence cannot be written', async () => {
    await api.pool.query('alter table audit_log rename to audit_log_away')
    try {
      for (const path of VOID_FORMS)
        expect(await ask(path, officer, 'complaint')).toMatchObject({
          status: 500,
          text: expect.not.stringContaining('欧阳'),
        })
    } finally {
      await api.pool.query('alter table audit_log_away rename to audit_log')
    }
  })
})

it('why goods were held is masked in the same way: the rest of the answer is the same', async () => {
  const path = `/v1/trace/${CODE}`
  expect((await ask(path, reader, null)).text).not.toContain(HELD)
  expect((await ask(path, officer, 'complaint')).text).toContain(HELD)
})

it('public pages have neither', async () => {
  for (const path of [`/t/${CODE}`, `/public/v1/trace/${CODE}`]) {
    const answer = await api.call('GET', path, { key: null })
    expect([path, answer.statusCode, /欧阳|司马|13800001234/.test(answer.body)]).toEqual([path, 200, false])
  }
})
