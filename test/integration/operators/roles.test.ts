import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { openapiDocument } from '#cli/openapi-document.ts'
import { ROLES, type Role, SCOPES_OF } from '#flow/operators/roles.ts'
import { makeAuthority } from '#flow/partners/authority.ts'
import { withApi } from '#test/api.ts'
import { requestOf } from '#test/tls.ts'
import { type Person, person } from './person.ts'

const clock = { nowMs: Date.now() }
const api = withApi(undefined, { clock: () => clock.nowMs })
const people = new Map<Role, { who: Person; cookie: string }>()

beforeAll(async () => {
  for (const role of ROLES) {
    const who = await person(api, clock, `the.${role}`, role)
    people.set(role, { who, cookie: await who.enter() })
  }
})

const call = (role: Role, method: string, url: string, body?: unknown) =>
  api.call(method, url, { key: null, body, headers: { cookie: people.get(role)?.cookie ?? '' } })
const status = (role: Role, method: string, url: string, body?: unknown) =>
  call(role, method, url, body).then(({ statusCode }) => statusCode)

const uuid = '0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2'
const document = (await openapiDocument()) as {
  paths: Record<string, Record<string, { security?: { key: string[] }[] }>>
}
const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { security }]) =>
    security?.[0]?.key.length
      ? [
          {
            method: method.toUpperCase(),
            scopes: security[0].key,
            path: path
              .replace('{system}', 'jiaxing-wholesale')
              .replace('{record}', 'trade')
              .replaceAll(/\{\w+\}/g, uuid),
          },
        ]
      : [],
  ),
)

describe('operators', () => {
  it.each(ROLES)('of the role %s call what their role is for, and nothing else', async (role) => {
    let open = 0
    for (const { method, path, scopes } of calls) {
      const isOpen = SCOPES_OF[role].some((scope) => scopes.includes(scope))
      const code = await status(role, method, path)
      expect(code === 403, `${method} ${path}: ${code}`).toBe(!isOpen)
      expect(code, `${method} ${path}`).not.toBe(401)
      expect(code, `${method} ${path}`).toBeLessThan(500)
      if (isOpen) open++
    }
    expect(open).toBeGreaterThan(5)
    expect(open).toBeLessThan(calls.length)
  })

  it('leave their own name in the log', async () => {
    const made = await call('security', 'POST', '/v1/keys', { name: 'k', scopes: ['push:jiaxing-wholesale'] })
    expect(made.statusCode).toBe(201)
    const { entries } = (await call('audit', 'GET', '/v1/audit/log?kind=administration&limit=1000')).json()
    const who = people.get('security')?.who.id
    const own = entries
      .filter((entry: { who: string }) => entry.who === who)
      .map(({ action }: { action: string }) => action)
    expect(own).toContain('createKey')
    expect(own).toContain('signIn')
  })

  it('of the role security give nobody the rights of administrators, by whatever way', async () => {
    for (const scopes of [['admin'], ['audit'], ['read', 'admin']])
      expect(await status('security', 'POST', '/v1/keys', { name: 'k', scopes })).toBe(403)
    expect(await status('security', 'POST', '/v1/keys', { name: 'k', scopes: ['admin:system'] })).toBe(403)
    const { id } = (await api.call('POST', '/v1/keys', { body: { name: 'a', scopes: ['admin'] } })).json()
    expect(await status('security', 'POST', `/v1/keys/${id}/rotate`, {})).toBe(403)
    expect(await status('security', 'DELETE', `/v1/keys/${id}`)).toBe(204)
    const jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
    const client = { name: 'c', scopes: ['admin'], jwks: { keys: [jwk] } }
    expect(await status('security', 'POST', '/v1/oauth-clients', client)).toBe(403)
    const made = (await api.call('POST', '/v1/oauth-clients', { body: client })).json()
    expect(await status('security', 'PATCH', `/v1/oauth-clients/${made.id}`, { jwks: client.jwks })).toBe(403)
    expect(await status('security', 'POST', '/v1/oauth-clients', { ...client, scopes: ['read'] })).toBe(201)
  })

  it('of the role security neither choose nor send away who watches them', async () => {
    const watcher = people.get('audit')?.who.id
    expect(await status('security', 'POST', '/v1/operators', { name: 'mine', role: 'audit' })).toBe(403)
    expect(await status('security', 'DELETE', `/v1/operators/${watcher}`)).toBe(403)
    expect(await status('security', 'POST', `/v1/operators/${watcher}/enrolment`)).toBe(403)
    expect(await status('security', 'DELETE', `/v1/operators/${watcher}/sessions`)).toBe(403)
    const jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
    const reader = { name: 'reader of the log', scopes: ['audit'] }
    const key = (await api.call('POST', '/v1/keys', { body: reader })).json()
    const client = { ...reader, jwks: { keys: [jwk] } }
    const made = (await api.call('POST', '/v1/oauth-clients', { body: client })).json()
    for (const url of [`/v1/keys/${key.id}`, `/v1/oauth-clients/${made.id}`]) {
      expect(await status('security', 'DELETE', url)).toBe(403)
      expect((await api.call('DELETE', url)).statusCode).toBe(204)
    }
  })

  it('of the role security add others of it, and get no code with which they could enrol in another role', async () => {
    const made = await call('security', 'POST', '/v1/operators', { name: 'one.more', role: 'security' })
    expect(made.statusCode).toBe(201)
    expect(made.json()).toMatchObject({ name: 'one.more', otpauth: expect.stringMatching(/^otpauth:/) })
    expect(await status('security', 'POST', '/v1/operators', { name: 'ONE.MORE', role: 'security' })).toBe(
      409,
    )
    const { operators } = (await call('audit', 'GET', '/v1/operators')).json()
    expect(operators).toHaveLength(4)
    expect(JSON.stringify(operators)).not.toMatch(/scrypt|otpauth|totp/)
    expect(await status('security', 'POST', '/v1/operators', { name: 'mine', role: 'system' })).toBe(403)
    const other = (await api.call('POST', '/v1/operators', { body: { name: 'he', role: 'system' } })).json()
    expect(await status('security', 'POST', `/v1/operators/${other.id}/enrolment`)).toBe(403)
    // What takes away is not refused: somebody must be able to stop him.
    expect(await status('security', 'DELETE', `/v1/operators/${other.id}/sessions`)).toBe(204)
    expect(await status('security', 'DELETE', `/v1/operators/${other.id}`)).toBe(204)
  })

  it('of the role security issue certificates to partners and take them back', async () => {
    const wish = { name: 'market', scopes: ['push:jiaxing-wholesale'], request: requestOf('market').csr }
    expect(await status('security', 'POST', '/v1/partners', wish)).toBe(404)
    await makeAuthority(api.pool, { nowMs: clock.nowMs })
    expect(await status('security', 'POST', '/v1/partners', { ...wish, scopes: ['admin'] })).toBe(400)
    expect(await status('security', 'POST', '/v1/partners', { ...wish, request: 'x' })).toBe(400)
    const issued = await call('security', 'POST', '/v1/partners', wish)
    expect(issued.statusCode).toBe(201)
    const { partner, fingerprint } = issued.json()
    expect(await status('security', 'DELETE', `/v1/partner-certificates/${fingerprint}`)).toBe(204)
    expect(await status('security', 'DELETE', `/v1/partner-certificates/${'0'.repeat(64)}`)).toBe(404)
    expect(await status('security', 'DELETE', `/v1/partners/${partner}`)).toBe(204)
    const { partners } = (await call('audit', 'GET', '/v1/partners')).json()
    expect(partners).toMatchObject([
      { id: partner, revokedAt: expect.any(String), certificates: [{ fingerprint }] },
    ])
  })

  it('of the role security give nobody what shows personal values in full, by whatever way', async () => {
    const link = async (sees: string[]): Promise<string> => {
      const made = await api.call('POST', '/v1/links', {
        body: { name: 'city', system: 'jiaxing-wholesale', sees },
      })
      expect(made.statusCode).toBe(201)
      return `link:${made.json().id}`
    }
    const full = await link(['public', 'partner', 'personal'])
    const masked = await link(['public', 'partner'])
    const jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
    const jwks = { keys: [jwk] }
    await makeAuthority(api.pool, { nowMs: clock.nowMs, again: true })
    const { csr } = requestOf('market')
    const refusedOf = async (method: string, url: string, body: unknown): Promise<void> => {
      const answer = await call('security', method, url, body)
      expect([url, answer.statusCode, answer.json().code]).toEqual([url, 403, 'forbidden'])
      expect(answer.json().detail).toMatch(/^needs the scope admin to give (personal|link:)/)
    }
    for (const [i, scopes] of [['personal'], ['read', 'personal'], [full], ['read', full]].entries()) {
      const name = `full ${i}`
      const certificate = { name, scopes, request: csr }
      await refusedOf('POST', '/v1/keys', { name, scopes })
      await refusedOf('POST', '/v1/oauth-clients', { name, scopes, jwks })
      await refusedOf('POST', '/v1/partners', certificate)
      // A key of the scope admin gives them, and what has them an operator may not make his own.
      const key = await api.call('POST', '/v1/keys', { body: { name, scopes } })
      const client = await api.call('POST', '/v1/oauth-clients', { body: { name, scopes, jwks } })
      const partner = await api.call('POST', '/v1/partners', { body: certificate })
      expect([key, client, partner].map(({ statusCode }) => statusCode)).toEqual([201, 201, 201])
      await refusedOf('POST', `/v1/keys/${key.json().id}/rotate`, {})
      for (const patch of [{ jwks }, { scopes: ['read'] }, { name: 'mine' }])
        await refusedOf('PATCH', `/v1/oauth-clients/${client.json().id}`, patch)
      await refusedOf('POST', '/v1/partners', certificate)
      // What takes away is not refused.
      expect(await status('security', 'DELETE', `/v1/keys/${key.json().id}`)).toBe(204)
      expect(await status('security', 'DELETE', `/v1/oauth-clients/${client.json().id}`)).toBe(204)
      expect(await status('security', 'DELETE', `/v1/partners/${partner.json().partner}`)).toBe(204)
    }
    // A client that he may make does not become one that shows them.
    const plain = { name: 'plain', scopes: ['read', masked], jwks }
    const made = await call('security', 'POST', '/v1/oauth-clients', plain)
    expect(made.statusCode).toBe(201)
    for (const scopes of [['read', 'personal'], [full]])
      await refusedOf('PATCH', `/v1/oauth-clients/${made.json().id}`, { scopes })
    expect(await status('security', 'POST', '/v1/keys', { name: 'k', scopes: [masked] })).toBe(201)
    const market = { name: 'receiver', scopes: [masked], request: csr }
    expect(await status('security', 'POST', '/v1/partners', market)).toBe(201)
  })

  it('of the role system have personal values sent nowhere, to themselves or others', async () => {
    const url = 'https://receiver.example.org/hook'
    const link = async (sees: string[]): Promise<string> => {
      const made = await api.call('POST', '/v1/links', {
        body: { name: 'city', system: 'jiaxing-wholesale', sees },
      })
      expect(made.statusCode).toBe(201)
      return `/v1/links/${made.json().id}`
    }
    const full = await link(['public', 'partner', 'personal'])
    const masked = await link(['public', 'partner'])
    const wish = { name: 'mine', system: 'jiaxing-wholesale' }
    for (const [method, at, body] of [
      ['POST', '/v1/links', { ...wish, sees: ['public', 'personal'] }],
      ['PATCH', full, { url }],
      ['PATCH', full, { folder: '/srv/mine' }],
      ['PATCH', full, { sees: ['public', 'personal'] }],
      ['PATCH', masked, { sees: ['public', 'personal'] }],
      ['PATCH', masked, { url, sees: ['personal'] }],
    ] as const) {
      const answer = await call('system', method, at, body)
      expect([at, body, answer.statusCode]).toEqual([at, body, 403])
      expect(answer.json().detail).toBe('needs the scope admin to make or redirect a link that sees personal')
    }
    // What sends them nowhere else, or no longer, he may.
    expect(await status('system', 'POST', '/v1/links', { ...wish, sees: ['public', 'partner'] })).toBe(201)
    for (const body of [{ name: 'renamed' }, { filter: { kinds: ['sale'] } }])
      expect(await status('system', 'PATCH', full, body)).toBe(200)
    expect(await status('system', 'PATCH', full, { sees: ['public', 'partner'] })).toBe(200)
  })

  it('of the role system see the board of jobs, and the others do not', async () => {
    for (const role of ROLES) {
      const board = await api.app.inject({
        url: '/admin/jobs',
        headers: { cookie: people.get(role)?.cookie ?? '' },
      })
      expect(board.statusCode, role).toBe(role === 'system' ? 200 : 401)
    }
  })
})
