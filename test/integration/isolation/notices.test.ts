import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { inTransaction } from '#store/database.ts'
import { createLink } from '#store/links.ts'
import { acknowledge } from '#store/recall-notices.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'

const api = withApi()
const SYSTEMS = ['jiaxing-wholesale', 'zj-agri-certificate', 'shaoxing-slaughter'] as const
const REGIONS = ['330402', '330482', '330105', '310115', null] as const
/** Where the registry has the systems. */
const REGION_OF: Readonly<Record<string, string>> = {
  'jiaxing-wholesale': '330402',
  'zj-agri-certificate': '330000',
  'shaoxing-slaughter': '330600',
}
const MARKETS = ['330402001', '330402002', '310115003']
/** Sights as scopes, and what of a system and a region each lets through, said apart from the program. */
const SEES: readonly (readonly [scope: string, sees: (one: Placed) => boolean])[] = [
  ...SYSTEMS.map((system) => [`read:${system}`, (one: Placed) => one.system === system] as const),
  ['read:nobody', () => false],
  ['read:region:330000', ({ region }) => region?.slice(0, 2) === '33'],
  ['read:region:330400', ({ region }) => region?.slice(0, 4) === '3304'],
  ['read:region:330402', ({ region }) => region === '330402'],
  ['read:region:310000', ({ region }) => region?.slice(0, 2) === '31'],
]

interface Placed {
  readonly system: string | null
  readonly region: string | null
}
interface Said extends Placed {
  readonly system: string
  readonly key: string
  readonly market: string
  readonly holdKind: 'stop_sale' | 'recall'
}
interface Version extends Said {
  readonly id: string
  readonly version: number
}
const said: fc.Arbitrary<Said> = fc.record({
  system: fc.constantFrom(...SYSTEMS),
  key: fc.integer({ min: 1, max: 12 }).map((n) => `H${n}`),
  region: fc.constantFrom(...REGIONS),
  market: fc.constantFrom(...MARKETS),
  holdKind: fc.constantFrom('stop_sale', 'recall'),
})

const versions: Version[] = []
/** Links by identifier: of which system they are, and whether they were made for places. */
const links = new Map<
  string,
  { readonly name: string; readonly system: string | null; readonly isOfPlaces: boolean }
>()

beforeAll(async () => {
  for (const [system, region] of Object.entries(REGION_OF))
    await api.pool.query('update systems set region = $2 where id = $1', [system, region])
  for (const { name, system, sites } of [
    ...SYSTEMS.map((system) => ({ name: `receiver-1-of-${system}`, system, sites: undefined })),
    { name: 'receiver-2-of-nobody', system: null, sites: undefined },
    { name: 'receiver-3-of-a-market', system: null, sites: [`cn.mofcom.node9:${MARKETS[1]}`] },
  ]) {
    const { link } = await createLink(api.pool, {
      name,
      ...(system === null ? { url: 'http://127.0.0.1:9/', allowAddress: ['127.0.0.1/32:9'] } : { system }),
      filter: { kinds: ['hold'], ...(sites ? { sites } : {}) },
      cursor: 0n,
    })
    links.set(link.id, { name, system, isOfPlaces: sites !== undefined })
  }
  for (const one of fc.sample(said, 40)) {
    const { system, key, region, market, holdKind } = one
    const answer = await api.call('POST', '/v1/records', {
      body: {
        kind: 'hold',
        system,
        key: [key],
        occurredAt: { at: '2026-07-15T04:12:30+08:00', precision: 'second' },
        holdKind,
        cause: '抽检不合格',
        lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: `LOT${key}` }],
        sites: [
          { role: 'market', name: '示例农贸市场', ids: [{ scheme: 'cn.mofcom.node9', value: market }] },
          { role: 'stall', name: 'B-045', ids: [] },
        ],
        ...(region === null ? {} : { region: { code: region, year: 2026 } }),
      },
    })
    expect(answer.statusCode, answer.body).toBe(200)
    const { result, records } = answer.json().results[0]
    if (result === 'created' || result === 'updated')
      versions.push({ ...one, id: records[0].id, version: records[0].version })
  }
  await followToTheEnd(api.pool)
  await inTransaction(api.pool, async (client) => {
    for (const { id, version, market } of versions.slice(0, 9))
      await acknowledge(client, {
        ...{
          recordId: id,
          version,
          receiver: `place:${market}#B-045`,
          by: 'a-key-of-somebody',
          how: 'person',
        },
        ...{ action: 'withdrawn', found: '46.85', note: 'words of somebody', atMs: Date.now() },
      })
  })
  let n = 0
  for (const { id, version } of versions)
    for (const [link, { name }] of links) {
      const state = ['waiting', 'refused', 'refused', 'dropped'][n++ % 4] as string
      await api.pool.query(
        `insert into held_changes (link_id, record_id, version, position, state, attempts, code, detail, cause, reason, ended_by)
         select $1, $2, v.version, v.position, $4, 1, $5, $6, case when $4 <> 'waiting' then 'E12 words of ' || $7 end, 'because of others', 'a-key-of-somebody'
           from record_versions v where v.record_id = $2 and v.version = $3`,
        [link, id, version, state, n % 3 === 0 ? null : `E${n % 3}`, `words of ${name}`, name],
      )
    }
}, 180_000)

interface Notice {
  readonly hold: string
  readonly version: number
  readonly receiver: string
  readonly link: string | null
  readonly [name: string]: unknown
}
const nameOf = ({ hold, version, receiver }: Notice): string => `${hold} ${version} ${receiver}`
const get = async (path: string, key?: string) => await api.call('GET', path, key ? { key } : {})

async function pages<T>(path: string, plural: string, key: string | undefined, limit: number): Promise<T[]> {
  const found: T[] = []
  for (let after = ''; ; ) {
    const answer = await get(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${after}`, key)
    expect(answer.statusCode, answer.body).toBe(200)
    found.push(...answer.json()[plural])
    if (answer.json().next === null) return found
    after = `&after=${answer.json().next}`
  }
}
/** The answer without what is of the request, and the identifier that it named. */
const plain = (body: string, id: string) => body.replaceAll(/"request":"[^"]*"/g, '').replaceAll(id, 'ID')

it('notices of recalls that a limited caller is shown are those of the holds that it sees, to places there and receivers in its sight, whatever the holds and the sight', async () => {
  const whole = new Map<string, Notice[]>()
  for (const { id } of versions)
    whole.set(
      id,
      await pages<Notice>(`/v1/recalls/${encodeURIComponent(id)}/notices`, 'notices', undefined, 100),
    )
  const all = [...whole.values()].flat()
  expect(all.filter(({ link }) => link === null).length).toBeGreaterThan(10)
  expect(all.filter(({ link }) => link !== null).length).toBeGreaterThan(30)
  let shownInAll = 0
  let otherReceivers = 0
  await fc.assert(
    fc.asyncProperty(
      fc.subarray([...SEES], { minLength: 1 }),
      fc.integer({ min: 1, max: 4 }),
      async (sight, limit) => {
        const key = await api.key(...sight.map(([scope]) => scope))
        const sees = (one: Placed) => sight.some(([, lets]) => lets(one))
        const isSeen = ({ hold, version, link }: Notice): boolean => {
          const of = versions.find((one) => one.id === hold && one.version === version)
          if (!of || !sees(of)) return false
          const to = link === null ? undefined : links.get(link)
          if (to === undefined || to.isOfPlaces) return true
          const { system } = to
          return system !== null && sees({ system, region: REGION_OF[system] ?? null })
        }
        for (const [id, notices] of whole) {
          const path = `/v1/recalls/${encodeURIComponent(id)}/notices`
          const expected = notices.filter(isSeen)
          if (!versions.some((one) => one.id === id && sees(one))) {
            const nowhere = encodeURIComponent(`${id}-nowhere`)
            const other = await get(path, key)
            const absent = await get(path.replace(encodeURIComponent(id), nowhere), key)
            expect([expected, other.statusCode]).toEqual([[], 404])
            expect(plain(other.body, id)).toBe(plain(absent.body, `${id}-nowhere`))
            otherReceivers += notices.length
            continue
          }
          const shown = await pages<Notice>(path, 'notices', key, limit)
          expect(shown.map(nameOf)).toEqual(expected.map(nameOf))
          shownInAll += shown.length
          otherReceivers += notices.length - shown.length
          for (const [i, one] of shown.entries()) {
            const {
              events,
              attempts: _,
              ...rest
            } = expected[i] as unknown as { events: object[]; attempts: unknown }
            const { name, receiver } = one
            expect(one).toEqual({
              ...rest,
              ...{ name, receiver, delivery: null, acknowledgedBy: null, attempts: [] },
              events: events.map((event) => ({ ...event, actor: null, delivery: null, note: null })),
            })
          }
          const csv = (await get(`${path}.csv`, key)).body
          for (const { name, system, isOfPlaces } of links.values())
            if (!isOfPlaces && (system === null || !sees({ system, region: REGION_OF[system] ?? null })))
              for (const text of [JSON.stringify(shown), csv]) expect(text).not.toContain(name)
          expect(csv).not.toContain('somebody')
          expect(csv.trimEnd().split('\n')).toHaveLength(1 + expected.length)
        }
      },
    ),
    { numRuns: 12, examples: SEES.map((one) => [[one], 2]) },
  )
  expect([shownInAll > 50, otherReceivers > 50]).toEqual([true, true])
}, 300_000)

it('notices of a case are those of its holds, each of which is of one place and its region', async () => {
  const tested = async (key: string, system: string, region: string, market: string) =>
    await api.call('POST', '/v1/records', {
      body: {
        kind: 'entry',
        system,
        key: [key],
        occurredAt: { at: '2026-07-15T04:12:30+08:00', precision: 'second' },
        product: { name: '菠菜', class: 'vegetable' },
        documents: [{ role: 'upstream', type: 'promise_cert', number: 'CASE-PAPER' }],
        lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: key }],
        sites: [{ role: 'market', name: '某市场', ids: [{ scheme: 'cn.mofcom.node9', value: market }] }],
        quantity: { value: '10', unit: 'KGM' },
        region: { code: region, year: 2026 },
      },
    })
  await tested('CASE1', 'jiaxing-wholesale', '330402', '330402001')
  await tested('CASE2', 'shaoxing-slaughter', '310115', '310115003')
  const { id } = (await api.call('POST', '/v1/cases', { body: { code: 'CASE-PAPER', reason: 'x' } })).json()
  await followToTheEnd(api.pool)
  const path = `/v1/recalls/${id}/notices`
  const placesOf = async (...scopes: string[]) => {
    const notices = await pages<Notice>(path, 'notices', await api.key(...scopes), 2)
    return notices
      .filter(({ link }) => link === null)
      .map(({ receiver }) => receiver)
      .sort()
  }
  expect(await placesOf('read')).toEqual(['place:310115003', 'place:330402001'])
  expect(await placesOf('read:region:330400')).toEqual(['place:330402001'])
  expect(await placesOf('read:region:310000')).toEqual(['place:310115003'])
  // Whose goods they are does not open what the hub ordered.
  expect(await placesOf('read:jiaxing-wholesale')).toEqual([])
  const nowhere = randomUUID()
  const by = await api.key('read:region:440100')
  for (const end of ['', '.csv', '.xlsx']) {
    const other = await get(path + end, by)
    expect(other.statusCode).toBe(404)
    expect(plain(other.body, id)).toBe(
      plain((await get(`/v1/recalls/${nowhere}/notices${end}`, by)).body, nowhere),
    )
  }
})

interface Held {
  readonly id: string
  readonly version: number
  readonly state: string
  readonly code: string | null
  readonly [name: string]: unknown
}

it('held changes that a limited caller is shown are those of the versions that it sees, without the words of others, and a link that holds none is like one that is not there', async () => {
  const whole = new Map<string, Held[]>()
  for (const link of links.keys())
    whole.set(link, await pages<Held>(`/v1/links/${link}/held`, 'held', undefined, 100))
  const nowhere = randomUUID()
  let empty = 0
  await fc.assert(
    fc.asyncProperty(
      fc.subarray([...SEES], { minLength: 1 }),
      fc.integer({ min: 1, max: 7 }),
      async (sight, limit) => {
        const key = await api.key(...sight.map(([scope]) => scope))
        const seen = versions.filter((one) => sight.some(([, lets]) => lets(one)))
        const isSeen = (held: Held) =>
          seen.some(({ id, version }) => id === held.id && version === held.version)
        for (const [link, all] of whole) {
          const path = `/v1/links/${link}/held`
          const expected = all.filter(isSeen)
          const shown = await pages<Held>(path, 'held', key, limit)
          const cause = ({ state, code }: Held) => (state === 'waiting' ? null : (code ?? 'refused'))
          expect(shown).toEqual(
            expected.map((one) => ({
              ...one,
              ...{ cause: cause(one), position: null, detail: null, reason: null, endedBy: null },
            })),
          )
          const refused = await pages<Held>(`${path}?state=refused&cause=E1`, 'held', key, limit)
          const isE1 = ({ state, code }: Held) => state === 'refused' && code === 'E1'
          expect(refused.map(({ id, version }) => [id, version])).toEqual(
            expected.filter(isE1).map(({ id, version }) => [id, version]),
          )
          const { groups } = (await get(`${path}/groups`, key)).json()
          const counts = Map.groupBy(
            expected.filter(({ state }) => state === 'refused'),
            (one) => cause(one) as string,
          )
          expect(
            groups.map((one: { cause: string; count: number; detail: null; kinds: string[] }) => [
              ...[one.cause, one.count, one.detail],
              ...one.kinds,
            ]),
          ).toEqual(
            [...counts]
              .map(([name, own]) => [name, own.length, null, 'hold'] as const)
              .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
          )
          for (const { sample } of groups) expect(seen.some(({ id }) => id === sample.id)).toBe(true)
          const [first] = all.filter((one) => !isSeen(one))
          const change = ({ id, version }: Held, of = link) =>
            get(`/v1/links/${of}/held/change?record=${encodeURIComponent(id)}&version=${version}`, key)
          if (expected[0]) {
            const { change: one, record, sent } = (await change(expected[0])).json()
            expect([one, record.id, sent]).toEqual([shown[0], expected[0].id, null])
          }
          if (first) {
            const [foreign, absent] = [await change(first), await change({ ...first, version: 99 }, nowhere)]
            expect([foreign.statusCode, absent.statusCode]).toEqual([404, 404])
            expect(plain(foreign.body, link)).toBe(plain(absent.body, nowhere))
          }
          for (const end of ['', '/groups']) {
            if (expected.length > 0) break
            empty++
            expect((await get(path + end, key)).body).toBe(
              (await get(`/v1/links/${nowhere}/held${end}`, key)).body,
            )
          }
        }
      },
    ),
    { numRuns: 10, examples: SEES.map((one) => [[one], 3]) },
  )
  expect(empty).toBeGreaterThan(5)
  // The key of a link sees all that it holds, whatever else it may see; for who sees everything a link is there or not.
  const [[link = ''] = [], [other = ''] = []] = [...links]
  const mixed = await api.key(`link:${link}`, 'read:nobody')
  const idsOf = async (of: string) =>
    (await pages<Held>(`/v1/links/${of}/held`, 'held', mixed, 100)).map(({ id }) => id)
  expect(await idsOf(link)).toEqual(whole.get(link)?.map(({ id }) => id))
  expect(await idsOf(other)).toEqual([])
  expect((await get(`/v1/links/${nowhere}/held`, await api.key('read'))).statusCode).toBe(404)
}, 300_000)
