import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { sealBatch } from '#flow/evidence/seal.ts'
import { verifyLog } from '#flow/evidence/verify.ts'
import { eraseByRule, stepByRule } from '#flow/personal/erase-by-rule.ts'
import { ruleSchedule } from '#flow/personal/rule-schedule.ts'
import { saltSecret } from '#store/audit-keys.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const DAY_MS = 86_400_000
const TWO_YEARS = 731
const ALL = { classes: ['records', 'messages', 'rejections'], afterDays: TWO_YEARS, reason: 'plan 4' }
let nowMs = Date.now()
const api = withApi(undefined, { clock: () => nowMs })
/** Two years and a moment after something that is between what is old and what is young. */
const afterBetween = (betweenMs: number): number => betweenMs + TWO_YEARS * DAY_MS

const post = (body: object, path = '') => api.call('POST', `/v1/personal/rules${path}`, { body })
const made = async (body: object): Promise<string> => (await post(body)).json().id
const end = (id: string) => api.call('DELETE', `/v1/personal/rules/${id}`)
const findings = async () => (await verifyLog(api.pool)).findings
const pushed = async (trades: readonly unknown[]) => {
  const answer = await api.push(TRADES, JSON.stringify(trades))
  const { receipt, results } = answer.json()
  return { receipt, ids: results.flatMap(({ records = [] }) => records.map(({ id }: { id: string }) => id)) }
}
/** The database's clock stands between what was stored before and what comes. */
async function between(): Promise<number> {
  await api.pool.query('select pg_sleep(0.02)')
  const { rows } = await api.pool.query(
    `select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms, pg_sleep(0.02)`,
  )
  return rows[0].ms
}

/** Which of the words stand in any table. */
async function found(words: readonly string[]): Promise<string[]> {
  const { rows: tables } = await api.pool.query(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`,
  )
  let all = ''
  for (const { name } of tables) {
    const { rows } = await api.pool.query({ text: `select * from "${name}"`, rowMode: 'array' })
    for (const row of rows as unknown[][])
      for (const value of row) all += `${Buffer.isBuffer(value) ? value : JSON.stringify(value)}\n`
  }
  return words.filter((word) => all.includes(word))
}

/** Rejections whose source names somebody. */
async function rejectionsOf(name: string): Promise<number> {
  const { rejections } = (await api.call('GET', '/v1/rejections?limit=1000')).json()
  return rejections.filter((one: object) => JSON.stringify(one).includes(name)).length
}

const OLD = '欧阳建国'
const MENDED = '司马光明'
const YOUNG = '诸葛青山'
const REFUSED = '上官云飞'
let betweenMs = 0
let old = ''
let mended = ''
let young = ''
let resent = ''

beforeAll(async () => {
  const first = await pushed([trade('R1', { buyerName: OLD, plateNo: '浙Q7T3K9' })])
  old = first.ids[0]
  resent = (await pushed([trade('R1', { buyerName: OLD, plateNo: '浙Q7T3K9' })])).receipt
  mended = (await pushed([trade('R2', { buyerName: MENDED })])).ids[0]
  await pushed([trade('', { buyerName: REFUSED })])
  betweenMs = await between()
  await pushed([trade('R2', { buyerName: MENDED, netWeight: '99.0', amount: '475.20' })])
  young = (await pushed([trade('R3', { buyerName: YOUNG })])).ids[0]
  await api.pool.query(
    `insert into descriptions (id, subject, codes, system, name, role, personal, records, first_seen, last_seen, newest)
     values (gen_random_uuid(), 'party', array['x:1'], 'x', '公孙甲', 'buyer', true, 1, now(), now(), array[$1]),
            (gen_random_uuid(), 'party', array['x:2'], 'x', '公孙乙', 'buyer', true, 2, now(), now(), array[$2, $1])`,
    [old, young],
  )
  await sealBatch(api.pool)
  expect(await findings()).toEqual([])
})
beforeEach(() => {
  nowMs = afterBetween(betweenMs)
})

it.each([
  [{ classes: ['records'], afterDays: 730 }, '食品安全法 art. 50', 731],
  [{ classes: ['records'], kinds: ['production'], afterDays: 730 }, '农产品质量安全法 art. 27', 731],
  [
    { classes: ['records'], kinds: ['sale', 'entry'], productClasses: ['vegetable', 'pork'], afterDays: 183 },
    '食品安全法 art. 65',
    184,
  ],
  [
    { classes: ['records'], kinds: ['sale'], productClasses: ['vegetable', 'soy'], afterDays: 184 },
    '食品安全法 art. 50',
    731,
  ],
  [{ classes: ['records'], kinds: ['party'], afterDays: 183 }, '食用农产品市场销售质量安全监督管理办法', 184],
  [{ classes: ['messages'], afterDays: 183 }, '网络安全法 art. 23(3)', 184],
  [{ classes: ['rejections', 'messages'], afterDays: 30 }, '网络安全法 art. 23(3)', 184],
])('a rule that is shorter than the law wants is refused with the article: %j', async (scope, law, days) => {
  for (const [path, body] of [
    ['', { ...scope, reason: 'too soon' }],
    ['/preview', scope],
  ] as const) {
    const answer = await post(body, path)
    expect(answer.statusCode).toBe(400)
    const [issue] = answer.json().issues
    expect(issue).toMatchObject({ path: '/afterDays', value: String(scope.afterDays) })
    expect(issue.reason).toContain(law)
    expect(issue.fix).toContain(String(days))
  }
  expect((await post({ ...scope, afterDays: days }, '/preview')).statusCode).toBe(200)
})

it('where the law wants nothing kept a rule may be as short as a day; what it cannot be about is refused', async () => {
  expect((await post({ classes: ['rejections'], afterDays: 1 }, '/preview')).statusCode).toBe(200)
  const refused = async (body: object) => (await post({ ...ALL, ...body }, '/preview')).json().issues[0].path
  const scope = { classes: ['records', 'messages'], afterDays: TWO_YEARS }
  const path = async (body: object) => (await post({ ...scope, ...body }, '/preview')).json().issues[0].path
  expect(await path({ kinds: ['sale'] })).toBe('/kinds')
  expect(await path({ productClasses: ['egg'] })).toBe('/productClasses')
  expect(await path({ systems: ['jiaxing-wholesale', 'nobody'] })).toBe('/systems/1')
  expect(await path({ classes: ['records'], kinds: ['inspection'] })).toContain('/kinds')
  expect(await refused({})).toBe('/reason')
})

it('only an administrator sets and ends rules, or who looks after security; who audits sees them', async () => {
  const reader = await api.key('read', 'personal')
  for (const [method, url, body] of [
    ['GET', '/v1/personal/rules', undefined],
    ['POST', '/v1/personal/rules', ALL],
    ['POST', '/v1/personal/rules/preview', { classes: ['rejections'], afterDays: 1 }],
  ] as const)
    expect([method, (await api.call(method, url, { body, key: reader })).statusCode]).toEqual([method, 403])
})

it('a preview counts what would go and erases nothing; before anything is old enough that is nothing', async () => {
  const { reason: _, ...scope } = ALL
  nowMs = betweenMs
  expect((await post(scope, '/preview')).json()).toEqual({
    records: 0,
    messages: 0,
    rejections: 0,
    left: 0,
    complete: true,
  })
  nowMs = afterBetween(betweenMs)
  const { records, messages, rejections, left, complete } = (await post(scope, '/preview')).json()
  expect({ records, messages, left, complete }).toEqual({ records: 2, messages: 4, left: 0, complete: true })
  expect(rejections).toBeGreaterThan(0)
  expect(await found([OLD, MENDED, YOUNG, REFUSED])).toEqual([OLD, MENDED, YOUNG, REFUSED])
})

it('a legal hold, a case that is not ended, and a recall for half a year after it was closed keep what they are about; afterwards it goes', async () => {
  const id = await made({ ...ALL, classes: ['records', 'messages'], systems: ['jiaxing-wholesale'] })
  const hold = await api.call('POST', '/v1/retention/holds', {
    body: { from: '2020-01-01T00:00:00Z', until: '2099-01-01T00:00:00Z', reason: 'court' },
  })
  expect(await eraseByRule(api.pool, id, { nowMs })).toMatchObject({ records: 0, messages: 0, left: 6 })
  await api.call('DELETE', `/v1/retention/holds/${hold.json().id}`)
  // A hold over the time when it happened keeps what came later.
  const happened = await api.call('POST', '/v1/retention/holds', {
    body: { from: '2024-04-15T00:00:00+08:00', until: '2024-04-16T00:00:00+08:00', reason: 'court' },
  })
  const classes = { classes: ['records'], afterDays: TWO_YEARS }
  expect((await post(classes, '/preview')).json()).toMatchObject({ records: 0, left: 2 })
  await api.call('DELETE', `/v1/retention/holds/${happened.json().id}`)
  const { rows } = await api.pool.query(
    `insert into cases (id, hub, state, narrow, opened_by, test_id, cause, told_at, opened_at, state_at, whos, whats)
     values (gen_random_uuid(), 'hub-a', 'held', true, 'test', $1, 'x', now(), now(), now(), '{}', '{}') returning id`,
    [old],
  )
  // The sale and the payment came in one message, whose bytes tell of the case.
  expect((await post(classes, '/preview')).json()).toMatchObject({ records: 0, left: 2 })
  const closed = async (days: number, confirmedAt: string | null): Promise<unknown> => {
    await api.pool.query(
      `update cases set state = 'closed', confirmed_at = $2, ended_at = now() - make_interval(days => $3) where id = $1`,
      [rows[0].id, confirmedAt, days],
    )
    return (await post(classes, '/preview')).json()
  }
  expect(await closed(179, '2020-01-01T00:00:00Z')).toMatchObject({ records: 0, left: 2 })
  expect(await closed(181, '2020-01-01T00:00:00Z')).toMatchObject({ records: 2, left: 0 })
  expect(await closed(0, null)).toMatchObject({ records: 2, left: 0 })
  expect(await found([OLD])).toEqual([OLD])
  await end(id)
  await api.pool.query('delete from cases where id = $1', [rows[0].id])
})

it('a rule erases what is older and nothing that is younger, also in what was made of it, says so in counts, and the log is verified', async () => {
  const id = await made(ALL)
  const before = (await api.call('GET', `/v1/records/${encodeURIComponent(mended)}?versions=true`)).body
  const trace = async () => (await api.call('GET', '/v1/trace/HGZ20240415-7K3M', { purpose: null })).json()
  const { edges, lots } = await trace()
  expect(await eraseByRule(api.pool, id, { nowMs })).toMatchObject({
    records: 2,
    versions: 2,
    messages: 4,
    left: 0,
  })
  expect(await found([OLD, '浙Q7T3K9', '公孙甲', REFUSED])).toEqual([])
  expect(await found([MENDED, YOUNG, '公孙乙'])).toEqual([MENDED, YOUNG, '公孙乙'])
  expect((await api.call('GET', `/v1/records/${encodeURIComponent(mended)}?versions=true`)).body).toBe(before)
  // What others rest on is still there: goods, masses and how they went.
  const record = (await api.call('GET', `/v1/records/${encodeURIComponent(old)}`)).json()
  expect(record.quantity.value).toBe('100')
  expect([(await trace()).edges, (await trace()).lots]).toEqual([edges, lots])
  expect((await api.call('GET', `/v1/messages/${resent}`)).statusCode).toBe(404)
  expect((await api.call('GET', `/v1/receipts/${resent}`)).json()).toMatchObject({ unchanged: 1 })
  const rule = (await api.call('GET', '/v1/personal/rules')).json().rules[0]
  expect(rule).toMatchObject({
    id,
    afterDays: TWO_YEARS,
    createdBy: 'administrator',
    last: { records: 2, versions: 2, messages: 4, left: 0 },
    total: { records: 2, versions: 2, messages: 4 },
  })
  expect(rule.last.rejections).toBeGreaterThan(0)
  const { entries } = (await api.call('GET', '/v1/audit/log?kind=administration&limit=20')).json()
  const of = (action: string) => entries.filter((entry: { action: string }) => entry.action === action)
  expect(of('erase_by_rule')[0]).toMatchObject({ who: `rule ${id}`, subject: id, facts: rule.last })
  expect(of('erase')[0]).toMatchObject({ who: `rule ${id}`, facts: { reason: 'plan 4' } })
  expect(of('erasure_rule')[0]).toMatchObject({ who: 'administrator', subject: id })
  expect(await findings()).toEqual([])
  await sealBatch(api.pool)
  expect(await findings()).toEqual([])
  // The same again after the erasure changes nothing and is no new version.
  expect(
    (await api.push(TRADES, JSON.stringify([trade('R1', { buyerName: OLD, plateNo: '浙Q7T3K9' })]))).json(),
  ).toMatchObject({ unchanged: 1 })
})

it('read once more it erases nothing; a rule that was ended is read no more and stays in the list', async () => {
  const [{ id }] = (await api.call('GET', '/v1/personal/rules')).json().rules
  expect(await eraseByRule(api.pool, id, { nowMs })).toEqual({
    records: 0,
    versions: 0,
    messages: 0,
    rejections: 0,
    left: 0,
  })
  expect((await end(id)).statusCode).toBe(204)
  expect((await end(id)).statusCode).toBe(404)
  expect(await eraseByRule(api.pool, id, { nowMs: nowMs + 10_000 * DAY_MS })).toBeNull()
  expect(await found([YOUNG])).toEqual([YOUNG])
  const { rules } = (await api.call('GET', '/v1/personal/rules')).json()
  expect(rules.find((rule: { id: string }) => rule.id === id)).toMatchObject({ endedBy: 'administrator' })
})

it('who is killed in the middle of a set has erased nothing of it, and the next goes on behind the sets that are done', async () => {
  const ids: string[] = []
  for (let i = 0; i < 3; i += 1) {
    const trades = Array.from({ length: 200 }, (_, j) => trade(`K${i * 200 + j}`, { buyerName: '东方不败' }))
    ids.push(...(await pushed(trades)).ids)
  }
  nowMs = afterBetween(await between())
  const id = await made(ALL)
  const salts = await saltSecret(api.pool)
  expect(await stepByRule(api.pool, id, { part: 'records', nowMs, salts })).toBe('records')
  const erased = async () =>
    (await api.pool.query(`select count(*)::int as n from erasures where subject like 'version %:K%'`))
      .rows[0].n
  const done = await erased()
  expect(done).toBeGreaterThan(300)
  // The next set waits for a lock behind what it already wrote, and its connection is ended there.
  const other = await api.pool.connect()
  try {
    await other.query('begin')
    await other.query('lock table replays in access exclusive mode')
    const step = stepByRule(api.pool, id, { part: 'records', nowMs, salts }).catch((error: Error) => error)
    await vi.waitUntil(
      async () =>
        (
          await api.pool.query(
            `select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and query like 'update replays%' and datname = current_database()`,
          )
        ).rowCount === 1,
      { timeout: 20_000, interval: 20 },
    )
    expect(await step).toBeInstanceOf(Error)
  } finally {
    await other.query('rollback')
    other.release()
  }
  expect(await erased()).toBe(done)
  expect(await findings()).toEqual([])
  expect(await eraseByRule(api.pool, id, { nowMs })).toMatchObject({ left: 0 })
  expect(await erased()).toBe(ids.length)
  expect(await found(['东方不败', YOUNG, MENDED])).toEqual([])
  expect((await api.call('GET', '/v1/personal/rules')).json().rules[0].total.versions).toBe(ids.length + 6)
  expect(await findings()).toEqual([])
  await sealBatch(api.pool)
  expect(await findings()).toEqual([])
  await end(id)
})

it('the entry of a party stays while records name it, and goes when none did for so long', async () => {
  const party = (no: string, name: string) => ({
    ...{ kind: 'party', system: 'jiaxing-wholesale', key: [no], partyKind: 'person', name, personal: true },
    ids: [{ scheme: 'local.jiaxing-wholesale', value: no }],
  })
  const bodies = [party('PA1', '独孤求败'), party('PA2', '西门吹雪')]
  const answer = await api.call('POST', '/v1/records', { body: bodies })
  expect(answer.json()).toMatchObject({ accepted: 2 })
  const ms = await between()
  const { rows } = await api.pool.query(
    `select codes from record_versions where kind = 'party' and record_id like '%PA2'`,
  )
  await api.pool.query(
    `insert into descriptions (id, subject, codes, system, role, personal, records, first_seen, last_seen, newest)
     values (gen_random_uuid(), 'party', $1, 'x', 'buyer', true, 1, now(), now(), '{}')`,
    [rows[0].codes],
  )
  nowMs = ms + 184 * DAY_MS
  const id = await made({ classes: ['records'], kinds: ['party'], afterDays: 184, reason: 'plan 5' })
  expect(await eraseByRule(api.pool, id, { nowMs })).toMatchObject({ records: 1, left: 1 })
  expect(await found(['独孤求败', '西门吹雪'])).toEqual(['西门吹雪'])
  // A year later nobody named it for so long either.
  expect(await eraseByRule(api.pool, id, { nowMs: nowMs + 365 * DAY_MS })).toMatchObject({
    records: 1,
    left: 0,
  })
  expect(await found(['西门吹雪'])).toEqual([])
  expect(await findings()).toEqual([])
  await end(id)
})

it('a rule that was made shorter than the law wants behind the hub is not read, and the log has who changed it', async () => {
  const id = await made({ classes: ['messages'], afterDays: 184, reason: 'plan 6' })
  const entries = async () =>
    (
      await api.pool.query(
        `select action from audit_log where kind = 'setting' and subject like '%' || $1 || '%' order by id`,
        [id],
      )
    ).rows.map(({ action }) => action)
  expect(await entries()).toEqual(['insert'])
  await api.pool.query('update erasure_rules set after_days = 1 where id = $1', [id])
  nowMs = Date.now() + 10 * DAY_MS
  await expect(eraseByRule(api.pool, id, { nowMs })).rejects.toThrow('shorter than the law wants')
  expect(await entries()).toEqual(['insert', 'update'])
  expect(await findings()).toEqual([])
  // One rule that cannot be read keeps no other waiting.
  const other = await made({ classes: ['rejections'], afterDays: 5, reason: 'plan 7' })
  await pushed([trade('', { buyerName: '风清扬' })])
  const schedule = ruleSchedule({ pool: api.pool, now: () => nowMs })
  await expect(schedule.run(new AbortController().signal)).rejects.toThrow('shorter than the law wants')
  expect(await rejectionsOf('风清扬')).toBe(0)
  expect((await end(other)).statusCode).toBe(204)
  await end(id)
})

it('a request and a rule at the same time erase each row once', async () => {
  const { ids } = await pushed(Array.from({ length: 50 }, (_, i) => trade(`C${i}`, { buyerName: '令狐中' })))
  nowMs = afterBetween(await between())
  const id = await made(ALL)
  const [answers] = await Promise.all([
    Promise.all(
      [1, 2].map(() =>
        api.call('POST', '/v1/personal/erasures', { body: { records: ids, reason: 'request' } }),
      ),
    ),
    eraseByRule(api.pool, id, { nowMs }),
  ])
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200])
  expect(await found(['令狐中'])).toEqual([])
  expect(await findings()).toEqual([])
  await end(id)
})

it('the schedule reads each rule in force once a day, in stretches, and goes on when it is stopped', async () => {
  const { ids } = await pushed(Array.from({ length: 5 }, (_, i) => trade(`S${i}`, { buyerName: '任我行' })))
  nowMs = afterBetween(await between())
  const id = await made(ALL)
  const schedule = ruleSchedule({ pool: api.pool, now: () => nowMs })
  const stopped = AbortSignal.abort()
  expect(await schedule.run(stopped)).toBe(nowMs)
  expect(await schedule.run(new AbortController().signal)).toBeNull()
  expect(await found(['任我行'])).toEqual([])
  const rule = (await api.call('GET', '/v1/personal/rules')).json().rules[0]
  expect(rule).toMatchObject({ id, last: { versions: ids.length } })
  // By the clock of the database it was read just now, so that today nothing more is read.
  await pushed([trade('S9', { buyerName: '任盈盈' })])
  nowMs = Date.now()
  expect(await schedule.run(new AbortController().signal)).toBeNull()
  expect((await api.call('GET', '/v1/personal/rules')).json().rules[0].doneAt).toBe(rule.doneAt)
  expect(schedule.nextAfter?.(Date.parse('2026-11-26T04:09:00+08:00'))).toBe(
    Date.parse('2026-11-26T04:10:00+08:00'),
  )
  await end(id)
})
