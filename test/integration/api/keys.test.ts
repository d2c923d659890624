import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'

const api = withApi()
const make = (body: unknown) => api.call('POST', '/v1/keys', { body })

it('a key is shown once, and only its digest is stored', async () => {
  const answer = await make({ name: 'Market', scopes: ['push:jiaxing-wholesale', 'read'] })
  expect(answer.statusCode).toBe(201)
  const { key, ...stored } = answer.json()
  expect(key).toMatch(/^hub_[A-Za-z0-9_-]{43}$/)
  expect(stored).toMatchObject({
    name: 'Market',
    scopes: ['push:jiaxing-wholesale', 'read'],
    expiresAt: null,
    revokedAt: null,
  })
  const listed = await api.call('GET', '/v1/keys')
  expect(listed.body).not.toContain(key)
  expect(listed.json().keys.map((one: { id: string }) => one.id)).toContain(stored.id)
  const { rows } = await api.pool.query(
    'select digest, row_to_json(keys)::text as row from keys where id = $1',
    [stored.id],
  )
  expect(rows[0].digest).not.toEqual(createHash('sha256').update(key).digest())
  expect(rows[0].row).not.toContain(key)
})

it.each([
  [{ name: 'x', scopes: [] }, '/scopes'],
  [{ name: 'x', scopes: ['root'] }, '/scopes/0'],
  [{ name: 'x', scopes: ['push:'] }, '/scopes/0'],
  [{ name: 'x', scopes: ['read', 'read'] }, '/scopes'],
  [{ name: '', scopes: ['read'] }, '/name'],
  [{ scopes: ['read'] }, '/name'],
  [{ name: 'x', scopes: ['read'], admin: true }, '/admin'],
  [{ name: 'x', scopes: ['read'], expiresAt: 'tomorrow' }, '/expiresAt'],
  [{ name: 'x', scopes: ['read'], expiresAt: '2001-01-01T00:00:00Z' }, '/expiresAt'],
  [[], ''],
  [null, ''],
])('%j is refused at %s', async (body, path) => {
  const answer = await make(body)
  expect(answer.statusCode).toBe(400)
  expect(answer.json().issues.map((issue: { path: string }) => issue.path)).toContain(path)
})

it('only the administrator handles keys', async () => {
  for (const scope of ['read', 'push:jiaxing-wholesale']) {
    const key = await api.key(scope)
    expect(
      (await api.call('POST', '/v1/keys', { key, body: { name: 'x', scopes: ['admin'] } })).statusCode,
    ).toBe(403)
    expect((await api.call('GET', '/v1/keys', { key })).statusCode).toBe(403)
    expect(
      (await api.call('DELETE', '/v1/keys/0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2', { key })).statusCode,
    ).toBe(403)
  }
})

it('a key that there is not cannot be revoked', async () => {
  expect((await api.call('DELETE', '/v1/keys/0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2')).statusCode).toBe(404)
  expect((await api.call('DELETE', '/v1/keys/all')).statusCode).toBe(400)
})
