import { randomUUID } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import { beforeAll, expect, it } from 'vitest'
import { openapiDocument } from '#cli/openapi-document.ts'
import { bornOf } from '#store/cards.ts'
import { createLink } from '#store/links.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import {
  type Answer,
  answerOf,
  CALLERS,
  type Caller,
  getsThrough,
  IDS,
  type Id,
  ROWS,
  type Subject,
} from './matrix-rows.ts'

// Its own test has who gets metrics without a key.
const api = withApi(undefined, { metricsAccess: 'key' })
const OWN = 'jiaxing-wholesale'
const OTHER = 'zj-agri-certificate'

const { paths } = (await openapiDocument()) as { paths: Record<string, Record<string, unknown>> }
const routes = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({
    method: method.toUpperCase(),
    path,
    name: `${method.toUpperCase()} ${path}`,
  })),
)
/** Reads first: what changes something is asked last, and by the administrator at the very end. */
const reads = routes.filter(({ method }) => method === 'GET')
const changes = routes.filter(({ method }) => method !== 'GET')

const keys = new Map<Caller, string | null>()
const things = {} as Record<Subject, Record<Id, string>>

beforeAll(async () => {
  const link = async () =>
    (
      await createLink(api.pool, {
        name: 'x',
        url: 'http://127.0.0.1:9/',
        allowAddress: ['127.0.0.1/32:9'],
        cursor: 0n,
      })
    ).link.id
  const links = { own: await link(), other: await link(), absent: randomUUID() }
  const scopes: Partial<Record<Caller, string>> = {
    'push own': `push:${OWN}`,
    'push other': `push:${OTHER}`,
    'read own': `read:${OWN}`,
    'read other': `read:${OTHER}`,
    'region own': 'read:region:330400',
    'link own': `link:${links.own}`,
    'link other': `link:${links.other}`,
    case: 'case',
    audit: 'audit',
    read: 'read',
    admin: 'admin',
  }
  for (const [caller, scope] of Object.entries(scopes)) keys.set(caller as Caller, await api.key(scope))
  // What operators hold is given to nobody by a key.
  for (const caller of ['system', 'security'] as const) {
    keys.set(caller, await api.key('case', 'audit', 'read'))
    await api.pool.query(`update keys set scopes = array[$1] where scopes = '{case,audit,read}'`, [
      `admin:${caller}`,
    ])
  }
  keys.set('anonymous', null)
  keys.set('wrong', 'hub_nobody_has_this_key_which_is_long_enough_to_be_one')
  for (const caller of ['revoked', 'expired'] as const) keys.set(caller, await api.key('admin', 'read'))
  const ended = await api.pool.query(`select id from keys where scopes = '{admin,read}' order by created_at`)
  await api.pool.query('update keys set revoked_at = now() where id = $1', [ended.rows[0].id])
  await api.pool.query(`update keys set expires_at = now() - interval '1 s' where id = $1`, [
    ended.rows[1].id,
  ])

  const operatorOf = (region: string, no: string): string => `${region}00${no.at(-1)}0107`
  const cardOf = (subject: 'party' | 'site', code: string): string => bornOf(subject, `cn.mofcom.${code}`)
  const sale = (system: string, region: string, no: string) => ({
    kind: 'sale',
    system,
    key: [no],
    occurredAt: { at: '2026-07-15T04:12:30+08:00', precision: 'second' },
    parties: [
      {
        role: 'seller',
        name: '某经营部',
        ids: [{ scheme: 'cn.mofcom.operator13', value: operatorOf(region, no) }],
      },
    ],
    product: { name: '番茄' },
    quantity: { value: '10', unit: 'KGM' },
    documents: [{ role: 'upstream', type: 'promise_cert', number: `PAPER-${no}` }],
    sites: [
      {
        role: 'market',
        name: '示例农贸市场',
        ids: [{ scheme: 'cn.mofcom.node9', value: `${region}00${no.at(-1)}` }],
      },
    ],
    region: { code: region, year: 2026 },
  })
  const push = async (system: string, region: string, no: string, key: Caller) =>
    (
      await api.call('POST', '/v1/records', { body: sale(system, region, no), key: keys.get(key) ?? null })
    ).json()
  const [own, other] = [
    await push(OWN, '330402', 'MATRIX-1', 'push own'),
    await push(OTHER, '330825', 'MATRIX-2', 'push other'),
  ]
  // Something of each kind that a system has, of both.
  await api.push(TRADES, JSON.stringify([trade('M-3', { tradeTime: '', colour: 'red' })]))
  const ids = [own, other].map(({ results }) => results[0].records[0].id as string) as [string, string]
  const cases: string[] = []
  for (const no of ['1', '2']) {
    const made = await api.call('POST', '/v1/cases', { body: { code: `PAPER-MATRIX-${no}`, reason: 'x' } })
    cases.push(made.json().id)
  }
  await followToTheEnd(api.pool)
  // Once more, for the holds that the cases wrote.
  await followToTheEnd(api.pool)
  const reports: string[] = []
  for (const region of ['330402', '330825']) {
    const made = await api.call('POST', '/v1/supervision/reports', { body: { day: '2026-07-15', region } })
    reports.push(made.json().id)
  }
  // One digit apart, with the time of a message that was: its day is looked into.
  const near = (id: string): string => `${id.slice(0, -4)}${id.endsWith('0000') ? '1111' : '0000'}`
  Object.assign(things, {
    link: links,
    system: { own: OWN, other: OTHER, absent: 'nobody-at-all' },
    record: {
      own: encodeURIComponent(ids[0]),
      other: encodeURIComponent(ids[1]),
      absent: encodeURIComponent(ids[1].replace('MATRIX-2', 'MATRIX-9')),
    },
    receipt: { own: own.receipt, other: other.receipt, absent: near(other.receipt) },
    lot: {
      own: encodeURIComponent(`rec:${ids[0]}`),
      other: encodeURIComponent(`rec:${ids[1]}`),
      absent: encodeURIComponent(`rec:${ids[1].replace('MATRIX-2', 'MATRIX-9')}`),
    },
    case: { own: cases[0] as string, other: cases[1] as string, absent: NOWHERE },
    party: {
      own: cardOf('party', `operator13:${operatorOf('330402', '1')}`),
      other: cardOf('party', `operator13:${operatorOf('330825', '2')}`),
      absent: NOWHERE,
    },
    site: {
      own: cardOf('site', 'node9:330402001'),
      other: cardOf('site', 'node9:330825002'),
      absent: NOWHERE,
    },
    report: { own: reports[0] as string, other: reports[1] as string, absent: NOWHERE },
    region: { own: '330402', other: '330825', absent: '310115' },
    market: { own: '330402001', other: '330825002', absent: '330825009' },
    paper: { own: 'PAPER-MATRIX-1', other: 'PAPER-MATRIX-2', absent: 'PAPER-MATRIX-9' },
  })
})

const FILLED: Readonly<Record<string, string>> = {
  record: 'trade',
  channel: 'main',
  type: 'promise_cert',
  version: '1',
  day: '2026-07-15',
  key: 'k1',
  code: 'JXSG2024041500018',
  number: 'X1',
  fingerprint: 'ab'.repeat(32),
}
const NOWHERE = '0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2'

async function ask(
  { method, path, name }: (typeof routes)[number],
  caller: Caller,
  id: Id,
): Promise<LightMyRequestResponse> {
  const { of, sends, query } = ROWS[name] ?? {}
  const thing = of === undefined ? NOWHERE : things[of][id]
  // The identifier stands in the one parameter that names things of this kind.
  const named = {
    system: /\{system\}|\{id\}/,
    record: /\{id\}/,
    receipt: /\{id\}/,
    link: /\{id\}/,
    lot: /\{code\}/,
    paper: /\{number\}/,
    case: /\{id\}|\{case\}/,
    market: /\{market\}/,
    region: /\{region\}/,
    report: /\{id\}/,
    party: /\{id\}/,
    site: /\{id\}/,
  }
  const own = of === undefined ? path : path.replace(named[of], thing)
  const filled = own.replaceAll(/\{(\w+)\}/g, (_, parameter) => FILLED[parameter] ?? NOWHERE)
  const url = `${filled}${query?.(thing) ?? QUERY[name] ?? ''}`
  const body = method === 'GET' || method === 'DELETE' ? undefined : (sends?.(thing) ?? {})
  return await api.call(method, url, {
    key: keys.get(caller) ?? null,
    headers: { 'hub-purpose': 'operation' },
    ...(body === undefined ? {} : { body }),
  })
}

/** What a route cannot do without. */
const QUERY: Readonly<Record<string, string>> = {
  'GET /v1/documents/required': '?product=%E7%95%AA%E8%8C%84',
}

function isRight(answer: Answer, { statusCode }: LightMyRequestResponse): boolean {
  if (answer === 'public') return ![401, 403].includes(statusCode) && (statusCode < 500 || statusCode === 503)
  if (answer === 'pass') return ![401, 403].includes(statusCode) && statusCode < 500
  return answer === 'found' ? statusCode === 200 : statusCode === answer
}

/** The answer without what is of the request alone: its number and time, and the identifier that it named. */
function bytesOf(
  { statusCode, headers, body, rawPayload }: LightMyRequestResponse,
  of: Subject | undefined,
  id: Id,
): string {
  const { date: _, 'content-length': __, ...rest } = headers
  const text = rawPayload.includes(0) ? rawPayload.toString('hex') : body
  const thing = of === undefined ? NOWHERE : things[of][id]
  const spellings = [thing, decodeURIComponent(thing)]
  const blank = (said: string): string =>
    spellings
      .reduce((all, one) => all.replaceAll(one, 'ID'), said)
      .replaceAll(/"request":"[^"]*"/g, '"request":""')
  const { 'x-request-id': ___, ...kept } = rest
  return [statusCode, blank(JSON.stringify(kept)), blank(text)].join('\n')
}

it('every route of the OpenAPI document has its row, and no row is of a route that is not there', () => {
  expect(Object.keys(ROWS).sort()).toEqual(routes.map(({ name }) => name).sort())
})

/** Where two texts begin to differ. */
function apart(one: string, other: string): string {
  let at = 0
  while (one[at] === other[at]) at++
  return [one, other].map((text) => text.slice(Math.max(at - 80, 0), at + 80)).join(' <> ')
}

const cells = { asked: 0, compared: 0 }

it.each([...reads, ...changes])(
  '$name: each caller is answered for own, others’ and absent identifiers as the table says, and others’ like absent ones',
  async (route) => {
    const row = ROWS[route.name]
    if (!row) throw new Error(`${route.name} has no row`)
    const wrong: string[] = []
    for (const caller of CALLERS) {
      const refused = new Map<Id, string>()
      for (const id of IDS) {
        const answer = await ask(route, caller, id)
        const right = answerOf(row, caller, id)
        cells.asked++
        if (!isRight(right, answer))
          wrong.push(
            `${caller}, ${id}: ${answer.statusCode} where ${right} is right: ${answer.body.slice(0, 200)}`,
          )
        if (!getsThrough(row, caller, id) || (id === 'absent' && !row.isNowhere))
          refused.set(id, bytesOf(answer, row.of, id))
      }
      const [first, ...others] = refused.values()
      for (const one of others) {
        cells.compared++
        if (one !== first) wrong.push(`${caller}: told apart: ${apart(first ?? '', one)}`)
      }
    }
    expect(wrong).toEqual([])
  },
)

it('no cell was left out, and an answer that is not the one of the table would have been seen', () => {
  expect(cells.asked).toBe(routes.length * CALLERS.length * IDS.length)
  expect(cells.compared).toBeGreaterThan(routes.length * 10)
  const statuses = [200, 400, 401, 403, 404, 500] as const
  const seen = (answer: Answer) =>
    statuses.filter((statusCode) => isRight(answer, { statusCode } as LightMyRequestResponse))
  expect([seen(401), seen(403), seen(404), seen('found'), seen('pass'), seen('public')]).toEqual([
    [401],
    [403],
    [404],
    [200],
    [200, 400, 404],
    [200, 400, 404],
  ])
})
