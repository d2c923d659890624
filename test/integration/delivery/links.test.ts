import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '#store/database.ts'
import { createLink, deleteLink, listLinks, patchLink, readLink } from '#store/links.ts'
import { withDatabase } from '#test/database.ts'

const database = withDatabase()
let pool: Pool

beforeAll(() => {
  pool = createPool({ url: database.url, max: 2 })
})
afterAll(async () => await pool.end())

const NOBODY = '00000000-0000-4000-8000-000000000000'

test('a link begins at the start of the log, sends canonical records, and has its own secret that is shown once', async () => {
  const { link, secret } = await createLink(pool, {
    name: '杭州市平台',
    url: 'https://city.example/in',
    filter: { regions: ['330100'] },
  })
  expect(link).toMatchObject({
    name: '杭州市平台',
    system: null,
    url: 'https://city.example/in',
    allowAddress: [],
    filter: { regions: ['330100'] },
    mapping: 'canonical',
    state: 'active',
    cursor: 0n,
    attempts: 0,
    nextAt: null,
    delivered: 0,
    refused: 0,
    lastOkAt: null,
    lastError: null,
  })
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(Object.values((await readLink(pool, link.id)) ?? {})).not.toContain(secret)
  const { secret: another } = await createLink(pool, { name: 'b', url: 'https://b.example' })
  expect(another).not.toBe(secret)
})

test('a change touches what is named and lets the link try again at once', async () => {
  const { link } = await createLink(pool, {
    name: 'c',
    url: 'https://c.example',
    allowAddress: ['10.0.0.0/8:443'],
  })
  const error = JSON.stringify({
    class: 'auth',
    status: 401,
    detail: 'x',
    advice: { zh: '', en: '' },
    at: '',
  })
  await pool.query(
    "update link_lanes set attempts = 4, next_at = now() + interval '1 day', last_error = $2 where link_id = $1",
    [link.id, error],
  )
  expect(await readLink(pool, link.id)).toMatchObject({ attempts: 4, lastError: { class: 'auth' } })
  const patched = await patchLink(pool, link.id, { name: 'd', filter: { kinds: ['hold'] } })
  expect(patched).toMatchObject({
    name: 'd',
    url: 'https://c.example',
    allowAddress: ['10.0.0.0/8:443'],
    filter: { kinds: ['hold'] },
    attempts: 0,
    nextAt: null,
    lastError: null,
  })
  expect(patched?.updatedAt).not.toBe(link.updatedAt)
  expect((await patchLink(pool, link.id, { state: 'paused' }))?.state).toBe('paused')
})

test('what is not there is null or false', async () => {
  expect(await readLink(pool, NOBODY)).toBeNull()
  expect(await patchLink(pool, NOBODY, { name: 'x' })).toBeNull()
  expect(await deleteLink(pool, NOBODY)).toBe(false)
})

test('pages of the list have every link once', async () => {
  for (let i = 0; i < 5; i++) await createLink(pool, { name: `p${i}`, url: 'https://p.example' })
  const all = await listLinks(pool, { limit: 100 })
  const paged: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await listLinks(pool, { limit: 3, ...(after ? { after } : {}) })
    if (page.length === 0) break
    paged.push(...page.map(({ id }) => id))
    after = paged.at(-1)
  }
  expect(paged).toEqual(all.map(({ id }) => id))
})
