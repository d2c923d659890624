import { beforeAll, describe, expect, it } from 'vitest'
import { findConditions } from '#flow/alerts/find-conditions.ts'
import { DEFAULT_RULES } from '#flow/alerts/rules.ts'
import { logFollower } from '#flow/follow/log-follower.ts'
import { inspectionsReader } from '#flow/supervision/follow-inspections.ts'
import { supervisionReader } from '#flow/supervision/follow-supervision.ts'
import { withApi } from '#test/api.ts'
import { idOf, storeRecords } from '#test/trace/store-records.ts'

const api = withApi()
const follower = logFollower('both', 100, [supervisionReader, inspectionsReader])
const follow = async (): Promise<void> => {
  while ((await follower.step(api.pool)) !== 'done');
}
let official: string
let reader: string
let seer: string
beforeAll(async () => {
  official = await api.key('case')
  reader = await api.key('read')
  await storeRecords(api.pool, [finding('x', '330105')])
  seer = await api.key('read', 'personal')
})

/** What the hub found in a region. */
const finding = (key: string, region: string) => ({
  ...{ kind: 'finding' as const, system: 'findings', key },
  body: {
    occurredAt: { at: '2024-04-15T06:00:00+08:00', precision: 'second' as const },
    region: { code: region, year: 2024 },
    ...{
      findingKind: 'no_paper' as const,
      severity: 'warning' as const,
      state: 'open' as const,
      subject: key,
    },
  },
})
const findingOf = (key: string) => idOf(finding(key, '330105'))

const wish = {
  number: 'XC-2024-0415-1',
  at: '2024-04-15T09:30:00+08:00',
  region: '330105',
  site: { code: '330105012', name: '大关湾示例农贸市场', stall: 'B-045' },
  result: 'rectify',
  checklist: [
    { item: '进货查验记录', result: 'pass' },
    { item: '承诺达标合格证', result: 'fail', note: '韭菜无合格证' },
  ],
  findings: ['韭菜无合格证'],
  answers: [findingOf('x')],
  dueAt: '2024-04-18',
  inspector: { organisation: '拱墅区市场监督管理局', person: '示例检查员' },
  photos: ['a'.repeat(64)],
}
const post = (body: object, key = official) => api.call('POST', '/v1/inspections', { key, body })
const listed = async (query: string) =>
  (await api.call('GET', `/v1/inspections?${query}`, { key: seer, purpose: 'supervision' })).json() as {
    inspections: {
      rectification: string
      site: string
      record: { id: string; version: number; parties?: unknown }
    }[]
    next: string | null
    asOf: { complete: boolean }
  }
const overdue = async (now: string) =>
  (await findConditions(api, DEFAULT_RULES, Date.parse(now))).conditions.filter(
    ({ topic }) => topic === 'inspection_overdue',
  )

describe('inspections', () => {
  it('are recorded by officials, corrected, counted in the supervision of their day, and put right by a later one', async () => {
    expect((await post(wish, reader)).statusCode).toBe(403)
    const made = await post(wish)
    expect(made.statusCode).toBe(201)
    const { id } = made.json() as { id: string }
    expect(made.json()).toMatchObject({ version: 1, result: 'created' })
    // The list follows the log, and says that it has not come to this one.
    const early = await api.call('GET', '/v1/inspections', { key: reader })
    expect(early.json()).toMatchObject({ inspections: [], asOf: { complete: false } })
    // The same number and content is the same inspection.
    expect((await post(wish)).json()).toEqual({ id, version: 1, result: 'unchanged' })
    const put = await api.call('PUT', `/v1/inspections/${encodeURIComponent(id)}`, {
      key: official,
      body: { ...wish, dueAt: '2024-04-20' },
    })
    expect(put.json()).toEqual({ id, version: 2, result: 'updated' })
    await follow()

    const day = await api.call('GET', '/v1/supervision/days/2024-04-15?site=330105012', { key: reader })
    expect(day.json()).toMatchObject({ inspections: { all: 1, rectify: 1, pass: 0 } })
    const { inspections, asOf } = await listed('region=330100&due=overdue&limit=1')
    expect(asOf.complete).toBe(true)
    expect(inspections).toMatchObject([
      { site: '330105012', rectification: 'overdue', record: { id, version: 2 } },
    ])
    expect(inspections[0]?.record).toMatchObject({
      kind: 'inspection',
      system: 'trace-hub',
      dueAt: { at: '2024-04-20T23:59:59+08:00' },
      answers: wish.answers,
      checklist: wish.checklist,
    })
    expect(await overdue('2024-04-20T12:00:00+08:00')).toEqual([])
    expect(await overdue('2024-04-21T00:00:00+08:00')).toMatchObject([
      { subject: id, facts: { place: '330105012' } },
    ])

    // Another stall proves nothing; the same stall passing does, whatever system says it and by whatever name of the market.
    const pass = {
      ...wish,
      number: 'XC-2024-0422-1',
      at: '2024-04-22',
      result: 'pass',
      checklist: [],
      answers: [],
    }
    const { dueAt: _, ...later } = pass
    await post({ ...later, site: { ...wish.site, stall: 'A-001' } })
    await follow()
    expect(await overdue('2024-05-01T00:00:00+08:00')).toHaveLength(1)
    await storeRecords(api.pool, [
      {
        kind: 'inspection',
        system: 'one',
        key: '7',
        body: {
          occurredAt: { at: '2024-04-23T00:00:00+08:00', precision: 'day' },
          region: { code: '330105', year: 2024 },
          sites: [
            { role: 'market', name: '大关湾示例农贸市场', ids: [] },
            { role: 'stall', name: 'b45', ids: [] },
          ],
          result: 'pass',
        },
      },
    ])
    await follow()
    expect(await overdue('2024-05-01T00:00:00+08:00')).toEqual([])
    expect((await listed('due=mended')).inspections.map((one) => one.record.id)).toEqual([id])
    const days = await api.call('GET', '/v1/supervision/days?region=330000&from=2024-04-01&to=2024-04-30', {
      key: reader,
    })
    expect(days.json()).toMatchObject({
      total: { inspections: 3 },
      days: [
        { day: '2024-04-15', inspections: 1 },
        { day: '2024-04-22', inspections: 1 },
        { day: '2024-04-23', inspections: 1 },
      ],
    })

    // Pages go through all of them once.
    const pages: string[] = []
    for (let after: string | null = ''; after !== null; ) {
      const page = await listed(`limit=1${after === '' ? '' : `&after=${after}`}`)
      pages.push(...page.inspections.map((one) => one.record.id))
      after = page.next
    }
    expect(new Set(pages).size).toBe(3)

    const voided = await api.call('POST', `/v1/inspections/${encodeURIComponent(id)}/void`, {
      key: official,
      body: { reason: '登记有误' },
    })
    expect(voided.json()).toEqual({ id, version: 3, result: 'voided' })
    await follow()
    expect((await listed('region=330105&result=rectify')).inspections).toEqual([])
    expect((await api.call('GET', '/v1/supervision/days/2024-04-15', { key: reader })).json()).toMatchObject({
      inspections: { all: 0 },
    })
  })

  it('are put right by one of the same place or of the whole market, never by one stall of it or by one without a place', async () => {
    const said = (key: string, day: string, result: string, sites: object[], region = '330402') => ({
      kind: 'inspection' as const,
      system: 'places',
      key,
      body: {
        occurredAt: { at: `${day}T09:00:00+08:00`, precision: 'second' },
        region: { code: region, year: 2024 },
        sites,
        result,
        ...(result === 'pass' ? {} : { dueAt: { at: '2024-05-05T23:59:59+08:00', precision: 'second' } }),
      },
    })
    const at = (node: string, stall?: string) => [
      { role: 'market', name: '甲', ids: [{ scheme: 'cn.mofcom.node9', value: node }] },
      ...(stall === undefined ? [] : [{ role: 'stall', name: stall, ids: [] }]),
    ]
    await storeRecords(api.pool, [
      said('whole', '2024-05-01', 'rectify', at('330402201')),
      said('one stall', '2024-05-02', 'pass', at('330402201', 'A-001')),
      said('whole again', '2024-05-01', 'rectify', at('330402203')),
      said('all of it', '2024-05-02', 'pass', at('330402203')),
      said('stall', '2024-05-01', 'rectify', at('330402202', 'B-001')),
      said('its market', '2024-05-02', 'pass', at('330402202')),
      said('nowhere', '2024-05-01', 'rectify', []),
      said('nowhere either', '2024-05-02', 'pass', [], '440981'),
    ] as Parameters<typeof storeRecords>[1])
    await follow()
    const { inspections } = await listed('from=2024-05-01&to=2024-05-03&limit=50')
    const of = (key: string) =>
      inspections.find(({ record }) => record.id.endsWith(`:${encodeURIComponent(key)}`))?.rectification
    expect(['whole', 'whole again', 'stall', 'nowhere'].map(of)).toEqual([
      'overdue',
      'mended',
      'mended',
      'overdue',
    ])
  })

  it('that make no sense are refused with what is wrong, and those of nobody are not found', async () => {
    const issue = async (change: object): Promise<string> => {
      const answer = await post({ ...wish, number: 'X', ...change })
      expect(answer.statusCode).toBe(400)
      return (answer.json() as { issues: { path: string }[] }).issues[0]?.path ?? ''
    }
    expect(await issue({ site: { stall: 'A' } })).toBe('/site')
    expect(await issue({ dueAt: undefined })).toBe('/dueAt')
    expect(await issue({ dueAt: '2024-04-14' })).toBe('/dueAt')
    expect(await issue({ result: 'pass' })).toBe('/checklist/1/result')
    expect(await issue({ photos: ['photo.jpg'] })).toBe('/photos/0')
    expect(await issue({ at: '2024-02-30' })).toBe('/at')
    expect(await issue({ at: '2099-01-01', dueAt: '2099-01-02' })).toBe('/at')
    expect(await issue({ at: '2099-01-01T08:00:00+08:00', dueAt: '2099-01-02' })).toBe('/at')
    expect(await issue({ region: '999999' })).toBe('/region')
    for (const id of [
      'urn:cnft:inspection:one:row:7',
      'urn:cnft:inspection:trace-hub:inspection:h:none',
      'x',
    ])
      expect(
        (await api.call('PUT', `/v1/inspections/${encodeURIComponent(id)}`, { key: official, body: wish }))
          .statusCode,
      ).toBe(404)
    expect((await api.call('GET', '/v1/inspections?after=x', { key: reader })).statusCode).toBe(400)
  })

  it('answer only findings that their inspector sees, and tell him of no other whether there is one', async () => {
    await storeRecords(api.pool, [finding('seen', '330105'), finding('unseen', '440300')])
    const mayWith = async (key: string, ...answers: string[]) => {
      const answer = await post({ ...wish, number: 'A-1', answers }, key)
      return answer.statusCode === 201 ? 'recorded' : (answer.json() as { issues: object[] }).issues
    }
    const refused = (n: number, value: string) => ({
      ...{ path: `/answers/${n}`, code: 'E_SCHEMA', value },
      reason: 'no finding of this identifier, as far as the key sees findings',
      fix: expect.stringContaining('GET /v1/findings'),
    })
    const none = 'urn:cnft:finding:trace-hub:finding:h:no_paper:none'
    const [seen, unseen] = [findingOf('seen'), findingOf('unseen')]
    const local = await api.key('case', 'read:region:330000')
    expect(await mayWith(local, seen, none, unseen)).toMatchObject([refused(1, none), refused(2, unseen)])
    expect(await mayWith(local, seen)).toBe('recorded')
    // Who acts on findings without reading any acts on all of them.
    expect(await mayWith(official, unseen)).toBe('recorded')
    expect(await mayWith(official, none)).toMatchObject([refused(0, none)])
  })

  it('keep in a correction the answers that they have, and get no others of what is no finding', async () => {
    await storeRecords(api.pool, [finding('kept', '440300')])
    const kept = findingOf('kept')
    const made = (await post({ ...wish, number: 'K-1', answers: [kept] })).json() as { id: string }
    await follow()
    const local = await api.key('case', 'read:region:330000')
    const correct = async (...answers: string[]) =>
      (
        await api.call('PUT', `/v1/inspections/${encodeURIComponent(made.id)}`, {
          key: local,
          body: { ...wish, number: 'K-1', answers },
        })
      ).statusCode
    expect(await correct(kept, findingOf('x'))).toBe(200)
    expect(await correct(kept, findingOf('none'))).toBe(400)
  })

  it('show the name of a person to nobody who may not see persons', async () => {
    const { sharedRecord } = await import('#core/model/sharing.ts')
    const made = await post({ ...wish, number: 'P-1' })
    const { rows } = await api.pool.query('select body from record_versions where record_id = $1', [
      made.json().id,
    ])
    const record = JSON.parse(rows[0].body)
    expect(JSON.stringify(record)).toContain('示例检查员')
    const shared = JSON.stringify(sharedRecord(record, ['public', 'partner']))
    expect(shared).not.toContain('示例检查员')
    expect(shared).not.toContain('韭菜无合格证')
    expect(shared).toContain('拱墅区市场监督管理局')
  })
})
