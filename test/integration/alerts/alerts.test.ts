import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createHttpDelivery, type HttpDelivery } from '#adapters/http/deliver.ts'
import { verify } from '#adapters/http/signature.ts'
import { findConditions } from '#flow/alerts/find-conditions.ts'
import { sendNotices } from '#flow/alerts/notify.ts'
import { DEFAULT_RULES } from '#flow/alerts/rules.ts'
import { watchOnce } from '#flow/alerts/watch.ts'
import { noteFailure } from '#store/failures.ts'
import { createLink, deleteLink } from '#store/links.ts'
import { withApi } from '#test/api.ts'
import { rewrite } from '#test/rewrite.ts'
import { someRows, store } from '../delivery/setting.ts'
import { startTarget, type TestTarget } from './target.ts'

const api = withApi()
const MINUTE = 60_000
const HOUR = 60 * MINUTE
let target: TestTarget
let http: HttpDelivery
let secret = ''
let targetId = ''
const logged: string[] = []
/** A clock that is told what to show. */
const clock = { time: 0, now: () => clock.time }

beforeAll(() => {
  http = createHttpDelivery({ timeoutMs: 3000 })
})
afterAll(() => http.close())
beforeEach(async () => {
  clock.time = Date.now()
  logged.length = 0
  target = await startTarget()
  const made = await api.call('POST', '/v1/alert-targets', {
    body: { name: 'duty officer', url: target.url, allowAddress: target.allow },
  })
  secret = made.json().secret
  targetId = made.json().id
})
afterEach(async () => {
  await target.close()
  await api.call('DELETE', `/v1/alert-targets/${targetId}`)
  await api.pool.query('delete from alerts; delete from failures; delete from links; delete from alert_rules')
})

const log = {
  warn: (_: object, sentence: string) => void logged.push(sentence),
  info: (_: object, sentence: string) => void logged.push(sentence),
}
const look = () => watchOnce({ pool: api.pool, registry: api.registry, log }, clock.time)
const tell = () =>
  sendNotices(
    { pool: api.pool, post: http.post, now: clock.now, random: () => 0.5 },
    new AbortController().signal,
  )
const types = (): string[] => target.told.map(({ type }) => type)

/** A link that fails since a time ago. */
async function brokenLink(kind: 'retry' | 'auth', ageMs: number): Promise<string> {
  const { link } = await createLink(api.pool, { name: 'city platform', url: 'https://city.example.org/' })
  await api.pool.query("update links set created_at = now() - interval '10 days'")
  await store(api.pool, someRows(1))
  await rewrite(api.pool, `update record_versions set received_at = now() - $1 * interval '1 millisecond'`, [
    ageMs,
  ])
  await api.pool.query(
    `update link_lanes set attempts = 3, last_error = jsonb_build_object('class', $2::text) where link_id = $1`,
    [link.id, kind],
  )
  return link.id
}

it('a link that its receiver does not know is told once, in plain words, and once more when it is over', async () => {
  const link = await brokenLink('auth', 5 * MINUTE)
  await look()
  await look()
  await tell()
  expect(types()).toEqual(['alert.opened'])
  expect(target.told[0]?.data).toMatchObject({ topic: 'link_stopped', subject: link, endedAt: null })
  expect(target.told[0]?.data['title']).toEqual({
    en: 'Link "city platform" stands still: the receiver does not know us; its oldest change waits for 5 min',
    zh: '链路“city platform”已停止：接收方不认可签名或凭证；最早的变更已等待 5 分钟',
  })
  expect(logged).toEqual([expect.stringContaining('stands still')])
  const open = await api.call('GET', '/v1/alerts')
  expect(open.json().alerts).toMatchObject([{ topic: 'link_stopped', subject: link, endedAt: null }])

  await deleteLink(api.pool, link)
  clock.time += MINUTE
  await look()
  await tell()
  expect(types()).toEqual(['alert.opened', 'alert.ended'])
  expect(target.told[1]?.data['id']).toBe(target.told[0]?.data['id'])
  expect(logged.at(-1)).toMatch(/^over: /)
  expect((await api.call('GET', '/v1/alerts')).json().alerts).toEqual([])
  expect((await api.call('GET', '/v1/alerts?state=ended')).json().alerts).toHaveLength(1)
})

it('a notice is signed, and holds nothing of a record', async () => {
  await brokenLink('auth', MINUTE)
  await look()
  await tell()
  const { headers, text } = target.told[0] as (typeof target.told)[0]
  expect(verify([secret], headers, text, Math.floor(clock.time / 1000))).toBeNull()
  expect(verify([secret], headers, `${text} `, Math.floor(clock.time / 1000))).toBe('wrong')
  const { rows } = await api.pool.query('select record_id from record_versions')
  for (const { record_id } of rows) expect(text).not.toContain(record_id)
})

it('a target that fails gets the same notice again, from PostgreSQL, and what ended never before what began', async () => {
  const answers: (number | 'reset')[] = [500, 'reset', 302, 200]
  target.answer = () => answers.shift() ?? 200
  const link = await brokenLink('auth', MINUTE)
  await look()
  const first = (await tell()) as number
  expect(first).toBe(clock.time + 5000)
  expect((await api.call('GET', '/v1/alert-targets')).json().targets).toMatchObject([
    { id: targetId, waiting: 1, lastError: 'status 500', lastOkAt: null },
  ])
  await deleteLink(api.pool, link)
  await look()
  expect(await tell(), 'the end waits behind the beginning').toBe(first)
  expect(types()).toEqual(['alert.opened'])
  for (let tries = 0; tries < 3; tries++) {
    clock.time = ((await tell()) as number) + 1
  }
  while ((await tell()) !== null) clock.time += MINUTE
  expect(types()).toEqual(['alert.opened', 'alert.opened', 'alert.opened', 'alert.opened', 'alert.ended'])
  const ids = target.told.map(({ headers }) => headers['webhook-id'])
  expect(new Set(ids.slice(0, 4)).size).toBe(1)
  expect(ids[4]).not.toBe(ids[0])
  expect((await api.call('GET', '/v1/alert-targets')).json().targets).toMatchObject([
    { waiting: 0, lastError: null, lastOkAt: expect.any(String) },
  ])
})

it('an alert that lasts is told again after the set time, and not at all to a target that has not taken the first', async () => {
  await api.call('PATCH', '/v1/alert-rules', { body: { repeatHours: 2 } })
  await brokenLink('auth', MINUTE)
  await look()
  clock.time += HOUR
  await look()
  await tell()
  expect(types()).toEqual(['alert.opened'])
  clock.time += HOUR + 1
  await look()
  await tell()
  expect(types()).toEqual(['alert.opened', 'alert.repeated'])
  target.answer = () => 503
  for (let round = 0; round < 4; round++) {
    clock.time += 2 * HOUR + 1
    await look()
  }
  const { rows } = await api.pool.query('select count(*)::int as n from alert_notices')
  expect(rows[0].n).toBe(1)
})

it('two processes that look at once open one alert and send one notice', async () => {
  await brokenLink('auth', MINUTE)
  await Promise.all([look(), look(), look()])
  await Promise.all([tell(), tell(), tell()])
  expect(types()).toEqual(['alert.opened'])
})

it('a target that hangs holds up no other, and is not asked once for each alert', async () => {
  const others = await Promise.all([startTarget(), startTarget(), startTarget()])
  const made = await Promise.all(
    others.map((one, i) =>
      api.call('POST', '/v1/alert-targets', {
        body: { name: `department ${i}`, url: one.url, allowAddress: [one.allow] },
      }),
    ),
  )
  target.answer = () => 'hang'
  for (let i = 0; i < 40; i++)
    await createLink(api.pool, { name: `link ${i}`, url: 'https://city.example.org/' })
  await api.pool.query(
    `update link_lanes set attempts = 3, last_error = jsonb_build_object('class', 'auth') where lane = 'live'`,
  )
  await look()
  const telling = tell()
  await expect.poll(() => others.map(({ told }) => told.length), { timeout: 7500 }).toEqual([40, 40, 40])
  const next = (await telling) as number
  expect(target.told.length).toBeLessThanOrEqual(4)
  // All that it has not taken waits for its next try.
  expect(next).toBeGreaterThanOrEqual(clock.time + 5000)
  target.answer = () => 204
  clock.time = next + 1
  while ((await tell()) !== null) clock.time += MINUTE
  const taken = new Set(target.told.map(({ headers }) => headers['webhook-id']))
  expect(taken.size).toBe(40)
  for (const one of made) await api.call('DELETE', `/v1/alert-targets/${one.json().id}`)
  await Promise.all(others.map((one) => one.close()))
})

it('a notice that a target will never take holds up none of the others', async () => {
  for (let i = 0; i < 12; i++)
    await createLink(api.pool, { name: `link ${i}`, url: 'https://city.example.org/' })
  await api.pool.query(
    `update link_lanes set attempts = 3, last_error = jsonb_build_object('class', 'auth') where lane = 'live'`,
  )
  target.answer = ({ text }) => (text.includes('link 0') ? 400 : 204)
  await look()
  await tell()
  expect(new Set(target.told.map(({ data }) => data['subject'])).size).toBe(12)
  expect((await api.call('GET', '/v1/alert-targets')).json().targets).toMatchObject([{ waiting: 1 }])
})

it('a target is told of the topics that it wants', async () => {
  const quiet = await startTarget()
  const made = await api.call('POST', '/v1/alert-targets', {
    body: { name: 'source office', url: quiet.url, allowAddress: [quiet.allow], topics: ['system_silent'] },
  })
  await brokenLink('auth', MINUTE)
  await look()
  await tell()
  expect(types()).toEqual(['alert.opened'])
  expect(quiet.told).toEqual([])
  await api.call('DELETE', `/v1/alert-targets/${made.json().id}`)
  await quiet.close()
})

it('an address within the own network is refused unless it is named', async () => {
  const refused = await api.call('POST', '/v1/alert-targets', { body: { name: 'x', url: target.url } })
  expect(refused.json()).toMatchObject({ status: 422, code: 'address_refused' })
  const listed = await api.call('GET', '/v1/alert-targets')
  expect(listed.body).not.toContain('whsec_')
})

describe('what is wrong becomes an alert', () => {
  const conditions = async (rules = DEFAULT_RULES) =>
    (await findConditions(api, rules, Date.now())).conditions.map(({ topic, subject }) => [topic, subject])

  it('a receiver that fails: only when its oldest change has waited for long enough', async () => {
    const link = await brokenLink('retry', 9 * MINUTE)
    expect(await conditions()).toEqual([])
    await rewrite(api.pool, `update record_versions set received_at = received_at - interval '2 minutes'`)
    expect(await conditions()).toEqual([['link_stopped', link]])
  })

  it('a link that is slow, also by a change that it holds', async () => {
    const link = await brokenLink('retry', 40 * MINUTE)
    await api.pool.query('update link_lanes set attempts = 0, last_error = null')
    expect(await conditions()).toEqual([['link_lags', link]])
    await api.pool.query('update link_lanes set cursor = (select max(position) from record_versions)')
    expect(await conditions()).toEqual([])
    await api.pool.query(
      `insert into held_changes (link_id, record_id, version, position, state, held_at)
       select $1, case when i = 1 then (select record_id from record_versions limit 1) else 'r' || i end, 1, i,
              case when i = 1 then 'waiting' else 'refused' end, now() - interval '1 hour'
         from generate_series(1, 101) i`,
      [link],
    )
    expect(await conditions()).toEqual([
      ['link_lags', link],
      ['link_holds', link],
    ])
  })

  it('a link that is paused is no alert', async () => {
    await brokenLink('auth', 40 * MINUTE)
    await api.pool.query(`update links set state = 'paused'`)
    expect(await conditions()).toEqual([])
  })

  it('jobs, large messages and replays that failed, for a time', async () => {
    await noteFailure(api.pool, { topic: 'jobs_failed', subject: 'links', reason: 'x' })
    await noteFailure(api.pool, { topic: 'jobs_failed', subject: 'links', reason: 'y' })
    await noteFailure(api.pool, { topic: 'message_failed', subject: 'receipt', reason: 'z' })
    await api.pool.query(
      `insert into replays (id, mode, scope, mappings, state, who, finished_at, problem)
       values ('00000000-0000-7000-8000-000000000001', 'apply', '{}', '{}', 'failed', 'x', now(), 'mapping_broken')`,
    )
    expect(await conditions()).toEqual([
      ['jobs_failed', 'links'],
      ['message_failed', 'receipt'],
      ['replay_failed', '00000000-0000-7000-8000-000000000001'],
    ])
    await api.pool.query(`update failures set last_at = now() - interval '2 hours'`)
    expect(await conditions()).not.toContainEqual(['jobs_failed', 'links'])
    await api.pool.query('delete from replays')
  })
})
