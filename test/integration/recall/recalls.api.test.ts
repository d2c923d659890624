import { beforeAll, describe, expect, test } from 'vitest'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { createLink } from '#store/links.ts'
import { escalate } from '#store/recall-urging.ts'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'

const api = withApi()
const LOT = 'R1'
const MARKET = '330105012'
const links: { readonly [name: string]: string } = {}
let hold = ''
let kase = ''

interface Notice {
  readonly receiver: string
  readonly order: string
  readonly reportDueAt: string | null
  readonly acknowledgedAt: string | null
  readonly reportedAt: string | null
  readonly how: string | null
  readonly events: readonly { readonly event: string; readonly action: string | null }[]
}
const noticesOf = async (of: string, query = ''): Promise<{ notices: Notice[]; next: string | null }> => {
  const answer = await api.call('GET', `/v1/recalls/${encodeURIComponent(of)}/notices${query}`)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}
const acknowledge = (key: string | null, body: object, of = hold) =>
  api.call('POST', `/v1/holds/${encodeURIComponent(of)}/acknowledgements`, { key, body })
const rehearse = (body: object, more: object = {}, ending = '') =>
  api.call('POST', `/v1/recalls/rehearse${ending}`, { body, ...more })

beforeAll(async () => {
  await createSystem(api.pool, { id: 'plain-market', title: { zh: '甲', en: 'A' } })
  const wish = { url: 'https://receiver.example/in', cursor: 0n, filter: { kinds: ['hold'] } }
  for (const [key, name] of Object.entries({ one: '上城区市场监管局', two: '王小明摊' }))
    Object.assign(links, { [key]: (await createLink(api.pool, { ...wish, name })).link.id })
  const stored = await api.call('POST', '/v1/records', {
    body: [
      {
        ...{ kind: 'entry', system: 'plain-market', key: ['1'] },
        occurredAt: { at: '2024-04-15T03:00:00+08:00', precision: 'second' },
        region: { code: '330105', year: 2024 },
        sites: [{ role: 'market', name: '甲市场', ids: [{ scheme: 'cn.mofcom.node9', value: MARKET }] }],
        product: { name: '菠菜', class: 'vegetable' },
        lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: LOT }],
        quantity: { value: '40', unit: 'KGM' },
      },
    ],
  })
  expect(stored.json().rejected, stored.body).toBe(0)
  const opened = await api.call('POST', '/v1/cases', { body: { code: LOT, reason: '群众举报' } })
  expect(opened.statusCode, opened.body).toBe(201)
  kase = opened.json().id
  hold = opened.json().holds[0].record
  await followToTheEnd(api.pool, casesFollower({ pool: api.pool, intake: api.intake }))
})

describe('POST /v1/recalls/rehearse', () => {
  test('tells what a recall would reach, as JSON and as a sheet in the language that is asked for', async () => {
    const key = await api.key('read')
    const told = await rehearse({ code: LOT }, { key })
    expect(told.statusCode, told.body).toBe(200)
    expect(told.json()).toMatchObject({ numbers: { lots: 1, links: 2 } })
    expect(
      (await rehearse({ code: LOT, direction: 'forward', confidence: 0.9, at: '2099-01-01' })).statusCode,
    ).toBe(200)
    const sheets = await Promise.all(
      ['zh', 'en'].map((language) =>
        rehearse({ code: LOT }, { key, headers: { 'accept-language': language } }, '.xlsx'),
      ),
    )
    for (const sheet of sheets) {
      expect(sheet.headers['content-type']).toContain('spreadsheetml')
      expect(sheet.headers['content-disposition']).toContain('recall.xlsx')
      expect(sheet.rawPayload.subarray(0, 2).toString()).toBe('PK')
    }
    expect(sheets[0]?.rawPayload.equals(sheets[1]?.rawPayload as Buffer)).toBe(false)
  })

  test('refuses what it cannot rehearse and who may not read', async () => {
    const wrong = [
      {},
      { code: LOT, document: 'P1' },
      { code: LOT, confidence: 2 },
      { code: LOT, other: 1 },
      { code: '' },
    ]
    for (const ending of ['', '.xlsx']) {
      expect(
        await Promise.all(wrong.map(async (body) => (await rehearse(body, {}, ending)).statusCode)),
      ).toEqual(wrong.map(() => 400))
      expect((await rehearse({ code: 'NOTHING-9' }, {}, ending)).statusCode).toBe(404)
      expect((await rehearse({ code: LOT }, { key: null }, ending)).statusCode).toBe(401)
      expect(
        (await rehearse({ code: LOT }, { key: await api.key('push:plain-market') }, ending)).statusCode,
      ).toBe(403)
    }
    const [zh, en] = await Promise.all(
      ['zh-CN', 'en'].map(async (language) =>
        (await rehearse({ code: 'NOTHING-9' }, { headers: { 'accept-language': language } })).json(),
      ),
    )
    expect([zh.title, en.title]).toEqual([
      expect.stringMatching(/\p{Script=Han}/u),
      expect.stringMatching(/^[\x20-\x7e]+$/),
    ])
  })
})

describe('notices', () => {
  test('name links as the list of links does, and places by a name that may be a person’s only to who says why', async () => {
    const key = await api.key('read')
    const answer = await api.call('GET', `/v1/recalls/${kase}/notices`, { key })
    const { notices } = answer.json() as { notices: { receiver: string; name: string }[] }
    const listed = (await api.call('GET', '/v1/links')).json().links as { id: string; name: string }[]
    const told = notices.filter(({ receiver }) => receiver.startsWith('link:'))
    expect(told.map(({ receiver, name }) => [receiver, name]).sort()).toEqual(
      listed.map(({ id, name }) => [`link:${id}`, name]).sort(),
    )
    expect(told.map(({ name }) => name)).toContain('上城区市场监管局')
    const file = await api.call('GET', `/v1/recalls/${kase}/notices.csv`, { key })
    expect(file.body).toContain('上城区市场监管局')
  })

  test('are read page by page, by case or by hold, and as files in both languages', async () => {
    const { notices, next } = await noticesOf(kase)
    expect(notices.map(({ receiver }) => receiver).sort()).toEqual(
      [`link:${links['one']}`, `link:${links['two']}`, `place:${MARKET}`].sort(),
    )
    expect(next).toBeNull()
    expect(notices.every(({ reportDueAt }) => reportDueAt !== null)).toBe(true)
    const pages: Notice[] = []
    for (let after = ''; ; ) {
      const page = await noticesOf(hold, `?limit=1${after}`)
      pages.push(...page.notices)
      if (page.next === null) break
      after = `&after=${encodeURIComponent(page.next)}`
    }
    expect(pages).toEqual(notices)
    const path = `/v1/recalls/${kase}/notices`
    // An empty list would be read as: nobody was told.
    for (const absent of ['00000000-0000-4000-8000-000000000000', `${hold}x`, kase.slice(0, -1)])
      for (const ending of ['', '.csv', '.xlsx']) {
        const answer = await api.call('GET', `/v1/recalls/${encodeURIComponent(absent)}/notices${ending}`, {
          headers: { 'accept-language': 'zh' },
        })
        expect(answer.statusCode, answer.body).toBe(404)
        expect(answer.json()).toMatchObject({ code: 'not_found', detail: `案件或停售召回记录 ${absent}` })
      }
    const file = async (ending: string, language: string) =>
      await api.call('GET', `${path}.${ending}`, { headers: { 'accept-language': language } })
    const [zh, en] = [await file('csv', 'zh'), await file('csv', 'en')]
    expect([zh.body, en.body]).toEqual([
      expect.stringContaining('确认期限'),
      expect.stringContaining('Acknowledge by'),
    ])
    // Spreadsheets of China read a file without the mark as GBK.
    expect(zh.body.startsWith('\uFEFF')).toBe(true)
    expect(en.body.trim().split('\n')).toHaveLength(4)
    expect((await file('xlsx', 'zh')).rawPayload.subarray(0, 2).toString()).toBe('PK')
    for (const one of [path, `${path}.csv`, `${path}.xlsx`]) {
      expect((await api.call('GET', one, { key: null })).statusCode).toBe(401)
      expect((await api.call('GET', one, { key: await api.key(`link:${links['one']}`) })).statusCode).toBe(
        403,
      )
    }
    expect((await api.call('GET', `${path}?after=x`)).statusCode).toBe(400)
  })

  test('a key of a link acknowledges for that link alone; who was told by a person, an administrator puts down', async () => {
    const [one, two] = await Promise.all(['one', 'two'].map((name) => api.key(`link:${links[name]}`)))
    const own = { receiver: `link:${links['one']}`, action: 'stopped_sale' }
    const place = { receiver: `place:${MARKET}`, action: 'withdrawn' }
    expect((await acknowledge(two as string, own)).statusCode).toBe(403)
    for (const key of [await api.key('read', 'case'), one as string])
      expect((await acknowledge(key, place)).statusCode).toBe(403)
    expect((await acknowledge(null, own)).statusCode).toBe(401)
    expect((await noticesOf(hold)).notices.every(({ acknowledgedAt }) => acknowledgedAt === null)).toBe(true)
    const done = await acknowledge(one as string, own)
    expect(done.statusCode, done.body).toBe(200)
    expect(done.json().notices).toMatchObject([{ receiver: own.receiver, how: 'call', reportedAt: null }])
    expect((await acknowledge(one as string, { ...own, found: '12.5' })).json().notices).toMatchObject([
      {
        reportedAt: expect.any(String),
        events: [{ event: 'acknowledged' }, { event: 'reported', found: '12.5' }],
      },
    ])
    const wrong = [
      { ...own, action: 'nonsense' },
      { ...own, found: '-1' },
      { ...own, at: '2999-01-01T00:00:00Z' },
      { ...own, other: 1 },
      { action: 'other' },
    ]
    for (const body of wrong) expect((await acknowledge(one as string, body)).statusCode).toBe(400)
    const { body: refused } = await api.call(
      'POST',
      `/v1/holds/${encodeURIComponent(hold)}/acknowledgements`,
      {
        body: place,
        key: one as string,
        headers: { 'accept-language': 'zh' },
      },
    )
    expect(JSON.parse(refused)).toMatchObject({
      code: 'forbidden',
      title: expect.stringMatching(/\p{Script=Han}/u),
    })
    expect((await acknowledge(one as string, own, 'urn:cnft:hold:x:y:1')).statusCode).toBe(404)
    const admin = (body: object) =>
      api.call('POST', `/v1/holds/${encodeURIComponent(hold)}/acknowledgements`, { body })
    expect((await admin({ receiver: 'place:elsewhere', action: 'other' })).statusCode).toBe(404)
    expect((await admin({ ...own, version: 9 })).statusCode).toBe(404)
    expect((await admin(place)).json().notices).toMatchObject([
      { how: 'person', acknowledgedBy: 'administrator' },
    ])
  })

  test('what is said to have been done before it was ordered is refused, and no notice changes', async () => {
    const before = await noticesOf(hold)
    for (const body of [
      { receiver: `place:${MARKET}`, action: 'stopped_sale', at: '2020-01-01T00:00:00Z' },
      { receiver: `link:${links['two']}`, action: 'withdrawn', found: '4', at: '2020-01-01T00:00:00Z' },
    ]) {
      const answer = await api.call('POST', `/v1/holds/${encodeURIComponent(hold)}/acknowledgements`, {
        body,
      })
      expect(answer.statusCode, answer.body).toBe(400)
      expect(answer.json().issues).toMatchObject([
        {
          path: '/at',
          reason: expect.stringContaining('not ordered'),
          fix: expect.stringContaining('orderedAt'),
        },
      ])
    }
    expect(await noticesOf(hold)).toEqual(before)
  })

  test('the metrics tell, by link, what is not acknowledged and what quantities are not told in time', async () => {
    const text = async () => (await api.call('GET', '/metrics')).body
    expect(await text()).not.toMatch(/^hub_recall_un\w+\{/m)
    await api.pool.query('alter table recall_notices disable trigger recall_notices_keep')
    await api.pool.query(
      `update recall_notices set ordered_at = now() - interval '25 hours', due_at = now() - interval '24 hours', report_due_at = now() - interval '1 hour'`,
    )
    await api.pool.query('alter table recall_notices enable trigger recall_notices_keep')
    await escalate(api.pool, Date.now())
    const told = await text()
    expect(told).toContain(`hub_recall_unacknowledged{link="${links['two']}"} 1`)
    // The place was acknowledged without quantities; link one told them.
    expect(told).toContain('hub_recall_unreported{link="none"} 1')
    expect(told).not.toContain(`hub_recall_unreported{link="${links['one']}"}`)
    const { notices } = await noticesOf(hold)
    const escalated = (receiver: string) =>
      notices.find((one) => one.receiver === receiver)?.events.filter(({ event }) => /escalated/.test(event))
    expect(escalated(`link:${links['two']}`)).toMatchObject([{ event: 'escalated', level: 5 }])
    expect(escalated(`place:${MARKET}`)).toMatchObject([{ event: 'report_escalated', level: 1 }])
    expect(escalated(`link:${links['one']}`)).toEqual([])
  })
})
