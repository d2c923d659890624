import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium } from 'playwright-core'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openProvider } from '#cli/open-provider.ts'
import { withApi } from '#test/api.ts'
import { CLIENT, type ProviderDouble, startProvider } from './provider-double.ts'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)
/** A port that is free now, because the address of the hub must be known to the provider first. */
const freePort = (): Promise<number> =>
  new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => found(port))
    })
  })
const port = await freePort()
const publicUrl = `http://127.0.0.1:${port}`
const double: ProviderDouble = await startProvider(`${publicUrl}/admin/oidc/callback`, 'localhost')
// A host may have both kinds of loopback addresses.
const allowAddress = [`127.0.0.1/32:${double.port}`, `::1/128:${double.port}`]
const settings = { issuer: double.issuer, ...CLIENT, roleClaim: 'roles', allowAddress }
const provider = openProvider({ publicUrl, oidc: settings })
if (!provider) throw new Error('the provider of the test is not whole')
const clock = { aheadMs: 0 }
const api = withApi(undefined, { provider, publicUrl, clock: () => Date.now() + clock.aheadMs })

afterEach(() => {
  double.change = {}
  double.claims = { sub: 'u-1', preferred_username: 'chen.jie', roles: ['trace-hub-system'] }
  clock.aheadMs = 0
})
afterAll(async () => {
  provider.close()
  await double.close()
})

const cookiesOf = (headers: Record<string, unknown>): string[] =>
  [headers['set-cookie'] ?? []].flat().map((cookie) => String(cookie).split(';')[0] as string)
/** Visits of one address are bounded; each test has its own. */
let tests = 0
beforeEach(() => {
  tests++
})
const ask = (url: string, cookie = '') =>
  api.app.inject({ url, remoteAddress: `127.0.1.${tests}`, headers: { cookie, 'accept-language': 'en' } })

/** To the provider and back to the door of the hub. */
async function travel(): Promise<{ back: URL; journey: string }> {
  const start = await ask('/admin/oidc')
  expect(start.statusCode).toBe(303)
  expect(start.headers['set-cookie']).toMatch(
    /^hub_journey=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
  )
  const there = await fetch(String(start.headers.location), { redirect: 'manual' })
  return { back: new URL(there.headers.get('location') ?? ''), journey: cookiesOf(start.headers)[0] ?? '' }
}
const arrive = ({ back, journey }: { back: URL; journey: string }) =>
  ask(`${back.pathname}${back.search}`, journey)
const sessionOf = (answer: Awaited<ReturnType<typeof ask>>): string =>
  cookiesOf(answer.headers).find((cookie) => cookie.startsWith('hub_session=')) ?? ''

describe('signing in by a provider', () => {
  it('opens a session for whom it vouches, with the role of the claim, and the same operator next time', async () => {
    const answer = await arrive(await travel())
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toContain('<meta http-equiv="refresh" content="0;url=/admin">')
    const session = sessionOf(answer)
    const home = await ask('/admin', session)
    expect(home.body).toContain('chen.jie')
    expect(home.body).toContain('System administrator')
    expect((await ask('/v1/systems?limit=1', session)).statusCode).toBe(200)
    expect((await ask('/v1/keys', session)).statusCode).toBe(403)
    await arrive(await travel())
    const { operators } = (await api.call('GET', '/v1/operators')).json()
    expect(operators).toMatchObject([{ name: 'chen.jie', role: 'system', isFederated: true, sessions: 2 }])
  })

  it('another role at the provider is another role here, and ends the sessions of the one before', async () => {
    const before = sessionOf(await arrive(await travel()))
    double.claims['roles'] = ['other', 'trace-hub-security']
    const after = sessionOf(await arrive(await travel()))
    expect((await ask('/admin', before)).statusCode).toBe(303)
    expect((await ask('/v1/keys', after)).statusCode).toBe(200)
    expect((await ask('/v1/systems?limit=1', after)).statusCode).toBe(403)
  })

  it('a name that an operator has already gets another form, and a disabled operator stays out', async () => {
    double.claims = { sub: 'u-2', preferred_username: 'CHEN.JIE', roles: 'trace-hub-audit' }
    expect(sessionOf(await arrive(await travel()))).not.toBe('')
    const { operators } = (await api.call('GET', '/v1/operators')).json()
    const second = operators.find(({ role }: { role: string }) => role === 'audit')
    expect(second.name).toMatch(/^CHEN\.JIE-[0-9a-f]{8}$/)
    await api.call('DELETE', `/v1/operators/${second.id}`)
    const refused = await arrive(await travel())
    expect([refused.statusCode, sessionOf(refused)]).toEqual([401, ''])
  })

  it('keys that the provider changed are asked for anew', async () => {
    await arrive(await travel())
    double.rotate()
    clock.aheadMs = 31_000
    expect(sessionOf(await arrive(await travel()))).not.toBe('')
  })

  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const nowS = (): number => Math.floor(Date.now() / 1000)
  it.each<[string, ProviderDouble['change']]>([
    [
      'signed by another key',
      { sign: (text) => sign('sha256', Buffer.from(text), { key: other, dsaEncoding: 'ieee-p1363' }) },
    ],
    ['signed by nobody (none)', { header: { alg: 'none' }, sign: () => Buffer.of() }],
    [
      'signed with the secret of the client (HS256)',
      {
        header: { alg: 'HS256' },
        sign: (text) => createHmac('sha256', CLIENT.clientSecret).update(text).digest(),
      },
    ],
    ['of another algorithm than the key is for', { header: { alg: 'RS256' } }],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['for another client', { claims: { aud: 'other' } }],
    [
      'for several clients of whom another asked',
      { claims: { aud: [CLIENT.clientId, 'other'], azp: 'other' } },
    ],
    ['of another sign-in', { claims: { nonce: 'x' } }],
    ['that has expired', { claims: { exp: nowS() - 120 } }],
    ['that was made long ago', { claims: { iat: nowS() - 4000 } }],
    ['without a subject', { claims: { sub: '' } }],
    ['with two roles', { claims: { roles: ['trace-hub-system', 'trace-hub-audit'] } }],
    ['with no role', { claims: { roles: ['system'] } }],
    ['with no list of roles', { claims: { roles: { 'trace-hub-system': true } } }],
    ['behind a refusal', { tokenStatus: 400 }],
    ['that is no JSON', { answer: '<html>' }],
    ['that is too large', { answer: `{"id_token":"${'x'.repeat(300_000)}"}` }],
  ])('a token %s opens nothing', async (_, change) => {
    double.change = change
    const answer = await arrive(await travel())
    expect([answer.statusCode, sessionOf(answer)]).toEqual([401, ''])
    expect(answer.body).toContain('did not vouch')
  })

  it('a code counts once, in the browser that asked, in its time', async () => {
    const { back, journey } = await travel()
    expect((await ask(`${back.pathname}${back.search}`)).statusCode, 'no journey').toBe(401)
    const strange = await travel()
    const changed = journey.slice(0, 40) + (journey[40] === 'A' ? 'B' : 'A') + journey.slice(41)
    expect((await arrive({ back, journey: strange.journey })).statusCode, 'the journey of another').toBe(401)
    expect((await arrive({ back, journey: changed })).statusCode, 'a journey that was changed').toBe(401)
    const late = await travel()
    clock.aheadMs = 601_000
    expect((await arrive(late)).statusCode, 'too late').toBe(401)
    clock.aheadMs = 0
    const mixed = new URL(back)
    mixed.searchParams.set('iss', 'https://evil.example')
    expect((await arrive({ back: mixed, journey })).statusCode, 'another issuer').toBe(401)
    expect(sessionOf(await arrive({ back, journey }))).not.toBe('')
    expect((await arrive({ back, journey })).statusCode, 'once more').toBe(401)
  })

  it('discovery of another issuer, and an address that is not allowed, are refused', async () => {
    const fresh = (more: Partial<typeof settings>) =>
      openProvider({ publicUrl, oidc: { ...settings, ...more } })
    double.change.discovery = { issuer: 'https://evil.example' }
    await expect(fresh({})?.start(0)).rejects.toThrow('the discovery is of another issuer')
    double.change.discovery = { token_endpoint: 7 }
    await expect(fresh({})?.start(0)).rejects.toThrow('no token_endpoint')
    double.change.discovery = { authorization_response_iss_parameter_supported: true }
    const named = fresh({})
    const { journey } = (await named?.start(0)) ?? {}
    if (!journey) throw new Error('no journey began')
    const query = new URLSearchParams({ state: journey.state, code: 'c' })
    await expect(named?.finish({ query, journey, nowMs: 0 })).rejects.toThrow('of another issuer')
    double.change = {}
    await expect(fresh({ allowAddress: [] })?.start(0)).rejects.toThrow('cannot be reached')
  })

  it.skipIf(!CHROMIUM)('works in a browser that came from the site of the provider', async () => {
    await api.app.listen({ host: '127.0.0.1', port })
    const browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] })
    try {
      const page = await (await browser.newContext({ locale: 'en' })).newPage()
      await page.goto(`${publicUrl}/admin`)
      await page.click('a[href="/admin/oidc"]')
      await page.waitForURL(`${publicUrl}/admin`)
      expect(await page.locator('main').textContent()).toContain('chen.jie')
    } finally {
      await browser.close()
    }
  })
})
