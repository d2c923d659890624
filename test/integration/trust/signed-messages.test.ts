import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signSm2 } from '#adapters/sm2/sm2.ts'
import { endSm2Threads } from '#adapters/sm2/threads.ts'
import { checkSigners } from '#cli/doctor/signers.ts'
import { writeSm2Signature } from '#core/signing/sm2.ts'
import { NONCE_KEPT_MS } from '#flow/signers/check-signer.ts'
import { dropNoncesBefore } from '#store/message-nonces.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { ed25519Signer, hmacSigner, type Signer, signedHeaders } from '#test/sign-message.ts'

const api = withApi()
const KEYS = '/v1/systems/jiaxing-wholesale/signing-keys'
const body = (...numbers: string[]): string => JSON.stringify(numbers.map((no) => trade(no)))
const push = (text: string | Buffer, headers: Record<string, string>) => api.push(TRADES, text, { headers })
const sm2Keys = {
  privateKey: Buffer.from('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8', 'hex'),
  publicKey: Buffer.from(
    '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
    'hex',
  ),
}
const sm2Signer =
  (id?: string): Signer =>
  async (signed) =>
    `vsm2,${writeSm2Signature(await signSm2({ ...sm2Keys, ...(id ? { id } : {}) }, signed)).toString('base64')}`

const signers: Record<string, Signer> = {}
const edward = ed25519Signer()
let hmacKey = ''

beforeAll(async () => {
  const made = await api.call('POST', KEYS, { body: { scheme: 'v1', name: 'first' } })
  expect(made.statusCode).toBe(201)
  expect(made.json().secret).toMatch(/^whsec_/)
  hmacKey = made.json().id
  signers['v1'] = hmacSigner(made.json().secret)
  const ed = await api.call('POST', KEYS, { body: { scheme: 'v1a', publicKey: edward.publicKey } })
  expect(ed.json()).toMatchObject({ scheme: 'v1a', publicKey: edward.publicKey, secret: null })
  signers['v1a'] = edward.signer
  const publicKey = sm2Keys.publicKey.toString('hex')
  const sm2 = await api.call('POST', KEYS, { body: { scheme: 'vsm2', publicKey, signer: 'jiaxing' } })
  expect(sm2.statusCode).toBe(201)
  signers['vsm2'] = sm2Signer('jiaxing')
})
afterAll(endSm2Threads)

const count = async (table: string): Promise<number> =>
  (await api.pool.query(`select count(*)::int as n from ${table}`)).rows[0].n

describe('a system that may sign', () => {
  it('pushes unsigned as before', async () => {
    expect((await push(body('U1'), {})).json()).toMatchObject({ accepted: 1 })
  })

  it.each(['v1', 'v1a', 'vsm2'])('is believed with a signature of %s', async (scheme) => {
    const text = body(`B-${scheme}`)
    const answer = await push(text, await signedHeaders([signers[scheme] as Signer], text))
    expect(answer.json()).toMatchObject({ accepted: 1 })
  })

  it('is believed where one of several signatures fits, as while a key is changed', async () => {
    const text = body('R1')
    const strange = ed25519Signer().signer
    expect((await push(text, await signedHeaders([strange, edward.signer], text))).statusCode).toBe(200)
  })

  it('is believed compressed: what is signed is the body without its coding', async () => {
    const { gzipSync } = await import('node:zlib')
    const text = body('Z1')
    const headers = await signedHeaders([edward.signer], text)
    expect((await push(gzipSync(text), { ...headers, 'content-encoding': 'gzip' })).statusCode).toBe(200)
  })
})

describe('what is not signed as agreed is refused, and nothing of it becomes a record', () => {
  const refused: [string, (text: string) => Promise<Record<string, string>>, string][] = [
    ['another key', (text) => signedHeaders([ed25519Signer().signer], text), 'webhook-signature'],
    ['another identity with SM2', (text) => signedHeaders([sm2Signer()], text), 'webhook-signature'],
    ['another body', (text) => signedHeaders([edward.signer], `${text} `), 'webhook-signature'],
    [
      'a time that is over',
      (text) => signedHeaders([edward.signer], text, { seconds: now() - 301 }),
      'webhook-timestamp',
    ],
    [
      'a time to come',
      (text) => signedHeaders([edward.signer], text, { seconds: now() + 310 }),
      'webhook-timestamp',
    ],
    [
      'another time than was signed',
      async (text) => ({
        ...(await signedHeaders([edward.signer], text)),
        'webhook-timestamp': `${now() + 9}`,
      }),
      'webhook-signature',
    ],
    [
      'another id than was signed',
      async (text) => ({ ...(await signedHeaders([edward.signer], text)), 'webhook-id': 'other' }),
      'webhook-signature',
    ],
    ['an id with a full stop', (text) => signedHeaders([edward.signer], text, { id: 'a.1' }), 'webhook-id'],
    [
      'a signature alone',
      async (text) => ({
        'webhook-signature': (await signedHeaders([edward.signer], text))['webhook-signature'] as string,
      }),
      'webhook-signature',
    ],
    [
      'the signature of one scheme under the name of another',
      async (text) => {
        const headers = await signedHeaders([edward.signer], text)
        return {
          ...headers,
          'webhook-signature': headers['webhook-signature']?.replace('v1a,', 'v1,') as string,
        }
      },
      'webhook-signature',
    ],
    [
      'a scheme that there is not',
      async (text) => ({ ...(await signedHeaders([edward.signer], text)), 'webhook-signature': 'none,AAAA' }),
      'webhook-signature',
    ],
  ]
  it.each(refused)('%s', async (_, headers, path) => {
    const before = await count('record_versions')
    const text = body(`X${Math.random()}`)
    const answer = await push(text, await headers(text))
    expect(answer.statusCode).toBe(403)
    expect(answer.json()).toMatchObject({ code: 'bad_signature', issues: [{ code: 'E_SIGN', path }] })
    expect(await count('record_versions')).toBe(before)
    const receipt = await api.call('GET', `/v1/receipts/${answer.json().receipt}`)
    expect(receipt.json()).toMatchObject({ state: 'refused', accepted: 0 })
  })

  it('every changed bit of a signature, whatever the scheme', async () => {
    const text = body('BITS')
    for (const signer of Object.values(signers)) {
      const headers = await signedHeaders([signer], text)
      const [scheme, base64 = ''] = (headers['webhook-signature'] as string).split(',')
      for (const at of [0, 1, 5, 20, base64.length - 3, base64.length - 2]) {
        const letter = base64[at] === 'A' ? 'B' : 'A'
        const changed = `${scheme},${base64.slice(0, at)}${letter}${base64.slice(at + 1)}`
        const answer = await push(text, { ...headers, 'webhook-signature': changed })
        expect(answer.statusCode).toBe(403)
      }
    }
  })
})

describe('an id counts once', () => {
  it('the same bytes again get the receipt of the first, signed anew or not, and at once together', async () => {
    const text = body('N1')
    const first = await signedHeaders([edward.signer], text, { id: 'n1' })
    const answers = await Promise.all([push(text, first), push(text, first), push(text, first)])
    const anew = await push(
      text,
      await signedHeaders([signers['v1'] as Signer], text, { id: 'n1', seconds: now() - 9 }),
    )
    const receipts = [...answers, anew].map((answer) => answer.json().receipt)
    expect(new Set(receipts).size).toBe(1)
    const { rows } = await api.pool.query(`select count(*)::int as n from message_nonces where nonce = 'n1'`)
    expect(rows[0].n).toBe(1)
  })

  it('other bytes under the same id are refused', async () => {
    const answer = await push(body('N2'), await signedHeaders([edward.signer], body('N2'), { id: 'n1' }))
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'nonce_used'])
    const records = await api.call('GET', '/v1/records?system=jiaxing-wholesale&limit=1000')
    expect(records.body).not.toContain(':N2')
  })

  it('an id is remembered for as long as its signature can count, by the clock of any process, and not much longer', async () => {
    // A message of five minutes ahead counts to the end of the second ten minutes on, and a minute more by a clock that is behind.
    const { rows } = await api.pool.query('select max(received_at) as at from message_nonces')
    const lastMs = Date.parse(rows[0].at) + 600_999
    await dropNoncesBefore(api.pool, lastMs + 58_000 - NONCE_KEPT_MS)
    expect(await count('message_nonces')).toBeGreaterThan(0)
    await dropNoncesBefore(api.pool, Date.now() + 1000)
    expect(await count('message_nonces')).toBe(0)
    expect(NONCE_KEPT_MS).toBeLessThanOrEqual(660_000)
  })

  it('an Idempotency-Key beside it says the same', async () => {
    const text = body('K1')
    const headers = { ...(await signedHeaders([edward.signer], text)), 'idempotency-key': 'k1' }
    const first = await push(text, headers)
    const again = { ...(await signedHeaders([edward.signer], text)), 'idempotency-key': 'k1' }
    expect((await push(text, again)).json().receipt).toBe(first.json().receipt)
  })

  it('of a message that is worked on later too', async () => {
    const text = body('L1')
    const headers = { ...(await signedHeaders([edward.signer], text, { id: 'l1' })), prefer: 'respond-async' }
    const first = await push(text, headers)
    expect([200, 202]).toContain(first.statusCode)
    expect((await push(text, headers)).json().receipt).toBe(first.json().receipt)
    const wrong = await push(body('L2'), { ...headers, 'webhook-id': 'l2' })
    expect(wrong.statusCode).toBe(403)
  })
})

describe('a system that must sign', () => {
  it('is refused unsigned in every way, until it need not any more', async () => {
    await api.call('PATCH', KEYS, { body: { required: true } })
    expect((await push(body('M1'), {})).json()).toMatchObject({ code: 'bad_signature' })
    expect((await push(body('M1'), { prefer: 'respond-async' })).json()).toMatchObject({
      code: 'bad_signature',
    })
    const canonical = JSON.stringify({ kind: 'party', system: 'jiaxing-wholesale', key: ['p'], name: '甲' })
    const unsigned = await api.call('POST', '/v1/records', { body: canonical })
    expect(unsigned.json()).toMatchObject({ code: 'bad_signature' })
    const headers = await signedHeaders([edward.signer], canonical)
    const signed = await api.call('POST', '/v1/records', { body: canonical, headers })
    expect(signed.json().code).not.toBe('bad_signature')
    const text = body('M2')
    expect((await push(text, await signedHeaders([edward.signer], text))).statusCode).toBe(200)
    await api.call('PATCH', KEYS, { body: { required: false } })
    expect((await push(body('M1'), {})).statusCode).toBe(200)
  })
})

describe('keys of a system', () => {
  it('are of no other system: what is signed does not say of which it is, and would count for each', async () => {
    const OTHER = '/v1/systems/market-scales/signing-keys'
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    const first = await api.call('POST', KEYS, { body: { scheme: 'v1', secret } })
    expect(first.statusCode).toBe(201)
    const wishes = [
      { scheme: 'v1', secret },
      { scheme: 'v1a', publicKey: edward.publicKey },
      { scheme: 'vsm2', publicKey: sm2Keys.publicKey.toString('hex') },
    ]
    for (const body of wishes) {
      const answer = await api.call('POST', OTHER, { body })
      expect([body.scheme, answer.statusCode, answer.json().code]).toEqual([body.scheme, 409, 'conflict'])
      expect(answer.json().detail).toContain('jiaxing-wholesale')
      expect(answer.body).not.toContain(secret)
    }
    expect((await api.call('GET', OTHER)).json().keys).toEqual([])
    // Of the same time, one of two systems gets it.
    const publicKey = ed25519Signer().publicKey
    const both = [KEYS, OTHER].map((url) => api.call('POST', url, { body: { scheme: 'v1a', publicKey } }))
    expect((await Promise.all(both)).map(({ statusCode }) => statusCode).sort()).toEqual([201, 409])
    // Once it counts for the first no more, it may be given to another.
    expect((await api.call('DELETE', `${KEYS}/${first.json().id}`)).statusCode).toBe(204)
    expect((await api.call('POST', OTHER, { body: wishes[0] })).statusCode).toBe(201)
  })

  it('that two systems share from before are named by hub doctor, as long as they count for both', async () => {
    const OTHER = '/v1/systems/market-scales/signing-keys'
    const reading = () => checkSigners(api.pool)
    expect(await reading()).toMatchObject({ check: 'signing.keys', state: 'ok' })
    const shared = ed25519Signer().publicKey
    const own = await api.call('POST', KEYS, { body: { scheme: 'v1a', publicKey: shared } })
    const { id } = (await api.call('POST', OTHER, { body: { scheme: 'v1', name: 'h' } })).json()
    expect((await reading()).state).toBe('ok')
    // As it could be registered before: by hand, since it is refused now.
    const copy = `insert into signing_keys (id, system, scheme, name, public_key)
      values (gen_random_uuid(), 'market-scales', 'v1a', 'copy', $1) returning id`
    const { rows } = await api.pool.query(copy, [shared])
    const named = await reading()
    expect(named).toMatchObject({
      state: 'warn',
      said: { en: expect.stringContaining('jiaxing-wholesale, market-scales.') },
    })
    expect(JSON.stringify(named)).not.toContain(shared)
    expect((await api.call('DELETE', `${OTHER}/${rows[0].id}`)).statusCode).toBe(204)
    expect((await reading()).state).toBe('ok')
    for (const url of [`${KEYS}/${own.json().id}`, `${OTHER}/${id}`])
      expect((await api.call('DELETE', url)).statusCode).toBe(204)
    // Secrets are sealed each for its system: the same one in two of them is found all the same.
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
    const first = (await api.call('POST', KEYS, { body: { scheme: 'v1', secret } })).json()
    await api.pool.query(`update signing_keys set ends_at = clock_timestamp() where id = $1`, [first.id])
    const second = (await api.call('POST', OTHER, { body: { scheme: 'v1', secret } })).json()
    expect((await reading()).state).toBe('ok')
    await api.pool.query('update signing_keys set ends_at = null where id = $1', [first.id])
    expect((await reading()).state).toBe('warn')
    for (const url of [`${KEYS}/${first.id}`, `${OTHER}/${second.id}`])
      expect((await api.call('DELETE', url)).statusCode).toBe(204)
  })

  it('are never given back, and stored sealed', async () => {
    const listed = await api.call('GET', KEYS)
    expect(listed.body).not.toMatch(/whsec_/)
    const { rows } = await api.pool.query('select row_to_json(signing_keys)::text as row from signing_keys')
    expect(rows.map(({ row }) => row).join()).not.toMatch(/whsec_/)
  })

  it('end when they are revoked, and overlap when the next one says so', async () => {
    await api.call('DELETE', `${KEYS}/${hmacKey}`)
    const text = body('E1')
    expect((await push(text, await signedHeaders([signers['v1'] as Signer], text))).statusCode).toBe(403)
    const next = ed25519Signer()
    const othersEndAt = new Date(Date.now() + 3_600_000).toISOString()
    await api.call('POST', KEYS, { body: { scheme: 'v1a', publicKey: next.publicKey, othersEndAt } })
    for (const signer of [edward.signer, next.signer])
      expect((await push(text, await signedHeaders([signer], text))).statusCode).toBe(200)
    const now = new Date().toISOString()
    await api.call('POST', KEYS, {
      body: { scheme: 'v1a', publicKey: ed25519Signer().publicKey, othersEndAt: now },
    })
    expect((await push(text, await signedHeaders([next.signer], text))).statusCode).toBe(403)
  })

  it.each([
    [{ scheme: 'v1', secret: 'whsec_AAAA' }, '/secret'],
    [{ scheme: 'v1', publicKey: 'whpk_' }, '/publicKey'],
    [{ scheme: 'v1a' }, '/publicKey'],
    [{ scheme: 'v1a', publicKey: 'whpk_AAAA' }, '/publicKey'],
    [{ scheme: 'v1a', publicKey: edward.publicKey, secret: 'x' }, '/secret'],
    [{ scheme: 'v1a', publicKey: edward.publicKey, signer: 'x' }, '/signer'],
    [{ scheme: 'vsm2', publicKey: '04'.repeat(65) }, '/publicKey'],
    [{ scheme: 'none' }, '/scheme'],
    [{ scheme: 'v1', endsAt: '2001-01-01T00:00:00Z' }, '/endsAt'],
  ])('%j is refused', async (wish, path) => {
    const answer = await api.call('POST', KEYS, { body: wish })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().issues.map((issue: { path: string }) => issue.path)).toContain(path)
  })
})

const now = (): number => Math.floor(Date.now() / 1000)
