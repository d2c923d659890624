import { describe, expect, test } from 'vitest'
import { beijingDay } from '#core/quality/record-counts.ts'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { judgeDue } from '#flow/findings/judge-due.ts'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'

const api = withApi()
const SYSTEM = 'plain-market'
const TODAY = beijingDay(Date.now())
const at = (time: string, day = TODAY) => ({ at: `${day}T${time}+08:00`, precision: 'second' as const })
const lot = (value: string, role = 'subject') => ({ role, scheme: 'cn.mofcom.trace20b', value })
const place = (node: string, region: string) => ({
  region: { code: region, year: 2024 },
  sites: [{ role: 'market', name: `市场${node}`, ids: [{ scheme: 'cn.mofcom.node9', value: node }] }],
})
const spinach = { product: { name: '菠菜', code: '01232201', class: 'vegetable' } }
const entry = (key: string, value: string, papers: readonly string[], node = '330105012') => ({
  ...{
    kind: 'entry',
    system: SYSTEM,
    key: [key],
    occurredAt: at('03:00:00'),
    ...place(node, node.slice(0, 6)),
    ...spinach,
  },
  lots: [lot(value)],
  documents: papers.map((number) => ({ role: 'upstream', type: 'promise_cert', number })),
  quantity: { value: '40', unit: 'KGM' },
})
const tested = (key: string, value: string, more: object = {}) => ({
  ...{
    kind: 'test',
    system: SYSTEM,
    key: [key],
    occurredAt: at('06:00:00'),
    ...place('330105012', '330105'),
    ...spinach,
  },
  lots: [lot(value)],
  test: { item: '有机磷', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性', ...more },
})
const push = async (...records: readonly object[]) => {
  const response = await api.call('POST', '/v1/records', { body: records })
  expect(response.statusCode, response.body).toBe(200)
  expect(response.json().rejected, response.body).toBe(0)
}
const follow = (from?: string) =>
  followToTheEnd(api.pool, casesFollower({ pool: api.pool, intake: api.intake, from }))
interface Card {
  readonly id: string
  readonly state: string
  readonly due: string | null
  readonly holds: readonly { kind: string; record: string; version: number }[]
  readonly lots: readonly { code: string; role: string; hold: string | null }[]
  readonly events: readonly { event: string; to: string; actor: string }[]
}
const cards = async (query = '') => {
  const { cases } = (await api.call('GET', `/v1/cases${query}`)).json() as { cases: Card[] }
  return await Promise.all(
    cases.map(async ({ id }) => (await api.call('GET', `/v1/cases/${id}`)).json() as Card),
  )
}
const caseOf = async (code: string) =>
  (await cards()).find(({ lots }) => lots.some((one) => one.code === code)) as Card
const held = ({ lots }: Card) => lots.filter(({ hold }) => hold !== null).map(({ code }) => code)
const say = (id: string, body: object, key?: string) =>
  api.call('POST', `/v1/cases/${id}/events`, { body, ...(key ? { key } : {}) })

describe('a case of the records that come', () => {
  test('a failed test is held at once, late edges spread it and a void lets go', async () => {
    await createSystem(api.pool, { id: SYSTEM, title: { zh: '甲', en: 'A' } })
    await push(entry('1', 'L1', ['P1']), tested('t1', 'L1'))
    await follow()
    const first = await caseOf('lot:L1')
    expect(first).toMatchObject({
      state: 'held',
      due: 'decision',
      events: [{ event: 'opened', actor: 'hub' }],
    })
    expect(held(first)).toEqual(['lot:L1'])
    const feed = (await api.call('GET', '/v1/changes?kind=hold')).json() as {
      changes: { record: { holdKind: string } }[]
    }
    expect(feed.changes.map(({ record }) => record.holdKind)).toEqual(['stop_sale'])

    await push(entry('2', 'L2', ['P1'], '330110021'))
    await follow()
    expect(held(await caseOf('lot:L1'))).toEqual(['lot:L1', 'lot:L2'])
    await push({ ...entry('2', 'L2', ['P1'], '330110021'), status: 'void' })
    await follow()
    const after = await caseOf('lot:L1')
    expect(held(after)).toEqual(['lot:L1'])
    expect(after.holds.map(({ kind, version }) => [kind, version])).toEqual([
      ['stop_sale', 1],
      ['release', 2],
    ])
  })

  test('a second failed test of the same goods is of the same case, and the case ends when both are taken back', async () => {
    const { id } = await caseOf('lot:L1')
    await push(tested('t2', 'L1', { raw: '弱阳性' }))
    await follow()
    expect(await cards()).toHaveLength(1)
    await push(tested('t1', 'L1', { verdict: 'pass' }))
    await follow()
    expect((await caseOf('lot:L1')).state).toBe('held')
    await push({ ...tested('t2', 'L1', { raw: '弱阳性' }), status: 'void' })
    await follow()
    const ended = await caseOf('lot:L1')
    expect(ended).toMatchObject({ id, state: 'cleared', due: null })
    expect(ended.events.map(({ event, to }) => `${event} ${to}`)).toEqual([
      ...['opened held', 'failed held', 'withdrawn held', 'withdrawn cleared'],
    ])
    expect(ended.holds.every(({ kind }) => kind === 'release')).toBe(true)
  })

  test('a laboratory confirms what a rapid test only suspects, and its own failed test is a recall at once', async () => {
    const leek = { product: { name: '韭菜', code: '01234011', class: 'vegetable' } }
    await push(
      { ...entry('5', 'L5', ['P5']), ...leek },
      { ...entry('6', 'L6', ['P5'], '330110021'), ...leek },
    )
    await push({ ...tested('t5', 'L5', { method: '酶抑制法', raw: '55%', unit: '%' }), ...leek })
    await follow()
    const suspect = await caseOf('lot:L5')
    expect(suspect).toMatchObject({ state: 'suspect', due: 'retest' })
    expect(held(suspect)).toEqual(['lot:L5'])
    await push({ ...tested('t6', 'L5', { screening: false, method: 'GC-MS' }), ...leek })
    await follow()
    const confirmed = await caseOf('lot:L5')
    expect(confirmed).toMatchObject({ id: suspect.id, state: 'confirmed', due: 'disposal' })
    expect(held(confirmed)).toEqual(['lot:L5', 'lot:L6'])
    expect(confirmed.holds.map(({ kind }) => kind)).toEqual(['recall', 'recall'])
  })

  test('while history is brought in, what failed before a day opens no case, unless goods of theirs have one; it is found all the same', async () => {
    const before = (await cards()).length
    await push(
      entry('9', 'L9', ['P9']),
      { ...tested('t9', 'L9'), occurredAt: at('06:00:00', '2021-03-01') },
      { ...tested('t10', 'L9', { screening: false }), occurredAt: at('06:00:00', '2021-03-01') },
    )
    await follow('2022-01-01')
    expect(await cards()).toHaveLength(before)
    await push(tested('t11', 'L9'), { ...tested('t12', 'L9'), occurredAt: at('06:00:00', '2021-03-01') })
    await follow('2022-01-01')
    expect(await cards()).toHaveLength(before + 1)
    expect((await caseOf('lot:L9')).events.map(({ event }) => event)).toEqual(['opened', 'failed'])
    while ((await judgeDue({ pool: api.pool, intake: api.intake }, Date.now())).judged > 0);
    await follow()
    const { findings } = (await api.call('GET', '/v1/findings?kind=test_failed&to=2021-12-31')).json()
    expect(findings).toHaveLength(3)
  })

  test('a laboratory that passed the goods before they failed clears nothing; one that passes them afterwards does', async () => {
    await push(entry('20', 'L20', ['P20']), tested('t20', 'L20'))
    await follow()
    const passed = { screening: false, verdict: 'pass', method: 'GC-MS', raw: '合格' }
    const yesterday = at('06:00:00', beijingDay(Date.now() - 86_400_000))
    await push({ ...tested('t21', 'L20', passed), occurredAt: yesterday })
    await follow()
    expect(await caseOf('lot:L20')).toMatchObject({ state: 'held', events: [{ event: 'opened' }] })
    await push(tested('t22', 'L20', passed))
    await follow()
    expect(await caseOf('lot:L20')).toMatchObject({ state: 'cleared' })
  })

  test('two workers at once make one case, one hold and one event', async () => {
    await push(entry('7', 'L7', ['P7']), tested('t7', 'L7'))
    await Promise.all([follow(), follow()])
    await follow()
    const own = (await cards()).filter(({ lots }) => lots.some(({ code }) => code === 'lot:L7'))
    expect(own).toMatchObject([{ events: [{ event: 'opened' }], holds: [{ version: 1 }] }])
  })
})

describe('an official', () => {
  test('stops goods without a test by the number of a paper, and is told every reason why not', async () => {
    await push(entry('8', 'L8', ['P8']))
    await follow()
    const key = await api.key('case')
    expect(
      (await api.call('POST', '/v1/cases', { key, body: { code: 'nothing', reason: 'r' } })).statusCode,
    ).toBe(404)
    const made = await api.call('POST', '/v1/cases', { key, body: { code: 'P8', reason: '群众举报' } })
    expect(made.statusCode, made.body).toBe(201)
    const { id, ...card } = made.json() as Card
    // What an official wrote is shown for a purpose alone, to whoever may see persons.
    expect(card).toMatchObject({ state: 'held', openedBy: 'official', events: [{ note: '***' }] })
    expect(made.body).not.toContain('群众举报')
    const seen = (await api.call('GET', `/v1/cases/${id}`)).json()
    expect(seen).toMatchObject({ cause: expect.stringContaining('群众举报'), events: [{ note: '群众举报' }] })
    expect(held({ id, ...card })).toContain('lot:L8')
    const refused = await say(id, { event: 'dispose' }, key)
    expect(refused.statusCode).toBe(409)
    expect(refused.json().refusals.map(({ code }: { code: string }) => code)).toEqual([
      ...['wrong_state', 'needs_quantity', 'needs_method'],
    ])
    expect((await say(id, { event: 'clear', note: '查无此事' }, key)).json()).toMatchObject({
      state: 'cleared',
    })
    expect((await say(id, { event: 'close' }, key)).json()).toMatchObject({ state: 'closed', due: null })
    const others = ['00000000-0000-4000-8000-000000000000', 'x']
    expect(
      await Promise.all(others.map(async (one) => (await say(one, { event: 'close' }, key)).statusCode)),
    ).toEqual([...[404, 400]])
  })

  test('who stops the same goods again, or twice at once, is told of the case that they have', async () => {
    await push(entry('30', 'L30', ['P30']))
    await follow()
    const stop = async () =>
      await api.call('POST', '/v1/cases', { body: { code: 'L30', reason: '群众举报' } })
    const answers = await Promise.all([stop(), stop(), stop()])
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409])
    const id = answers.find(({ statusCode }) => statusCode === 201)?.json().id
    expect((await stop()).json()).toMatchObject({
      ...{ code: 'conflict', case: id, title: 'It stands against what there is' },
      fix: expect.stringContaining('Read that case'),
    })
    // What was ended may be stopped anew.
    expect((await say(id, { event: 'clear', note: '查无此事' })).statusCode).toBe(200)
    const again = await stop()
    expect(again.statusCode).toBe(201)
    expect((await say(again.json().id, { event: 'clear', note: '查无此事' })).statusCode).toBe(200)
  })

  test('reads by state, region, product and time; who may read may not speak', async () => {
    const read = await api.key('read')
    const [some] = await cards()
    expect((await say(some?.id ?? '', { event: 'note', note: 'x' }, read)).statusCode).toBe(403)
    const found = async (query: string) => (await cards(query)).length
    expect(await found('?state=confirmed')).toBe(1)
    expect(await found(`?product=${encodeURIComponent('韭菜')}&region=330110`)).toBe(1)
    expect(await found('?region=34')).toBe(0)
    expect(await found('?from=2100-01-01T00:00:00Z')).toBe(0)
    const page = (await api.call('GET', '/v1/cases?limit=1')).json() as { next: string }
    const next = (await api.call('GET', `/v1/cases?limit=100&after=${page.next}`)).json() as { cases: Card[] }
    expect(next.cases).toHaveLength((await found('')) - 1)
    expect((await api.call('GET', '/metrics')).body).toMatch(/hub_cases\{state="confirmed"\} 1/)
  })
})
