import {
  constants,
  createHash,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { dropAssertionsBefore } from '#store/oauth-clients.ts'
import { withApi } from '#test/api.ts'

const api = withApi()
const lists = (key: string) =>
  api.call('GET', '/v1/systems?limit=1', { key }).then((answer) => answer.statusCode)

describe('keys', () => {
  const make = async () =>
    (await api.call('POST', '/v1/keys', { body: { name: 'k', scopes: ['read'] } })).json()

  it('are stored by a keyed digest, and one from before is moved over when it is used', async () => {
    const { id, key } = await make()
    const sha256 = createHash('sha256').update(key).digest()
    const stored = async () =>
      (await api.pool.query('select digest, is_keyed from keys where id = $1', [id])).rows[0]
    const first = await stored()
    expect(first.digest).not.toEqual(sha256)
    await api.pool.query('update keys set digest = $2, is_keyed = false where id = $1', [id, sha256])
    expect(await lists(key)).toBe(200)
    expect(await stored()).toEqual({ ...first, is_keyed: true })
  })

  it('say when they were used last, to a minute, and that they never were', async () => {
    const { id, key } = await make()
    const used = async (): Promise<string | null> => {
      const { keys } = (await api.call('GET', '/v1/keys')).json()
      return keys.find((one: { id: string }) => one.id === id).lastUsedAt
    }
    expect(await used()).toBeNull()
    const fromMs = Date.now()
    expect(await lists(key)).toBe(200)
    expect(Math.abs(Date.parse((await used()) ?? '') - fromMs)).toBeLessThan(60_000)
  })

  it('a digest that leaked is no key', async () => {
    const { id, key } = await make()
    const { rows } = await api.pool.query('select digest from keys where id = $1', [id])
    for (const text of [rows[0].digest.toString('base64'), createHash('sha256').update(key).digest('hex')])
      expect(await lists(text)).toBe(401)
  })

  it('are changed with overlap: both count, then the new one alone', async () => {
    const old = await make()
    const rotated = await api.call('POST', `/v1/keys/${old.id}/rotate`, { body: { overlapSeconds: 600 } })
    expect(rotated.statusCode).toBe(201)
    const next = rotated.json()
    expect(next).toMatchObject({ name: 'k', scopes: ['read'], expiresAt: null })
    expect([await lists(old.key), await lists(next.key)]).toEqual([200, 200])
    const again = await api.call('POST', `/v1/keys/${old.id}/rotate`, { body: { overlapSeconds: 0 } })
    expect(again.statusCode).toBe(201)
    expect([await lists(old.key), await lists(next.key)]).toEqual([401, 200])
    const third = await api.call('POST', `/v1/keys/${old.id}/rotate`, { body: {} })
    expect([third.statusCode, third.json().code]).toEqual([409, 'conflict'])
    expect((await api.call('POST', `/v1/keys/${randomUUID()}/rotate`, { body: {} })).statusCode).toBe(404)
  })
})

/** Of an assertion. */
const LIFE_MS = 60_000

interface Client {
  readonly id: string
  readonly audiences: readonly string[]
}
type Pair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject }
const pairs: Record<string, Pair> = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
}
pairs['PS256'] = pairs['RS256'] as Pair
const jwkOf = ({ publicKey }: Pair) => publicKey.export({ format: 'jwk' })
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const seconds = (): number => Math.floor(Date.now() / 1000)

function signedBy(algorithm: string, signed: string, { privateKey: key }: Pair): Buffer {
  const bytes = Buffer.from(signed)
  if (algorithm === 'EdDSA') return sign(null, bytes, key)
  if (algorithm === 'ES256') return sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' })
  if (algorithm === 'PS256')
    return sign('sha256', bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
  return sign('sha256', bytes, key)
}

function assertion(
  client: Client,
  {
    algorithm = 'ES256',
    header = {},
    claims = {},
    pair = pairs[algorithm] as Pair,
  }: {
    algorithm?: string
    header?: object
    claims?: object
    pair?: Pair
  } = {},
): string {
  const now = seconds()
  const usual = {
    iss: client.id,
    sub: client.id,
    aud: client.audiences[0],
    iat: now,
    exp: now + LIFE_MS / 1000,
    jti: randomUUID(),
  }
  const text = `${encoded({ alg: algorithm, ...header })}.${encoded({ ...usual, ...claims })}`
  return `${text}.${signedBy(algorithm, text, pair).toString('base64url')}`
}

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const ask = (client_assertion: string, more: Record<string, string> = {}) =>
  api.call('POST', '/oauth/token', {
    key: null,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: TYPE,
      client_assertion,
      ...more,
    }).toString(),
  })
const register = async (pair: Pair, scopes = ['read', 'push:jiaxing-wholesale']): Promise<Client> => {
  const answer = await api.call('POST', '/v1/oauth-clients', {
    body: { name: 'Province', scopes, jwks: { keys: [jwkOf(pair)] } },
  })
  expect(answer.statusCode).toBe(201)
  return answer.json()
}

describe('tokens for signed assertions', () => {
  const clients: Record<string, Client> = {}
  let client: Client
  beforeAll(async () => {
    for (const name of Object.keys(pairs)) clients[name] = await register(pairs[name] as Pair)
    client = clients['ES256'] as Client
  })

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])(
    '%s gives a token that goes where a key goes',
    async (algorithm) => {
      const answer = await ask(assertion(clients[algorithm] as Client, { algorithm }))
      expect(answer.statusCode).toBe(200)
      expect(answer.headers['cache-control']).toBe('no-store')
      const { access_token: token, ...rest } = answer.json()
      expect(rest).toEqual({ token_type: 'Bearer', expires_in: 600, scope: 'read push:jiaxing-wholesale' })
      expect(await lists(token)).toBe(200)
      expect((await api.call('GET', '/v1/keys', { key: token })).statusCode).toBe(403)
      for (const changed of [
        `${token}A`,
        token.slice(0, -1),
        token.replace('.', 'A.'),
        `${token.slice(0, 12)}${token[12] === 'x' ? 'y' : 'x'}${token.slice(13)}`,
      ])
        expect(await lists(changed)).toBe(401)
    },
  )

  it('of fewer scopes where fewer are asked for, and of none that the client does not have', async () => {
    const less = (await ask(assertion(client), { scope: 'push:jiaxing-wholesale' })).json()
    expect(less.scope).toBe('push:jiaxing-wholesale')
    expect(await lists(less.access_token)).toBe(403)
    const more = await ask(assertion(client), { scope: 'read admin' })
    expect([more.statusCode, more.json().error]).toEqual([400, 'invalid_scope'])
  })

  const now = seconds()
  const hs256 = (owner: Client): string => {
    const pem = (pairs['ES256'] as Pair).publicKey.export({ type: 'spki', format: 'pem' })
    const body = assertion(owner).split('.')[1]
    const text = `${encoded({ alg: 'HS256' })}.${body}`
    return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`
  }
  const cases: [string, (owner: Client) => string][] = [
    ['no algorithm', (owner) => `${encoded({ alg: 'none' })}.${assertion(owner).split('.')[1]}.`],
    [
      'no algorithm, with some signature',
      (owner) => `${encoded({ alg: 'none' })}.${assertion(owner).split('.')[1]}.AAAA`,
    ],
    ['HMAC with the public key', hs256],
    ['an extension that is critical', (owner) => assertion(owner, { header: { crit: ['exp'] } })],
    ['the algorithm of another key', (owner) => assertion(owner, { algorithm: 'EdDSA' })],
    [
      'the key of another',
      (owner) => assertion(owner, { pair: generateKeyPairSync('ec', { namedCurve: 'P-256' }) }),
    ],
    [
      'another key of the header',
      (owner) =>
        assertion(owner, { pair: generateKeyPairSync('ec', { namedCurve: 'P-256' }), header: { jwk: {} } }),
    ],
    [
      'another audience',
      (owner) => assertion(owner, { claims: { aud: 'https://other.example/oauth/token' } }),
    ],
    [
      'an audience beside this hub',
      (owner) => assertion(owner, { claims: { aud: [owner.audiences[0], 'https://other.example'] } }),
    ],
    [
      'the same one twice',
      (owner) => assertion(owner, { claims: { aud: [owner.audiences[0], owner.audiences[0]] } }),
    ],
    ['no audience in a list', (owner) => assertion(owner, { claims: { aud: [] } })],
    ['no audience', (owner) => assertion(owner, { claims: { aud: undefined } })],
    ['another issuer', (owner) => assertion(owner, { claims: { iss: randomUUID() } })],
    ['a client that there is not', (owner) => assertion({ ...owner, id: randomUUID() })],
    ['a client that is no identifier', (owner) => assertion({ ...owner, id: "' or 1=1 --" })],
    ['an end that is over', (owner) => assertion(owner, { claims: { iat: now - 300, exp: now - 120 } })],
    ['a beginning to come', (owner) => assertion(owner, { claims: { iat: now + 300, exp: now + 400 } })],
    ['nbf to come', (owner) => assertion(owner, { claims: { nbf: now + 300 } })],
    ['a life of a day', (owner) => assertion(owner, { claims: { exp: now + 86_400 } })],
    ['no end', (owner) => assertion(owner, { claims: { exp: undefined } })],
    ['an end in text', (owner) => assertion(owner, { claims: { exp: String(now + 60) } })],
    ['no jti', (owner) => assertion(owner, { claims: { jti: undefined } })],
    ['a jti with NUL', (owner) => assertion(owner, { claims: { jti: 'a\0' } })],
    ['a jti that is too long', (owner) => assertion(owner, { claims: { jti: 'a'.repeat(256) } })],
    ['two parts', (owner) => assertion(owner).split('.').slice(0, 2).join('.')],
    ['a part more', (owner) => `${assertion(owner)}.AA`],
    [
      'a signature in DER',
      (owner) => {
        const [head, body] = assertion(owner).split('.')
        const der = sign('sha256', Buffer.from(`${head}.${body}`), (pairs['ES256'] as Pair).privateKey)
        return `${head}.${body}.${der.toString('base64url')}`
      },
    ],
    [
      'a signature of zeros',
      (owner) =>
        `${assertion(owner).split('.').slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`,
    ],
    ['nothing', () => ''],
  ]
  it.each(cases)('%s is not believed', async (_, made) => {
    const answer = await ask(made(client))
    expect([answer.statusCode, answer.json().error]).toEqual([401, 'invalid_client'])
  })

  it('every changed letter of an assertion is refused', async () => {
    const good = assertion(client)
    const places = [2, 20, good.indexOf('.') + 9, good.lastIndexOf('.') + 1, good.length - 1, good.length - 2]
    for (const at of places) {
      const changed = `${good.slice(0, at)}${good[at] === 'A' ? 'B' : 'A'}${good.slice(at + 1)}`
      expect((await ask(changed)).statusCode).toBe(401)
    }
    expect((await ask(good)).statusCode).toBe(200)
  })

  it('an assertion counts once, also when it comes many times at once, and is remembered for as long as it could count', async () => {
    const one = assertion(client)
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(one)))
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401, 401, 401, 401])
    // Another process, whose clock is ahead, forgets what this one would still take.
    await dropAssertionsBefore(api.pool, Date.now() + 60_000 + LIFE_MS + 30_000)
    expect((await ask(one)).statusCode).toBe(401)
  })

  it('a client that is revoked has no tokens any more, and one whose keys changed only the new ones', async () => {
    const { access_token: token } = (await ask(assertion(client))).json()
    const next = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const keys = [jwkOf(pairs['ES256'] as Pair), jwkOf(next)]
    await api.call('PATCH', `/v1/oauth-clients/${client.id}`, { body: { jwks: { keys } } })
    expect((await ask(assertion(client, { pair: next }))).statusCode).toBe(200)
    expect((await ask(assertion(client))).statusCode).toBe(200)
    await api.call('PATCH', `/v1/oauth-clients/${client.id}`, {
      body: { jwks: { keys: [jwkOf(next)] }, scopes: ['push:jiaxing-wholesale'] },
    })
    expect((await ask(assertion(client))).statusCode).toBe(401)
    expect(await lists(token)).toBe(403)
    await api.call('DELETE', `/v1/oauth-clients/${client.id}`)
    expect(await lists(token)).toBe(401)
    expect((await ask(assertion(client, { pair: next }))).statusCode).toBe(401)
  })

  it.each([
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ client_assertion_type: 'other' }, 'invalid_request'],
    [{ client_id: randomUUID() }, 'invalid_client'],
  ])('%j is refused as RFC 6749 says', async (more, error) => {
    const answer = await ask(assertion(clients['EdDSA'] as Client, { algorithm: 'EdDSA' }), more)
    expect(answer.json().error).toBe(error)
  })

  it.each([
    ['a private key', () => (pairs['ES256'] as Pair).privateKey.export({ format: 'jwk' })],
    ['a secret', () => ({ kty: 'oct', k: 'AAAA' })],
    ['a short RSA key', () => jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }))],
    ['another curve', () => jwkOf(generateKeyPairSync('ec', { namedCurve: 'secp521r1' }))],
    ['a key for something else', () => ({ ...jwkOf(pairs['ES256'] as Pair), use: 'enc' })],
    [
      'a point that is not on the curve',
      () => ({ ...jwkOf(pairs['ES256'] as Pair), x: jwkOf(pairs['ES256'] as Pair).y }),
    ],
    ['nothing', () => ({})],
  ])('%s cannot be registered', async (_, jwk) => {
    const body = { name: 'x', scopes: ['read'], jwks: { keys: [jwk()] } }
    const answer = await api.call('POST', '/v1/oauth-clients', { body })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().issues[0].path).toBe('/jwks/keys/0')
  })
})
