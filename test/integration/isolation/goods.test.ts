import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { beijingDay } from '#core/quality/record-counts.ts'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'

const api = withApi()
const SYSTEMS = ['jiaxing-wholesale', 'zj-agri-certificate', 'shaoxing-slaughter']
const REGIONS = ['330402', '330482', '330105', '310115', null] as const
const KINDS = ['entry', 'entry', 'test', 'inspection'] as const
const MARKET = '330402001'
const DAY = '2026-07-15'
/** Sights as scopes, and what of a version each lets through, said apart from the program. */
const SEES: readonly (readonly [scope: string, sees: (one: Said) => boolean])[] = [
  ...SYSTEMS.map((system) => [`read:${system}`, (one: Said) => one.system === system] as const),
  ['read:nobody', () => false],
  ['read:region:330000', ({ region }) => region?.slice(0, 2) === '33'],
  ['read:region:330400', ({ region }) => region?.slice(0, 4) === '3304'],
  ['read:region:330105', ({ region }) => region === '330105'],
  ['read:region:310000', ({ region }) => region?.slice(0, 2) === '31'],
]

interface Said {
  readonly kind: (typeof KINDS)[number]
  readonly system: string
  readonly key: string
  readonly region: (typeof REGIONS)[number]
  readonly lot: string
  readonly mass: number
}
interface Version extends Said {
  readonly id: string
  readonly version: number
}
const said: fc.Arbitrary<Said> = fc.record({
  kind: fc.constantFrom(...KINDS),
  system: fc.constantFrom(...SYSTEMS),
  key: fc.integer({ min: 1, max: 9 }).map((n) => `G${n}`),
  region: fc.constantFrom(...REGIONS),
  lot: fc.integer({ min: 1, max: 12 }).map((n) => `GOODS${n}`),
  mass: fc.integer({ min: 1, max: 9 }),
})

const versions: Version[] = []
const newest = (): Version[] =>
  versions.filter((one) => !versions.some(({ id, version }) => id === one.id && version > one.version))

beforeAll(async () => {
  for (const one of fc.sample(said, 70)) {
    const { kind, system, key, region, lot, mass } = one
    const answer = await api.call('POST', '/v1/records', {
      body: {
        kind,
        system,
        key: [key],
        occurredAt: { at: `${DAY}T04:12:30+08:00`, precision: 'second' },
        sites: [
          // A node code would tell the region, which some of these records leave open.
          { role: 'market', name: '示例农贸市场', ids: [{ scheme: 'local.markets', value: MARKET }] },
        ],
        ...(region === null ? {} : { region: { code: region, year: 2026 } }),
        ...(kind === 'inspection'
          ? { result: 'rectify', findings: [lot] }
          : {
              product: { name: '菠菜', code: '01232201', class: 'vegetable' },
              lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: lot }],
            }),
        ...(kind === 'entry' ? { quantity: { value: String(mass), unit: 'KGM' } } : {}),
        ...(kind === 'test' ? { test: { item: '有机磷', verdict: 'fail', value: String(mass) } } : {}),
      },
    })
    expect(answer.statusCode, answer.body).toBe(200)
    const { result, records } = answer.json().results[0]
    if (result === 'created' || result === 'updated')
      versions.push({ ...one, id: records[0].id, version: records[0].version })
  }
  await followToTheEnd(api.pool, casesFollower({ pool: api.pool, intake: api.intake }))
  // Once more, for the holds that the cases wrote.
  await followToTheEnd(api.pool)
  expect(new Set(versions.map(({ kind }) => kind)).size).toBe(3)
}, 180_000)

interface Card {
  readonly id: string
  readonly test: string | null
  readonly lots: readonly { code: string; hold: string | null; held: boolean }[]
}

it('cases, balances and inspections that a limited caller is shown are what the plain model says, whatever the records and the sight', async () => {
  const get = async (path: string, key?: string) => await api.call('GET', path, key ? { key } : {})
  const all = (await get('/v1/cases?limit=1000')).json().cases as Card[]
  const cards = new Map<string, Card>()
  for (const { id } of all) cards.set(id, (await get(`/v1/cases/${id}`)).json())
  expect(cards.size).toBeGreaterThan(2)
  const { rows: tests } = await api.pool.query('select case_id, record_id, version from case_tests')
  const { rows: holds } = await api.pool.query<{
    id: string
    version: number
    region: Said['region']
    codes: string[]
  }>(`select record_id as id, version, region, codes from record_versions where kind = 'hold'`)
  const isNewest = new Set(newest())
  await fc.assert(
    fc.asyncProperty(
      fc.subarray([...SEES], { minLength: 1 }),
      fc.integer({ min: 1, max: 5 }),
      async (sight, limit) => {
        const key = await api.key(...sight.map(([scope]) => scope))
        const seen = versions.filter((one) => sight.some(([, sees]) => sees(one)))
        const seenCodes = new Set(
          seen.filter(({ kind }) => kind !== 'inspection').map(({ lot }) => `lot:${lot}`),
        )
        const seenVersions = new Set(seen.map(({ id, version }) => `${id} ${version}`))

        const shown: string[] = []
        for (let after = ''; ; ) {
          const { cases, next } = (await get(`/v1/cases?limit=${limit}${after}`, key)).json()
          shown.push(...cases.map(({ id }: Card) => id))
          for (const one of cases)
            expect([one.heldMass, one.disposedMass, one.truncated, one.code]).toEqual([
              null,
              null,
              null,
              null,
            ])
          if (next === null) break
          after = `&after=${next}`
        }
        const expected = all.filter(({ id }) => {
          const own = tests.filter((one) => one.case_id === id)
          const seesTest = own.some((one) => seenVersions.has(`${one.record_id} ${one.version}`))
          return seesTest || cards.get(id)?.lots.some(({ code }) => seenCodes.has(code))
        })
        expect(shown).toEqual(expected.map(({ id }) => id))

        const foreign = versions.filter(({ id }) => !seen.some((one) => one.id === id))
        for (const [id, whole] of cards) {
          const answer = await get(`/v1/cases/${id}`, key)
          const isSeen = expected.some((one) => one.id === id)
          expect(answer.statusCode).toBe(isSeen ? 200 : 404)
          if (!isSeen) {
            const absent = await get(`/v1/cases/0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2`, key)
            const plain = (text: string) =>
              text
                .replaceAll(/"request":"[^"]*"/g, '')
                .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
            expect(plain(answer.body)).toBe(plain(absent.body))
            continue
          }
          const card = answer.json() as Card
          expect(card.lots.map(({ code }) => code).sort()).toEqual(
            whole.lots
              .map(({ code }) => code)
              .filter((code) => seenCodes.has(code))
              .sort(),
          )
          for (const { code, held, hold } of card.lots)
            expect([held, hold]).toEqual([whole.lots.find((one) => one.code === code)?.hold != null, null])
          for (const one of foreign) {
            expect(answer.body).not.toContain(one.id)
            if (one.kind !== 'inspection' && !seenCodes.has(`lot:${one.lot}`))
              expect(answer.body).not.toContain(`lot:${one.lot}"`)
          }
          for (const system of SYSTEMS)
            if (!seen.some((one) => one.system === system)) expect(answer.body).not.toContain(system)
        }

        const inspections = (await get('/v1/inspections?limit=1000', key)).json().inspections
        expect(inspections.map(({ record }: { record: { id: string } }) => record.id).sort()).toEqual(
          seen
            .filter((one) => one.kind === 'inspection' && isNewest.has(one))
            .map(({ id }) => id)
            .sort(),
        )

        // A hold of the hub's own names lots too, and is of the region of its place.
        const seenHolds = holds.filter(({ region }) =>
          sight.some(([, sees]) => sees({ system: 'trace-hub', region } as Said)),
        )
        const moved = seen.filter((one) => one.kind === 'entry' && isNewest.has(one))
        const balance = (await get(`/v1/balance?site=${MARKET}&day=${DAY}`, key)).json()
        const records = balance.products.flatMap((one: { records: { record: string }[] }) => one.records)
        expect(records.map(({ record }: { record: string }) => record).sort()).toEqual(
          moved.map(({ id }) => id).sort(),
        )
        if (moved.length === 0) expect([balance.siteName, balance.products]).toEqual([null, []])
        for (const lot of new Set(versions.map((one) => one.lot))) {
          const mentions = seen.filter((one) => one.kind !== 'inspection' && one.lot === lot)
          const among = [...seen, ...seenHolds]
          const isKnown = [
            ...mentions,
            ...seenHolds.filter(({ codes }) => codes.includes(`lot:${lot}`)),
          ].some((one) => !among.some(({ id, version }) => id === one.id && version > one.version))
          const answer = await get(`/v1/lots/${lot}/balance`, key)
          expect([lot, answer.statusCode]).toEqual([lot, isKnown ? 200 : 404])
          const told = isKnown
            ? answer.json().lots.flatMap((one: { records: { record: string }[] }) => one.records)
            : []
          for (const { record } of told) expect(seen.some(({ id }) => id === record)).toBe(true)
        }
      },
    ),
    { numRuns: 25, examples: SEES.map((one) => [[one], 3]) },
  )
}, 180_000)

it('figures of a region are shown whole to whoever sees the region, and are for everybody else those of a region of which nothing was told', async () => {
  const asked = ['330000', '330400', '330402', '330482', '330105', '310000', '310115', '440100']
  const get = async (region: string, ending: string, key?: string) =>
    await api.call('GET', `/v1/supervision/days${ending}region=${region}`, key ? { key } : {})
  const ENDINGS = ['?from=2026-07-01&to=2026-07-31&', `/${DAY}?`, `/${DAY}/sheet.csv?`]
  const [days = '', day = '', csv = ''] = ENDINGS
  const plain = (body: string) => {
    const { scope: _, asOf: __, silent: ___, ...rest } = JSON.parse(body)
    return rest
  }
  for (const [scope, prefixes] of [
    ['read:region:330000', ['33']],
    ['read:region:330400', ['3304']],
    ['read:region:310000', ['31']],
    ['read:region:440100', ['4401']],
  ] as const) {
    const key = await api.key(scope, 'read:jiaxing-wholesale')
    for (const region of asked) {
      const isSeen = prefixes.some((prefix) => region.startsWith(prefix))
      const like = isSeen ? region : '440300'
      for (const ending of [days, day]) {
        const shown = await get(region, ending, key)
        expect(shown.statusCode, shown.body).toBe(200)
        expect(plain(shown.body)).toEqual(plain((await get(like, ending)).body))
        expect(shown.json().asOf).toMatchObject({ position: null, head: null, complete: true })
      }
      const cut = (text: string) =>
        text.split('\n').filter((line) => !/^Report,|^报表,|silent|\d{2}:\d{2}/i.test(line))
      expect(cut((await get(region, csv, key)).body)).toEqual(cut((await get(like, csv)).body))
    }
  }
  expect(
    (await get('330400', day, await api.key('read:region:330000'))).json().entries.all.records,
  ).toBeGreaterThan(0)
  for (const [path, scope] of [
    [`/v1/supervision/days/${DAY}`, 'read:region:330000'],
    [`/v1/supervision/days/${DAY}?region=330402`, 'read:jiaxing-wholesale'],
  ] as const)
    expect([path, (await api.call('GET', path, { key: await api.key(scope) })).statusCode]).toEqual([
      path,
      403,
    ])
})

/** What entries of one grain come to: the system that tells of most kilograms counts, then of most records, then the first by name. */
function entriesOf(entries: readonly Version[]) {
  const chosen = [...Map.groupBy(entries, ({ region }) => region).values()].map((own) => {
    const sums = [...Map.groupBy(own, ({ system }) => system)].map(([system, said]) => ({
      system,
      records: said.length,
      mass: said.reduce((sum, { mass }) => sum + mass, 0),
    }))
    return sums.sort((a, b) => b.mass - a.mass || b.records - a.records || (a.system < b.system ? -1 : 1))[0]
  })
  return {
    records: chosen.reduce((sum, one) => sum + (one?.records ?? 0), 0),
    mass: String(chosen.reduce((sum, one) => sum + (one?.mass ?? 0), 0)),
  }
}

it('a market over days is for a limited caller what its records of the market come to, whatever the sight, and one of others is like one that is not there', async () => {
  const today = beijingDay(Date.now())
  const get = async (path: string, key?: string) => await api.call('GET', path, key ? { key } : {})
  const days = (site: string, more = '') =>
    `/v1/supervision/days?site=${site}&from=2026-07-01&to=2026-07-31${more}`
  const all = (await get('/v1/cases?limit=1000')).json().cases as Card[]
  const { rows: tests } = await api.pool.query('select record_id, version from case_tests')
  const others = await api.key('read:nobody', 'read:region:440100')
  let most = 0
  await fc.assert(
    fc.asyncProperty(fc.subarray([...SEES], { minLength: 1 }), async (sight) => {
      const key = await api.key(...sight.map(([scope]) => scope))
      const seen = versions.filter((one) => sight.some(([, sees]) => sees(one)))
      const now = newest().filter((one) => seen.includes(one))
      const of = (kind: Said['kind']) => now.filter((one) => one.kind === kind)
      const shown = (await get(days(MARKET), key)).json()
      expect(shown.scope).toMatchObject({ site: MARKET, name: null })
      expect(shown.asOf).toMatchObject({ position: null, head: null, complete: true })
      const [own] = shown.days
      expect(shown.days.length).toBe(now.length === 0 ? 0 : 1)
      if (own) {
        const { day, ...figures } = own
        expect([day, figures]).toEqual([DAY, shown.total])
      }
      expect([shown.total.entries, shown.total.tests.all, shown.total.inspections]).toEqual([
        entriesOf(of('entry')),
        of('test').length,
        of('inspection').length,
      ])
      const text = JSON.stringify(shown)
      for (const system of SYSTEMS)
        if (!seen.some((one) => one.system === system)) expect(text).not.toContain(system)

      // Its cases are those whose test it sees to have been done there.
      const { cases } = (await get(`/v1/supervision/days/${today}?site=${MARKET}`, key)).json()
      const seenTests = new Set(
        tests
          .filter((one) => seen.some(({ id, version }) => id === one.record_id && version === one.version))
          .map((one) => one.record_id),
      )
      const open = all.filter(({ test }) => test !== null && seenTests.has(test)).length
      expect(cases).toEqual({ opened: open, cleared: 0, closed: 0, open, disposed: null })
      most = Math.max(most, open)

      const sheet = (await get(`/v1/supervision/days/${DAY}/sheet.csv?site=${MARKET}`, key)).body
      for (const system of SYSTEMS)
        if (!seen.some((one) => one.system === system)) expect(sheet).not.toContain(system)
    }),
    { numRuns: 25, examples: SEES.map((one) => [[one]]) },
  )
  expect(most).toBeGreaterThan(1)
  const plain = (body: string) =>
    body.replaceAll(/330402001|330402009/g, 'SITE').replaceAll(/"at":"[^"]*"/g, '')
  for (const path of [
    days('SITE'),
    days('SITE', '&region=330402'),
    `/v1/supervision/days/${DAY}?site=SITE`,
  ]) {
    const [foreign, absent] = [
      await get(path.replace('SITE', MARKET), others),
      await get(path.replace('SITE', '330402009'), others),
    ]
    expect(foreign.statusCode).toBe(200)
    expect(plain(foreign.body)).toBe(plain(absent.body))
  }
  expect((await get('/v1/supervision/reports?site=330402001', others)).statusCode).toBe(403)
})

it('a case of a caller’s lot is told without what joins others, and a filter that would tell of them is refused', async () => {
  const [version] = versions.filter(({ kind }) => kind === 'test')
  const other = SYSTEMS.find((system) => system !== version?.system)
  const key = await api.key(`read:${version?.system}`)
  const { cases } = (await api.call('GET', '/v1/cases', { key })).json()
  expect(cases.length).toBeGreaterThan(0)
  const card = (await api.call('GET', `/v1/cases/${cases[0].id}`, { key })).json()
  expect(card.events[0]).toMatchObject({
    event: 'opened',
    actor: null,
    quantity: null,
    note: null,
    record: null,
  })
  for (const scope of [`read:${version?.system}`, `read:${other}`, 'read:nobody'])
    expect((await api.call('GET', '/v1/cases?product=x', { key: await api.key(scope) })).statusCode).toBe(403)
  // An official sees every case, whatever else his key may see.
  const official = await api.key('case', 'read:nobody')
  expect((await api.call('GET', '/v1/cases?limit=1000', { key: official })).json().cases.length).toBe(
    (await api.call('GET', '/v1/cases?limit=1000')).json().cases.length,
  )
})
