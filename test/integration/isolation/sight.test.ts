import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { makeToken } from '#flow/oauth/token.ts'
import { insertOauthClient } from '#store/oauth-clients.ts'
import { withApi } from '#test/api.ts'

const api = withApi()

const SYSTEMS = ['jiaxing-wholesale', 'zj-agri-certificate', 'shaoxing-slaughter']
const REGIONS = ['330400', '330402', '330482', '330105', '330100', '310115', null] as const
/** Sights as scopes, and what of a version each lets through, said apart from the program. */
const SEES: readonly (readonly [scope: string, sees: (one: Said) => boolean])[] = [
  ...SYSTEMS.map((system) => [`read:${system}`, (one: Said) => one.system === system] as const),
  ['read:nobody', () => false],
  ['read:region:330000', ({ region }) => region?.slice(0, 2) === '33'],
  ['read:region:330400', ({ region }) => region?.slice(0, 4) === '3304'],
  ['read:region:330402', ({ region }) => region === '330402'],
  ['read:region:310000', ({ region }) => region?.slice(0, 2) === '31'],
  ['read:region:440100', () => false],
]

interface Said {
  readonly system: string
  readonly key: string
  readonly region: (typeof REGIONS)[number]
  readonly mass: number
}
interface Version extends Said {
  readonly id: string
  readonly version: number
}

/** A change as the feed tells it. */
interface Told {
  readonly operation: string
  readonly outOfSight?: boolean
  readonly record: {
    readonly version: number
    readonly status: string
    readonly region?: { readonly code: string }
    readonly quantity: { readonly value: string }
  }
}

const said: fc.Arbitrary<Said> = fc.record({
  system: fc.constantFrom(...SYSTEMS),
  key: fc.integer({ min: 1, max: 12 }).map((n) => `S${n}`),
  region: fc.constantFrom(...REGIONS),
  mass: fc.integer({ min: 1, max: 9 }),
})

const versions: Version[] = []
const CODE = 'doc:SIGHT-1'

/** The log as it should be: a version for each change of content. */
beforeAll(async () => {
  for (const one of fc.sample(said, 60)) {
    const { system, key, region, mass } = one
    const answer = await api.call('POST', '/v1/records', {
      body: {
        kind: 'sale',
        system,
        key: [key],
        occurredAt: { at: '2026-07-15T04:12:30+08:00', precision: 'second' },
        parties: [{ role: 'seller', name: '某经营部', ids: [] }],
        product: { name: '番茄' },
        quantity: { value: String(mass), unit: 'KGM' },
        documents: [{ role: 'upstream', type: 'promise_cert', number: 'SIGHT-1' }],
        ...(region === null ? {} : { region: { code: region, year: 2026 } }),
      },
    })
    const { result, records } = answer.json().results[0]
    if (result === 'created' || result === 'updated')
      versions.push({ ...one, id: records[0].id, version: records[0].version })
    else expect([result, answer.body]).toEqual(['unchanged', answer.body])
  }
  expect(versions.length).toBeGreaterThan(20)
})

const name = ({ id, version }: { id: string; version: number }): string => `${id} ${version}`

/** Every page of a list. */
async function all(path: string, plural: string, key: string, limit: number): Promise<Version[]> {
  const found: Version[] = []
  for (let after: string | null = null; ; ) {
    const answer = await api.call('GET', `${path}?limit=${limit}${after ? `&after=${after}` : ''}`, { key })
    expect(answer.statusCode, answer.body).toBe(200)
    const page = answer.json()
    found.push(...page[plural])
    if (page.next === null || (plural === 'changes' && page[plural].length === 0)) return found
    after = page.next
  }
}

it('what the API shows to a caller of some systems and regions is what the plain model says, whatever the records and the sight', async () => {
  const admin = await api.call('GET', `/v1/trace/${encodeURIComponent(CODE)}`)
  expect(admin.statusCode, admin.body).toBe(200)
  const edges = admin.json().edges as { from: string; to: string; record: string }[]
  await fc.assert(
    fc.asyncProperty(
      fc.subarray([...SEES], { minLength: 1 }),
      fc.integer({ min: 1, max: 20 }),
      async (sight, limit) => {
        const key = await api.key(...sight.map(([scope]) => scope))
        const seen = versions.filter((one) => sight.some(([, sees]) => sees(one)))
        const newest = seen.filter(
          (one) => !seen.some(({ id, version }) => id === one.id && version > one.version),
        )

        const listed = await all('/v1/records', 'records', key, limit)
        expect(listed.map(name).sort()).toEqual(newest.map(name).sort())
        const isSeen = (one: Version): boolean => seen.includes(one)
        const before = ({ id, version }: Version): Version | undefined =>
          versions.findLast((one) => one.id === id && one.version < version)
        const left = (one: Version): boolean => {
          const last = before(one)
          return !isSeen(one) && last !== undefined && isSeen(last)
        }
        const fed = (await all('/v1/changes', 'changes', key, limit)) as (Version & Told)[]
        expect(fed.map(name)).toEqual(versions.filter((one) => isSeen(one) || left(one)).map(name))
        for (const { operation, outOfSight = false, record, ...one } of fed) {
          const told = versions.find((other) => name(other) === name(one)) as Version
          const shown = isSeen(told) ? told : (before(told) as Version)
          expect({ operation, outOfSight, region: record.region?.code, kg: record.quantity.value }).toEqual({
            operation: isSeen(told) ? 'upsert' : 'void',
            outOfSight: !isSeen(told),
            region: shown.region ?? undefined,
            kg: String(shown.mass),
          })
          expect([record.version, record.status]).toEqual([told.version, isSeen(told) ? 'active' : 'void'])
        }
        for (const id of new Set(versions.map((one) => one.id))) {
          const answer = await api.call('GET', `/v1/records/${encodeURIComponent(id)}?versions=true`, { key })
          const expected = seen.filter((one) => one.id === id).map(({ version }) => version)
          expect(answer.statusCode).toBe(expected.length > 0 ? 200 : 404)
          if (expected.length > 0)
            expect(answer.json().versions.map((one: Version) => one.version)).toEqual(expected.reverse())
        }
        const found = await api.call('GET', '/v1/records?code=doc:SIGHT-1', { key })
        expect(found.json().records.map(name).sort()).toEqual(newest.map(name).sort())

        const graph = await api.call('GET', `/v1/trace/${encodeURIComponent(CODE)}`, { key })
        expect(graph.statusCode, graph.body).toBe(newest.length > 0 ? 200 : 404)
        const live = new Set(newest.map(({ id }) => id))
        const whole = new Map(versions.map((one) => [one.id, one.version]))
        const said = new Set(
          newest.filter(({ id, version }) => whole.get(id) === version).map(({ id }) => id),
        )
        if (newest.length > 0) {
          const shown = graph.json()
          expect(shown.edges.map((one: { record: string }) => one.record).sort()).toEqual(
            edges
              .map(({ record }) => record)
              .filter((id) => said.has(id))
              .sort(),
          )
          for (const id of new Set(versions.map((one) => one.id)))
            if (!live.has(id)) expect(graph.body.includes(`${id}"`)).toBe(false)
        }
      },
    ),
    { numRuns: 20 },
  )
}, 300_000)

it('a place of a list that a limited caller is given says nothing of the log, is never the same twice, and is of its list, its key and its sight', async () => {
  const key = await api.key('read:jiaxing-wholesale')
  const next = async (path: string, by = key, after = '') =>
    await api.call('GET', `${path}?limit=1${after && `&after=${after}`}`, { key: by })
  const [one, two] = [await next('/v1/changes'), await next('/v1/changes')].map(
    (answer) => answer.json().next,
  )
  expect(one).not.toBe(two)
  expect(Buffer.from(one, 'base64url').toString('latin1')).not.toMatch(/\d{3}/)
  expect((await next('/v1/changes', key, one)).statusCode).toBe(200)
  expect((await next('/v1/records', key, one)).statusCode).toBe(400)
  for (const scopes of [
    ['read:jiaxing-wholesale'],
    ['read:jiaxing-wholesale', 'read:shaoxing-slaughter'],
    ['read'],
  ])
    expect((await next('/v1/changes', await api.key(...scopes), one)).statusCode).toBe(400)
  const changed = `${one.slice(0, -2)}${one.endsWith('A') ? 'Bg' : 'AA'}`
  expect((await next('/v1/changes', key, changed)).statusCode).toBe(400)
})

it('scopes of systems and regions are refused where they name no region, the hub itself, or no single system', async () => {
  for (const scope of [
    ...[
      'read:',
      'read:trace-hub',
      'read:region:',
      'read:region:33',
      'read:region:999999',
      'read:region:000000',
    ],
    ...[
      'read:*',
      'read:a,b',
      'read:region:330000,310000',
      'READ:a',
      "read:a'",
      'read:%',
      'read:region:330000 ',
    ],
  ]) {
    const answer = await api.call('POST', '/v1/keys', { body: { name: 'x', scopes: [scope] } })
    expect([scope, answer.statusCode]).toEqual([scope, 400])
  }
})

it('a token of an OAuth client sees as much as its scopes say, and its places in lists end with another sight', async () => {
  const id = randomUUID()
  const [system, region] = ['read:jiaxing-wholesale', 'read:region:310000']
  await insertOauthClient(api.pool, { id, name: 'client', scopes: [system, region], jwks: [] })
  const token = (...scopes: string[]) =>
    makeToken(api.pool, { clientId: id, scopes, expiresAtMs: Date.now() + 60_000 })
  const seen = async (scopes: readonly string[]) =>
    (await all('/v1/records', 'records', await token(...scopes), 50)).map(name).sort()
  const asKey = async (...scopes: string[]) =>
    (await all('/v1/records', 'records', await api.key(...scopes), 50)).map(name).sort()
  expect(await seen([system])).toEqual(await asKey(system))
  expect(await seen([system, region])).toEqual(await asKey(system, region))
  // What the client does not have counts for nothing.
  expect(await seen([system, 'read:shaoxing-slaughter'])).toEqual(await asKey(system))
  const page = await api.call('GET', '/v1/changes?limit=1', { key: await token(system) })
  const goesOn = async (...scopes: string[]) =>
    (await api.call('GET', `/v1/changes?after=${page.json().next}`, { key: await token(...scopes) }))
      .statusCode
  expect([await goesOn(system), await goesOn(system, region)]).toEqual([200, 400])
  const wrong = await api.call('POST', '/v1/oauth-clients', {
    body: { name: 'x', scopes: ['read:region:33'], jwks: { keys: [{}] } },
  })
  expect(wrong.statusCode).toBe(400)
  expect(wrong.json().issues[0]).toMatchObject({ path: '/scopes/0' })
})
