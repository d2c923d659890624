import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApi, withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { ed25519Signer, signedHeaders } from '#test/sign-message.ts'

/** Two processes of one hub with one clock, and no memory in common. */
const clock = { nowMs: Date.now() }
const now = () => clock.nowMs
const api = withApi(undefined, { clock: now })
let other: FastifyInstance
beforeAll(async () => {
  const { pool, registry, intake } = api
  other = await createTestApi({ pool, registry, intake, clock: now })
})
afterAll(() => other.close())

const both = () => [api.app, other]
const lists = async (app: FastifyInstance, key: string): Promise<number> =>
  (await app.inject({ url: '/v1/systems?limit=1', headers: { authorization: `Bearer ${key}` } })).statusCode
const everywhere = (key: string) => Promise.all(both().map((app) => lists(app, key)))

describe('a key', () => {
  it('counts to the millisecond before its end, also where a process knew it a moment ago', async () => {
    const endsMs = clock.nowMs + 3000
    const body = { name: 'k', scopes: ['read'], expiresAt: new Date(endsMs).toISOString() }
    const { key } = (await api.call('POST', '/v1/keys', { body })).json()
    expect(await everywhere(key)).toEqual([200, 200])
    clock.nowMs = endsMs - 1
    expect(await everywhere(key)).toEqual([200, 200])
    clock.nowMs = endsMs
    expect(await everywhere(key)).toEqual([401, 401])
    const again = await api.call('POST', '/v1/keys', { body })
    expect([again.statusCode, again.json().issues[0].path]).toEqual([400, '/expiresAt'])
  })

  it('that is changed overlaps to the millisecond; a change with no overlap ends it at once here and within five seconds elsewhere', async () => {
    const make = async () =>
      (await api.call('POST', '/v1/keys', { body: { name: 'k', scopes: ['read'] } })).json()
    const rotate = async (id: string, overlapSeconds: number) =>
      (await api.call('POST', `/v1/keys/${id}/rotate`, { body: { overlapSeconds } })).json()
    const first = await make()
    const next = await rotate(first.id, 60)
    const endsMs = clock.nowMs + 60_000
    clock.nowMs = endsMs - 1
    expect([await everywhere(first.key), await everywhere(next.key)]).toEqual([
      [200, 200],
      [200, 200],
    ])
    clock.nowMs = endsMs
    expect([await everywhere(first.key), await everywhere(next.key)]).toEqual([
      [401, 401],
      [200, 200],
    ])
    const leaked = await make()
    expect(await everywhere(leaked.key)).toEqual([200, 200])
    await rotate(leaked.id, 0)
    expect(await lists(api.app, leaked.key)).toBe(401)
    clock.nowMs += 5000
    expect(await everywhere(leaked.key)).toEqual([401, 401])
  })
})

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Client {
  readonly id: string
  readonly audiences: readonly string[]
  readonly privateKey: KeyObject
}
async function client(kid: string): Promise<Client> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid }]
  const body = { name: kid, scopes: ['read'], jwks: { keys } }
  return { ...(await api.call('POST', '/v1/oauth-clients', { body })).json(), privateKey }
}
function assertion(of: Client, { claims = {}, header = {}, key = of.privateKey } = {}): string {
  const seconds = Math.floor(clock.nowMs / 1000)
  const usual = {
    iss: of.id,
    sub: of.id,
    aud: of.audiences[0],
    iat: seconds,
    exp: seconds + 60,
    jti: randomUUID(),
  }
  const text = `${encoded({ alg: 'EdDSA', ...header })}.${encoded({ ...usual, ...claims })}`
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
}
const ask = (app: FastifyInstance, client_assertion: string) =>
  app.inject({
    method: 'POST',
    url: '/oauth/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: ASSERTION,
      client_assertion,
    }).toString(),
  })
const status = async (app: FastifyInstance, given: string) => (await ask(app, given)).statusCode

describe('an assertion', () => {
  it('counts once in all processes, also when it comes to them at once', async () => {
    const given = assertion(await client('one'))
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => status(i % 2 ? other : api.app, given)),
    )
    expect(answers.toSorted()).toEqual([200, 401, 401, 401, 401, 401])
    expect(await Promise.all(both().map((app) => status(app, given)))).toEqual([401, 401])
  })

  it('that names the key of another client is not believed, by whichever of both it is signed', async () => {
    const [mine, theirs] = [await client('mine'), await client('theirs')]
    for (const key of [mine.privateKey, theirs.privateKey])
      expect(await status(api.app, assertion(mine, { header: { kid: 'theirs' }, key }))).toBe(401)
    expect(await status(api.app, assertion(mine, { key: theirs.privateKey }))).toBe(401)
    expect(await status(api.app, assertion(mine, { header: { kid: 'mine' } }))).toBe(200)
  })

  it('counts where the clock of its client is a minute off, and not a second more', async () => {
    const mine = await client('clock')
    const seconds = Math.floor(clock.nowMs / 1000)
    clock.nowMs = seconds * 1000
    const at = (iat: number, exp: number) => status(api.app, assertion(mine, { claims: { iat, exp } }))
    expect(await at(seconds + 60, seconds + 120)).toBe(200)
    expect(await at(seconds + 61, seconds + 120)).toBe(401)
    expect(await at(seconds - 300, seconds - 59)).toBe(200)
    expect(await at(seconds - 300, seconds - 60)).toBe(401)
    expect(await at(seconds, seconds + 660)).toBe(200)
    expect(await at(seconds, seconds + 661)).toBe(401)
  })

  it('gives a token that counts to the millisecond before its end, and a MAC of none is a token', async () => {
    const { access_token: token } = (await ask(api.app, assertion(await client('token')))).json()
    const endsMs = clock.nowMs + 600_000
    clock.nowMs = endsMs - 1
    expect(await everywhere(token)).toEqual([200, 200])
    clock.nowMs = endsMs
    expect(await everywhere(token)).toEqual([401, 401])
    for (const none of [
      'hubt_',
      'hubt_.',
      'hubt_e30.',
      `hubt_${encoded([randomUUID(), 1e15, 'admin'])}.AAAA`,
    ])
      expect(await everywhere(none)).toEqual([401, 401])
  })
})

describe('a signed message', () => {
  const { signer, publicKey } = ed25519Signer()
  const push = (app: FastifyInstance, key: string, text: string, headers: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: `/v1/systems/${TRADES.split('/')[0]}/records/${TRADES.split('/')[1]}`,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      payload: text,
    })

  it('that comes to two processes at once is one message, and another body under its id is refused in both', async () => {
    const registered = await api.call('POST', '/v1/systems/jiaxing-wholesale/signing-keys', {
      body: { scheme: 'v1a', publicKey },
    })
    expect(registered.statusCode).toBe(201)
    const key = await api.key('push:jiaxing-wholesale')
    const seconds = Math.floor(Date.now() / 1000)
    const text = JSON.stringify([trade('TP1')])
    const headers = await signedHeaders([signer], text, { id: 'tp1', seconds })
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => push(i % 2 ? other : api.app, key, text, headers)),
    )
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200, 200])
    expect(new Set(answers.map((answer) => answer.json().receipt)).size).toBe(1)
    // The same records in other characters are another body, which the signature is not over.
    const spaced = JSON.stringify([trade('TP1')], null, 1)
    for (const app of both()) {
      expect((await push(app, key, spaced, headers)).statusCode).toBe(403)
      const anew = await signedHeaders([signer], spaced, { id: 'tp1', seconds })
      expect((await push(app, key, spaced, anew)).json().code).toBe('nonce_used')
    }
  })

  it('with a header twice is believed by one that fits, and its id and time stand there once', async () => {
    const key = await api.key('push:jiaxing-wholesale')
    const text = JSON.stringify([trade('TP2')])
    const seconds = Math.floor(Date.now() / 1000)
    const headers = await signedHeaders([signer], text, { id: 'tp2', seconds })
    // As HTTP joins two fields of one name.
    const twice = (name: string, more: string) => ({ ...headers, [name]: `${more}, ${headers[name]}` })
    const refused = [
      twice('webhook-id', 'tp3'),
      twice('webhook-timestamp', String(seconds)),
      { ...headers, 'webhook-signature': `v1a,AAAA, v1,AAAA` },
    ]
    for (const one of refused) expect((await push(api.app, key, text, one)).statusCode).toBe(403)
    const wrong = await signedHeaders([ed25519Signer().signer], text, { id: 'tp2', seconds })
    const joined = twice('webhook-signature', String(wrong['webhook-signature']))
    expect((await push(api.app, key, text, joined)).statusCode).toBe(200)
  })
})
