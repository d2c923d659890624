import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, entry, rapid, laboratory, send, cards, sayOf } = withMarket()

interface Told {
  readonly id: string
  readonly state: string
  readonly objectionUntil: string
  readonly possible: readonly string[]
  readonly needs: readonly { readonly event: string; readonly code: string; readonly reason: string }[]
}
/** The one case of the market, as it is told to a key in a language. */
const card = async (how: { readonly key?: string; readonly language?: string } = {}): Promise<Told> => {
  const { key, language = 'en' } = how
  const [own] = await cards()
  const headers = { 'accept-language': language, ...(key ? { authorization: `Bearer ${key}` } : {}) }
  return (await api.call('GET', `/v1/cases/${own?.id}`, { headers })).json()
}
const told = async () => {
  const { state, possible, needs } = await card()
  return [state, possible, needs.map(({ event, code }) => `${event} ${code}`)]
}
const failed = (key = 'r', more: object = {}) => rapid(key, 'A-1', SPINACH, more)
const NOTE = 'note needs_reason'

test('a case names what is taken now, and what each of it must say; after four hours no objection, and what is confirmed needs no laboratory', async () => {
  await send(entry(1, 'A-1', SPINACH), failed())
  expect(await told()).toEqual([
    'held',
    ['objection', 'retest', 'clear', 'confirm', 'note'],
    ['clear needs_laboratory', 'confirm needs_laboratory', NOTE],
  ])
  const { id } = await card()
  await api.pool.query(
    `update cases set told_at = told_at - interval '5 hours', opened_at = opened_at - interval '5 hours', state_at = state_at - interval '5 hours' where id = $1`,
    [id],
  )
  expect(await told()).toEqual([
    'held',
    ['retest', 'clear', 'confirm', 'note'],
    ['clear needs_laboratory', NOTE],
  ])
  await sayOf('held', { event: 'confirm' })
  expect((await card()).state).toBe('confirmed')
})

test('nothing is possible for who may only read', async () => {
  await send(entry(1, 'A-1', SPINACH), failed())
  const key = await api.key('read')
  expect(await card({ key })).toMatchObject({ possible: [], needs: [] })
})

test('what a record of a laboratory says is not taken back, and where nobody objected no objection is', async () => {
  await send(entry(1, 'A-1', SPINACH), failed())
  await sayOf('held', { event: 'retest' })
  expect((await told()).slice(0, 2)).toEqual(['retest', ['clear', 'confirm', 'note']])
  await send(laboratory('l', 1, 'fail'))
  expect(await told()).toEqual([
    'confirmed',
    ['objection', 'dispose', 'note'],
    ['dispose needs_quantity', 'dispose needs_method', NOTE],
  ])
})

test('an objection to a rapid test may be taken back and answered, and what an official confirmed by himself he takes back', async () => {
  await send(entry(1, 'A-1', SPINACH), failed())
  await sayOf('held', { event: 'objection' })
  expect((await told()).slice(0, 2)).toEqual(['objected', ['retest', 'waive', 'clear', 'confirm', 'note']])
  await sayOf('objected', { event: 'confirm', method: 'GC-MS' })
  expect((await told()).slice(0, 2)).toEqual(['confirmed', ['objection', 'retract', 'dispose', 'note']])
  await sayOf('confirmed', { event: 'dispose', quantity: '1', method: 'destroyed' })
  await sayOf('disposal', { event: 'notify' })
  await sayOf('notified', { event: 'close' })
  expect(await told()).toEqual(['closed', ['note'], [NOTE]])
})

test('what an event must say is told in the language of the caller', async () => {
  await send(entry(1, 'A-1', SPINACH), failed())
  const { needs } = await card({ language: 'zh' })
  expect(needs.map(({ reason }) => reason)).toEqual([
    '须由实验室判定：请写明其检测方法，不得为快检方法',
    '须由实验室判定：请写明其检测方法，不得为快检方法',
    '备注须有内容',
  ])
})

test('the end of the time for an objection stays when that is made, answered, and when the case goes on', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l', 1, 'fail'))
  const { objectionUntil: until } = await card()
  const days = (Date.parse(until) - Date.now()) / 86_400_000
  expect(days).toBeGreaterThan(7)
  const still = async (...events: readonly object[]) => {
    for (const event of events) await sayOf((await card()).state, event)
    const { state, objectionUntil } = await card()
    expect([state, objectionUntil]).toEqual([state, until])
    return state
  }
  expect(await still({ event: 'objection' })).toBe('objected')
  expect(await still({ event: 'retest' })).toBe('retest')
  await send(
    laboratory('second', 1, 'pass', { occurredAt: { at: '2026-03-02T09:00:00+08:00', precision: 'second' } }),
  )
  expect(await still()).toBe('cleared')
  expect(await still({ event: 'close' })).toBe('closed')
})

test('why an event is refused is told in Chinese to who asks for it, whole and one by one, with the words of states and events', async () => {
  await send(entry(1, 'A-1', SPINACH), failed())
  const { id } = await card()
  const said = { body: { event: 'dispose' }, headers: { 'accept-language': 'zh' } }
  const problem = (await api.call('POST', `/v1/cases/${id}/events`, said)).json()
  const reasons = [
    '案件状态为停售（held），不能进行处置（dispose）；可在确认不合格（confirmed）、处置中（disposal）时进行',
    '请填写处置的公斤数',
    '应为 destroyed、returned 或 rendered',
  ]
  const codes = ['wrong_state', 'needs_quantity', 'needs_method']
  expect(problem).toMatchObject({
    status: 409,
    detail: reasons.map((reason, i) => `${codes[i]}：${reason}`).join('；'),
    refusals: reasons.map((reason, i) => ({ code: codes[i], reason })),
  })
})

test.each([
  ['POST', 'an unknown field', '/events', { event: 'note', wrong: 1 }, '此处没有这个字段'],
  ['GET', 'a cursor of another list', '?after=x', undefined, '不是本列表的游标'],
  ['GET', 'a limit below one', '?limit=0', undefined, '不得小于 1'],
  ['GET', 'no identifier', '/x', undefined, '应为 UUID'],
] as const)('%s with %s is refused in Chinese', async (method, _, path, body, reason) => {
  const url =
    path === '/events' ? '/v1/cases/00000000-0000-4000-8000-000000000000/events' : `/v1/cases${path}`
  const answer = await api.call(method, url, {
    ...(body ? { body } : {}),
    headers: { 'accept-language': 'zh' },
  })
  expect([answer.statusCode, answer.json().issues[0].reason]).toEqual([400, reason])
})

test('the day on which a lot came is told in the time of China, to who sees the case and to who sees its records alone', async () => {
  const at = { at: '2026-03-02T00:00:00+08:00', precision: 'day' }
  await send({ ...entry(1, 'A-1', SPINACH), occurredAt: at }, failed('r', { occurredAt: at }))
  const { id } = await card()
  for (const scopes of [['case'], ['read', 'read:region:330105']]) {
    const headers = { authorization: `Bearer ${await api.key(...scopes)}` }
    const { lots } = (await api.call('GET', `/v1/cases/${id}`, { headers })).json()
    expect(lots.map(({ occurredAt }: { occurredAt: string }) => occurredAt)).toEqual([at.at])
  }
})
