import { describe, expect, it } from 'vitest'
import { addOperator } from '#flow/operators/enrol.ts'
import { hashPassword, passwordFault } from '#flow/operators/password.ts'
import { signIn } from '#flow/operators/sign-in.ts'
import { IDLE_MS, SESSION_MS } from '#store/operator-sessions.ts'
import { storePassword } from '#store/operators.ts'
import { withApi } from '#test/api.ts'
import { cookieOf, form, PASSWORD, type Person, person, secretOf } from './person.ts'

const clock = { nowMs: Date.now() }
const api = withApi(undefined, { clock: () => clock.nowMs, publicUrl: 'https://hub.example.cn' })
let persons = 0
const someone = (role: 'system' | 'security' | 'audit' = 'system') =>
  person(api, clock, `operator.${++persons}`, role)
const home = (cookie: string, headers: Record<string, string> = {}) =>
  api.app.inject({ url: '/admin', headers: { cookie, ...headers } })
const later = (ms: number): void => {
  clock.nowMs += ms
}

describe('enrolling', () => {
  it('wants the code that was given, once and in its time, and stores nothing in clear', async () => {
    const { code, otpauth, id } = await addOperator(api.pool, {
      name: 'zhang.wei',
      role: 'audit',
      nowMs: clock.nowMs,
    })
    const first = await form(api, '/admin/enrol', {
      name: 'ZHANG.WEI',
      code: code.toLowerCase().replaceAll('-', ' '),
    })
    expect(first.statusCode).toBe(200)
    expect(first.body).toContain('<svg')
    const wrong = await form(api, '/admin/enrol', {
      name: 'zhang.wei',
      code: `${code.slice(0, -1)}${code.endsWith('X') ? 'y' : 'x'}`,
    })
    const nobody = await form(api, '/admin/enrol', { name: 'nobody', code })
    expect([wrong.statusCode, nobody.statusCode, wrong.body === nobody.body]).toEqual([401, 401, true])
    const { rows } = await api.pool.query(
      'select o::text as whole, totp, enrolment from operators o where id = $1',
      [id],
    )
    const secret = secretOf(otpauth)
    expect(rows[0].totp.includes(secret) || rows[0].totp.includes(secret.toString('base64'))).toBe(false)
    expect(rows[0].whole).not.toContain(code)
    later(73 * 3_600_000)
    expect((await form(api, '/admin/enrol', { name: 'zhang.wei', code })).statusCode).toBe(401)
    const known = await person(api, clock, 'operator.stored', 'system', { asStored: true })
    const { rows: used } = await api.pool.query(
      'select enrolment, password, recovery from operators where id = $1',
      [known.id],
    )
    expect(used[0].enrolment).toBeNull()
    expect(used[0].password).toMatch(/^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/)
    expect(known.recovery).toHaveLength(10)
    expect(used[0].recovery).toHaveLength(10)
  })

  it('refuses weak passwords, two that differ, and a wrong code', async () => {
    const { code } = await addOperator(api.pool, { name: 'li.na', role: 'audit', nowMs: clock.nowMs })
    const send = (fields: Record<string, string>) =>
      form(api, '/admin/enrol', {
        name: 'li.na',
        code,
        password: PASSWORD,
        repeat: PASSWORD,
        totp: '000000',
        ...fields,
      })
    expect((await send({})).body).toContain('The code is not right')
    expect((await send({ repeat: 'other' })).body).toContain('differ')
    expect((await send({ password: 'short', repeat: 'short' })).body).toContain('fewer than 12')
    for (const [password, fault] of [
      ['alllowercase1', 'simple'],
      ['Aa1Aa1Aa1Aa1Aa1', 'simple'],
      ['Li.Na-is-my-name-1', 'name'],
      ['correct horse battery staple', null],
      [PASSWORD, null],
    ] as const)
      expect(passwordFault(password, 'li.na'), password).toBe(fault)
  })
})

describe('signing in', () => {
  it('opens a session with a cookie for this host alone, and each code counts once', async () => {
    const one = await someone('security')
    expect((await one.signIn()).statusCode, 'the code of enrolling').toBe(401)
    later(30_000)
    const answer = await one.signIn()
    expect([answer.statusCode, answer.headers['location']]).toEqual([303, '/admin'])
    expect(answer.headers['set-cookie']).toMatch(
      /^hub_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    expect((await one.signIn()).statusCode, 'the same code again').toBe(401)
    const page = await home(cookieOf(answer), { 'accept-language': 'zh' })
    expect(page.body).toContain('安全管理员')
    const digest = await api.pool.query('select digest from operator_sessions where operator_id = $1', [
      one.id,
    ])
    expect(digest.rows[0].digest.toString('base64url')).not.toBe(cookieOf(answer).split('=')[1])
    later(30_000)
    const secure = await one.signIn({}, { host: 'hub.example.cn' })
    expect(secure.headers['set-cookie']).toMatch(
      /^__Host-hub_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    )
    const plain = cookieOf(secure).replace('__Host-', '')
    expect((await home(plain, { host: 'hub.example.cn' })).statusCode, 'a cookie of another name').toBe(303)
  })

  it('begins anew whatever the browser brought: what was put there opens nothing, and the session before it ends', async () => {
    const one = await someone()
    const before = await one.enter()
    for (const brought of [`hub_session=${'A'.repeat(43)}`, before]) {
      later(30_000)
      const given = { name: one.name, password: PASSWORD, code: one.code() }
      const answer = await form(api, '/admin/sign-in', given, { headers: { cookie: brought } })
      expect(answer.statusCode).toBe(303)
      expect(cookieOf(answer)).not.toBe(brought)
      expect((await home(brought)).statusCode).toBe(303)
      expect((await home(cookieOf(answer))).statusCode).toBe(200)
    }
  })

  it('is refused over a connection where others can listen', async () => {
    const one = await someone()
    later(30_000)
    const given = { name: one.name, password: PASSWORD, code: one.code() }
    const answer = await form(api, '/admin/sign-in', given, {
      remoteAddress: '10.0.0.7',
      headers: { host: 'hub:8080' },
    })
    expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([403, undefined])
  })

  it('is refused behind a proxy on this machine that takes plain HTTP from others, and a session of this machine does not count there', async () => {
    const one = await someone()
    const cookie = await one.enter()
    later(30_000)
    for (const proxied of [
      { 'x-forwarded-for': '192.0.2.1' },
      { forwarded: 'for=192.0.2.1' },
      { via: '1.1 p' },
    ]) {
      const answer = await one.signIn({}, proxied)
      expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([403, undefined])
      expect((await home(cookie, proxied)).statusCode).toBe(303)
    }
    expect((await home(cookie)).statusCode).toBe(200)
  })

  it('of a name that holds what no text of the database may is that of nobody, and so is enrolling', async () => {
    const one = await someone()
    for (const name of ['\0', `${one.name}\0`, 'a\0b']) {
      expect((await one.signIn({ name })).statusCode, JSON.stringify(name)).toBe(401)
      expect((await form(api, '/admin/enrol', { name, code: '\0' })).statusCode).toBe(401)
    }
  })

  it.each(['/admin/sign-in', '/admin/enrol', '/admin/password', '/admin/jobs/session', '/oauth/token'])(
    'a body for %s that is no form is answered with what is accepted',
    async (url) => {
      const answer = await form(api, url, {}, { headers: { 'content-type': 'application/json' } })
      expect(answer.statusCode).toBe(415)
      expect(answer.json()).toMatchObject({ accepted: ['application/x-www-form-urlencoded'] })
    },
  )

  it('tells nobody whether the name, the password or the code was wrong, nor that an operator is disabled', async () => {
    const [one, gone] = [await someone(), await someone()]
    later(30_000)
    await api.call('DELETE', `/v1/operators/${gone.id}`)
    const answers = [
      await one.signIn({ password: 'Wrong-password 1' }),
      await one.signIn({ code: '000000' }),
      await one.signIn({ name: 'nobody.at.all' }),
      await one.signIn({ name: '' }),
      await one.signIn({ name: 'x'.repeat(64), password: 'y'.repeat(200) }),
      await gone.signIn(),
    ]
    for (const { statusCode, body, headers } of answers) {
      expect([statusCode, body]).toEqual([401, answers[0]?.body])
      expect(headers['set-cookie']).toBeUndefined()
    }
  })

  it('who fails must wait longer each time, and keeps nobody else out', async () => {
    const one = await someone()
    later(30_000)
    const from = (remoteAddress: string, password: string) =>
      form(
        api,
        '/admin/sign-in',
        { name: one.name, password, code: one.code() },
        { remoteAddress, headers: { host: 'hub.example.cn' } },
      )
    for (let i = 0; i < 5; i++) expect((await from('192.0.2.1', 'wrong')).statusCode).toBe(401)
    const waiting = await from('192.0.2.1', PASSWORD)
    expect([waiting.statusCode, waiting.headers['retry-after']]).toEqual([429, '1'])
    later(1000)
    expect((await from('192.0.2.1', 'wrong')).statusCode).toBe(401)
    expect((await from('192.0.2.1', PASSWORD)).headers['retry-after']).toBe('2')
    expect((await from('198.51.100.7', PASSWORD)).statusCode, 'the operator himself').toBe(303)
    later(2000)
    await api.pool.query('update sign_in_attempts set failures = 40')
    expect((await from('192.0.2.1', 'wrong')).statusCode).toBe(401)
    expect((await from('192.0.2.1', PASSWORD)).headers['retry-after']).toBe('900')
    later(900_000)
    expect((await from('192.0.2.1', PASSWORD)).statusCode, 'never locked for good').toBe(303)
  })

  it('counts attempts that come all at once', async () => {
    const one = await someone()
    later(30_000)
    const answers = await Promise.all(Array.from({ length: 10 }, () => one.signIn({ password: 'wrong' })))
    const tried = answers.filter(({ statusCode }) => statusCode === 401)
    expect(tried.length).toBeLessThanOrEqual(5)
    expect(answers.filter(({ statusCode }) => statusCode === 429).length).toBe(10 - tried.length)
  })

  it('takes a recovery code once, and stops taking codes after thirty wrong ones', async () => {
    const one = await someone()
    later(30_000)
    const [code = ''] = one.recovery
    expect((await one.signIn({ code: code.toLowerCase() })).statusCode).toBe(303)
    expect((await one.signIn({ code })).statusCode).toBe(401)
    const failures = () =>
      api.pool
        .query('select code_failures as n from operators where id = $1', [one.id])
        .then(({ rows }) => rows[0].n)
    expect(await failures()).toBe(1)
    await api.pool.query('update operators set code_failures = 29 where id = $1', [one.id])
    expect((await one.signIn({ code: '000000' })).statusCode).toBe(401)
    expect(await failures()).toBe(30)
    later(1_000_000)
    expect((await one.signIn()).statusCode, 'locked').toBe(401)
    expect((await api.call('POST', `/v1/operators/${one.id}/enrolment`)).statusCode).toBe(201)
  })
})

it('of wrong codes that come all at once, from everywhere, no more than thirty are looked at, and then the right one is not', async () => {
  const one = await someone()
  later(30_000)
  await api.pool.query('update operators set code_failures = 28 where id = $1', [one.id])
  const from = (network: number, code: string) =>
    form(
      api,
      '/admin/sign-in',
      { name: one.name, password: PASSWORD, code },
      { remoteAddress: `192.0.2.${network}`, headers: { host: 'hub.example.cn' } },
    )
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => from(i + 10, '000000')))
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([401]))
  const { rows } = await api.pool.query('select code_failures as n from operators where id = $1', [one.id])
  expect(rows[0].n).toBe(30)
  expect((await from(30, one.code())).statusCode).toBe(401)
})

describe('another password', () => {
  it('is set by who shows the old one and a code; all sessions but the new one end', async () => {
    const one = await someone()
    const [cookie, elsewhere] = [await one.enter(), await one.enter()]
    const next = 'Another-Market 2025'
    const send = (fields: Record<string, string>, headers: Record<string, string> = { cookie }) =>
      form(
        api,
        '/admin/password',
        { password: PASSWORD, code: one.code(), next, repeat: next, ...fields },
        { headers },
      )
    later(30_000)
    expect((await send({}, {})).headers['location'], 'nobody').toBe('/admin')
    expect((await send({ repeat: 'x' })).statusCode).toBe(422)
    expect((await send({ next: 'short', repeat: 'short' })).statusCode).toBe(422)
    expect((await send({ next: PASSWORD, repeat: PASSWORD })).body).toContain('is the old one')
    expect((await send({ password: 'Wrong-password 1' })).statusCode).toBe(401)
    expect((await send({ code: '000000' })).statusCode).toBe(401)
    const done = await send({})
    expect(done.statusCode).toBe(303)
    expect([(await home(cookie)).statusCode, (await home(elsewhere)).statusCode]).toEqual([303, 303])
    expect((await home(cookieOf(done))).statusCode).toBe(200)
    later(30_000)
    expect((await one.signIn()).statusCode).toBe(401)
    expect((await one.signIn({ password: next })).statusCode).toBe(303)
  })
})

it('who signs in with the old password while it is changed gets no session, nor does who is disabled meanwhile', async () => {
  for (const meanwhile of [
    async (one: Person) => {
      const password = await hashPassword(api.pool, 'Another-Market 2025')
      await storePassword(api.pool, one.id, password)
    },
    async (one: Person) => void (await api.call('DELETE', `/v1/operators/${one.id}`)),
  ]) {
    const one = await someone()
    later(30_000)
    const query = async (...given: readonly unknown[]): Promise<unknown> => {
      if (String(given[0]).includes('insert into operator_sessions')) await meanwhile(one)
      return (api.pool.query as (...all: readonly unknown[]) => unknown).apply(api.pool, [...given])
    }
    const pool = new Proxy(api.pool, {
      get: (target, name) => (name === 'query' ? query : Reflect.get(target, name, target)),
    })
    const given = { name: one.name, password: PASSWORD, code: one.code(), network: 'n', nowMs: clock.nowMs }
    expect(await signIn(pool, given)).toEqual({ kind: 'wrong' })
    const { rows } = await api.pool.query(
      'select count(*)::int as n from operator_sessions where operator_id = $1',
      [one.id],
    )
    expect(rows).toEqual([{ n: 0 }])
  }
})

describe('a session', () => {
  it('ends after half an hour alone, and after twelve hours in any case', async () => {
    const one = await someone()
    const alone = await one.enter()
    later(IDLE_MS - 60_000)
    expect((await home(alone)).statusCode).toBe(200)
    later(IDLE_MS - 60_000)
    expect((await home(alone)).statusCode).toBe(200)
    later(IDLE_MS)
    expect((await home(alone)).statusCode).toBe(303)
    const long = await one.enter()
    for (let ms = 0; ms < SESSION_MS - IDLE_MS; ms += IDLE_MS / 2) {
      expect((await home(long)).statusCode).toBe(200)
      later(IDLE_MS / 2)
    }
    later(IDLE_MS)
    expect((await home(long)).statusCode).toBe(303)
  })

  it('ends with the board of jobs that it opened: who leaves there is not let in again', async () => {
    const board = (cookie: string) => api.app.inject({ url: '/admin/jobs', headers: { cookie } })
    const one = await someone('system')
    const cookie = await one.enter()
    expect((await board(cookie)).statusCode).toBe(200)
    const left = await form(api, '/admin/jobs/leave', {}, { headers: { cookie } })
    expect(left.headers['set-cookie']).toEqual([
      expect.stringMatching(/^hub_board=; .*Max-Age=0/),
      expect.stringMatching(/^hub_session=; Max-Age=0/),
    ])
    expect([(await board(cookie)).statusCode, (await home(cookie)).statusCode]).toEqual([401, 303])
  })

  it('ends by leaving, by leaving everywhere, by a new enrolment, and with the operator', async () => {
    const one = await someone()
    const [a, b, c] = [await one.enter(), await one.enter(), await one.enter()]
    const left = await form(api, '/admin/sign-out', {}, { headers: { cookie: a } })
    expect(left.headers['set-cookie']).toMatch(/^hub_session=; Max-Age=0/)
    expect([(await home(a)).statusCode, (await home(b)).statusCode]).toEqual([303, 200])
    await form(api, '/admin/sign-out', { everywhere: '1' }, { headers: { cookie: b } })
    expect((await home(c)).statusCode).toBe(303)
    const d = await one.enter()
    await api.call('DELETE', `/v1/operators/${one.id}/sessions`)
    expect((await home(d)).statusCode).toBe(303)
    const e = await one.enter()
    await api.call('POST', `/v1/operators/${one.id}/enrolment`)
    expect((await home(e)).statusCode).toBe(303)
    const other = await someone()
    const f = await other.enter()
    await api.call('DELETE', `/v1/operators/${other.id}`)
    expect((await home(f)).statusCode).toBe(303)
    for (const cookie of [
      'hub_session=',
      'hub_session=x',
      `hub_session=${'A'.repeat(43)}`,
      '__Host-hub_session=x',
    ])
      expect((await home(cookie)).statusCode).toBe(303)
  })

  it('does nothing that another site asks a browser to do', async () => {
    const one = await someone('system')
    const cookie = await one.enter()
    const call = (headers: Record<string, string>) =>
      api
        .call('POST', '/v1/mappings/try', { key: null, body: {}, headers: { cookie, ...headers } })
        .then(({ statusCode }) => statusCode)
    expect(await call({ 'sec-fetch-site': 'same-origin' })).toBe(400)
    for (const site of ['cross-site', 'same-site']) expect(await call({ 'sec-fetch-site': site })).toBe(403)
    expect(await call({ origin: 'https://evil.example' })).toBe(403)
    expect(await call({ origin: 'http://localhost:81' })).toBe(403)
    for (const url of ['/admin/sign-in', '/admin/sign-out', '/admin/enrol', '/admin/jobs/retry'])
      expect(
        (await form(api, url, {}, { headers: { cookie, 'sec-fetch-site': 'cross-site' } })).statusCode,
      ).toBe(403)
    expect((await home(cookie)).statusCode).toBe(200)
  })
})
