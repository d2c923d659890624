import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sign } from '#adapters/http/signature.ts'
import type { Body } from '#core/model/body.ts'
import { contentOf } from '#flow/intake/content.ts'
import { rewrite } from '#test/rewrite.ts'
import {
  type ChangeAnswer,
  dispatch,
  dispatchId,
  openHubs,
  type TestHub,
  type TestHubs,
  versionsAt,
} from './hubs.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const keys = new Map<string, string>()
let hubs: TestHubs
let hub: TestHub

/** Here is the hub `here`; `city` is a peer that may bring records of its counties, `other` one that may bring only its own. */
beforeAll(async () => {
  hubs = await openHubs('here')
  hub = hubs.of('here')
  for (const [peer, carries] of [
    ['city', ['county-*']],
    ['other', []],
  ] as const) {
    const answer = await hub.call('POST', '/v1/peers', { system: `hub-${peer}`, hub: peer, carries })
    keys.set(peer, answer.json().key)
  }
})
afterAll(async () => await hubs.close())

interface Given {
  readonly key: string
  readonly version?: number
  readonly kg?: string
  readonly isVoid?: boolean
  readonly more?: object
}

const changeOf = ({ key, version = 1, kg = '1', isVoid = false, more = {} }: Given) => {
  const { key: _, ...body } = dispatch(key, kg)
  const status = isVoid ? 'void' : 'active'
  const id = dispatchId(key)
  return {
    event: createHash('sha256').update(`${id}${version}`).digest('base64url'),
    operation: isVoid ? 'void' : 'upsert',
    kind: 'dispatch',
    id,
    version,
    record: { ...body, id, key: [key], record: 'canonical', version, status, schema: 1, flags: [] },
    ...more,
  }
}

async function post(
  peer: string,
  changes: readonly object[],
  headers: Record<string, string> = {},
): Promise<{ status: number; results: ChangeAnswer[]; code: string }> {
  const answer = await hub.app.inject({
    method: 'POST',
    url: `/v1/peers/hub-${peer}/changes`,
    payload: JSON.stringify({ link: 'l', changes }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${keys.get(peer)}`, ...headers },
  })
  return { status: answer.statusCode, results: answer.json().results, code: answer.json().code }
}
const one = async (peer: string, change: object): Promise<string> => {
  const { results } = await post(peer, [change])
  return [results[0]?.verdict, results[0]?.code].filter(Boolean).join(' ')
}
const versionsOf = async (key: string): Promise<string[]> =>
  (await versionsAt(hub)).filter((text) => text.startsWith(`${key}@`))

test('versions that come in any order and more than once never go back, and the newest is there in the end', async () => {
  let seed = 11
  const random = (): number => {
    seed = (seed * 48271) % 2147483647
    return seed / 2147483647
  }
  const all = ['r1', 'r2', 'r3', 'r4'].flatMap((key) =>
    [1, 2, 3, 4, 5].flatMap((version) => {
      const change = changeOf({ key, version, kg: String(version), isVoid: version === 4 })
      return [change, change]
    }),
  )
  const shuffled = all.map((change) => ({ change, at: random() })).sort((a, b) => a.at - b.at)
  // Several at a time, as several links would bring them.
  for (let i = 0; i < shuffled.length; i += 4) {
    const answers = await Promise.all(shuffled.slice(i, i + 4).map(({ change }) => post('city', [change])))
    for (const { results } of answers) expect(['ok', 'duplicate']).toContain(results[0]?.verdict)
  }
  for (const key of ['r1', 'r2', 'r3', 'r4']) {
    const numbers = (await versionsOf(key)).map((text) => Number(/@(\d+)/.exec(text)?.[1]))
    expect(numbers.at(-1)).toBe(5)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
  }
})

test('a change that was taken is a duplicate when it comes again, alone or among others', async () => {
  const change = changeOf({ key: 'd1' })
  expect(await one('city', change)).toBe('ok')
  expect(await one('city', change)).toBe('duplicate')
  const { results } = await post('city', [changeOf({ key: 'd2' }), change])
  expect(results.map(({ verdict }) => verdict)).toEqual(['ok', 'duplicate'])
  expect(await versionsOf('d1')).toHaveLength(1)
})

test('a version keeps the identifier, system, key, number and mapping of its owner, and a receipt tells of it', async () => {
  const change = changeOf({ key: 'k1', version: 7 })
  await one('city', { ...change, record: { ...change.record, mapping: 'farm/dispatch@3' } })
  const record = (await hub.call('GET', `/v1/records/${encodeURIComponent(dispatchId('k1'))}`)).json()
  expect(record).toMatchObject({ system: 'farm', key: ['k1'], version: 7, mapping: 'farm/dispatch@3' })
  const receipt = (await hub.call('GET', `/v1/receipts/${record.message}`)).json()
  expect(receipt).toMatchObject({
    system: 'hub-city',
    record: 'changes',
    accepted: 1,
    results: [{ result: 'created', records: [{ id: dispatchId('k1'), version: 7 }] }],
  })
})

test('codes of a peer that writes them otherwise are found here as codes are asked for, and sent again nothing changes', async () => {
  const change = changeOf({ key: 'written' })
  const lots = [{ role: 'subject', scheme: 'local.farm', value: 'l-ａ 1' }]
  const sent = { ...change, record: { ...change.record, lots } }
  expect([await one('city', sent), await one('city', sent)]).toEqual(['ok', 'duplicate'])
  const purpose = { 'hub-purpose': 'operation' }
  const found = await hub.call('GET', '/v1/records?code=local.farm:L-A1', undefined, purpose)
  const { records } = found.json()
  expect(records).toMatchObject([{ id: dispatchId('written'), lots: [{ value: 'L-A1', raw: 'l-ａ 1' }] }])
})

test('a version that was taken before codes were normalised is a duplicate when it comes again, and the next one is taken', async () => {
  const change = changeOf({ key: 'before' })
  const lots = [{ role: 'subject' as const, scheme: 'local.farm', value: 'l-2' }]
  const sent = { ...change, record: { ...change.record, lots } }
  await one('city', sent)
  const { key: _, ...told } = dispatch('before', '1', { lots })
  const { kind: __, system: ___, ...body } = told
  const stored = contentOf(
    { kind: 'dispatch', id: dispatchId('before') },
    { ...body, flags: [] } as Body,
    'active',
  )
  const { rowCount } = await rewrite(
    hub.pool,
    'update record_versions set body = $2, content_hash = $3 where record_id = $1',
    [dispatchId('before'), stored.bytes.toString(), Buffer.from(stored.hash, 'binary')],
  )
  expect(rowCount).toBe(1)
  expect(await one('city', sent)).toBe('duplicate')
  expect(
    await one('city', { ...changeOf({ key: 'before', kg: '2' }), record: { ...sent.record, note: 'x' } }),
  ).toBe('reject version_conflict')
  expect(await one('city', changeOf({ key: 'before', version: 2 }))).toBe('ok')
})

test.each([
  [
    'another hub that the peer may not bring',
    'other',
    { origin: 'city', hops: ['city', 'other'] },
    'origin_not_carried',
  ],
  [
    'a county that the peer may not bring',
    'other',
    { origin: 'county-1', hops: ['county-1', 'other'] },
    'origin_not_carried',
  ],
  ['the hub that receives it', 'city', { origin: 'here', hops: ['here', 'city'] }, 'origin_is_here'],
  ['a hub that is not first of the hops', 'city', { origin: 'county-1', hops: ['city'] }, 'bad_hops'],
  ['itself, while another hub sends it', 'city', { origin: 'city', hops: ['city', 'county-1'] }, 'wrong_hub'],
  ['no slug', 'city', { origin: 'City!', hops: ['City!', 'city'] }, 'bad_origin'],
  [
    'a hub beyond too many others',
    'city',
    { origin: 'county-0', hops: [...Array.from({ length: 16 }, (_, i) => `county-${i}`), 'city'] },
    'too_many_hops',
  ],
] as const)(
  'a change whose origin is said to be %s is refused and makes nothing',
  async (_, peer, more, code) => {
    expect(await one(peer, changeOf({ key: `f-${code}`, more }))).toBe(`reject ${code}`)
    expect(await versionsOf(`f-${code}`)).toEqual([])
  },
)

test('a change that the peer may bring from now on is taken when it comes again, and its rejection is mended', async () => {
  const change = changeOf({ key: 'carry', more: { origin: 'town-1', hops: ['town-1', 'other'] } })
  expect(await one('other', change)).toBe('reject origin_not_carried')
  const states = async () =>
    ['open', 'mended'].map(async (state) => {
      const answer = await hub.call('GET', `/v1/rejections?system=hub-other&state=${state}`, undefined, {
        'hub-purpose': 'operation',
      })
      return answer.body.includes(dispatchId('carry'))
    })
  expect(await Promise.all(await states())).toEqual([true, false])
  await hub.call('POST', '/v1/peers', { system: 'hub-other', hub: 'other', carries: ['town-1'] })
  expect(await one('other', change)).toBe('ok')
  expect(await Promise.all(await states())).toEqual([false, true])
  await hub.call('POST', '/v1/peers', { system: 'hub-other', hub: 'other' })
})

test('a change that has passed this hub is a duplicate and makes nothing', async () => {
  const more = { origin: 'county-1', hops: ['county-1', 'here', 'city'] }
  expect(await one('city', changeOf({ key: 'p1', more }))).toBe('duplicate passed_here')
  expect(await versionsOf('p1')).toEqual([])
})

test.each([
  ['another content for a version that it brought', changeOf({ key: 'd1', kg: '9' }), 'version_conflict'],
  [
    'an identifier that no hub writes',
    { ...changeOf({ key: 'b1' }), id: 'urn:cnft:dispatch:farm:x:%62' },
    'bad_id',
  ],
  ['a record of another kind', { ...changeOf({ key: 'b2' }), kind: 'sale' }, 'bad_record'],
  [
    'a record with a field that there is not',
    { ...changeOf({ key: 'b3' }), record: { nothing: 1 } },
    'bad_record',
  ],
  ['a record of a newer schema', { ...changeOf({ key: 'b4' }), record: { schema: 99 } }, 'newer_schema'],
  ['NUL in a text', { ...changeOf({ key: 'b5' }), record: { note: 'a\0b' } }, 'bad_record'],
])('%s is refused beside a neighbour that is taken', async (what, change, code) => {
  const neighbour = changeOf({ key: `n-${createHash('md5').update(what).digest('hex')}` })
  const { status, results } = await post('city', [change, neighbour])
  expect({ status, words: results.map((r) => `${r.verdict} ${r.code ?? ''}`.trim()) }).toEqual({
    status: 200,
    words: [`reject ${code}`, 'ok'],
  })
})

test('what is said of a record by others than its owner is kept as a claim and changes nothing', async () => {
  await hub.push(dispatch('mine', '1'))
  expect(await one('city', changeOf({ key: 'mine', version: 2, kg: '2' }))).toBe('ok stored_as_claim')
  expect(await one('city', changeOf({ key: 'mine', version: 2, kg: '1', isVoid: true }))).toBe(
    'ok stored_as_claim',
  )
  expect(await one('city', changeOf({ key: 'mine' }))).toBe('duplicate already_so')
  await one('city', changeOf({ key: 'theirs', more: { origin: 'county-1', hops: ['county-1', 'city'] } }))
  expect(await one('other', changeOf({ key: 'theirs', version: 2, kg: '3' }))).toBe('ok stored_as_claim')
  const receipt = await hub.push(dispatch('theirs', '4', { region: { code: '330825', year: 2024 } }))
  expect(receipt).toMatchObject({
    accepted: 0,
    unchanged: 1,
    results: [{ issues: [{ code: 'W_ID_UNKNOWN' }, { code: 'W_CLAIM' }] }],
  })
  expect(await versionsOf('mine')).toEqual(['mine@1 active 1'])
  expect(await versionsOf('theirs')).toEqual(['theirs@1 active 1'])
  const { rows } = await hub.pool.query(
    `select owner, claimant, via, status, state, body::json -> 'quantity' ->> 'value' as kg from claims order by received_at, status`,
  )
  expect(rows).toEqual([
    { owner: 'here', claimant: 'city', via: 'hub-city', status: 'active', state: 'superseded', kg: '2' },
    { owner: 'here', claimant: 'city', via: 'hub-city', status: 'void', state: 'open', kg: '1' },
    { owner: 'county-1', claimant: 'other', via: 'hub-other', status: 'active', state: 'open', kg: '3' },
    { owner: 'county-1', claimant: 'here', via: null, status: 'active', state: 'open', kg: '4' },
  ])
})

test('a void that waited for a record which turns out to be of another hub is a claim', async () => {
  await hub.push({ ...dispatch('late', '1'), status: 'void' })
  const { rows: before } = await hub.pool.query('select status from record_versions where record_id = $1', [
    dispatchId('late'),
  ])
  // With content of its own it is a record here already, of which the other hub says something.
  expect(before).toEqual([{ status: 'void' }])
  expect(await one('city', changeOf({ key: 'late' }))).toBe('ok stored_as_claim')
})

test('a record that two hubs make at the same moment has one owner here', async () => {
  for (let i = 0; i < 8; i++) {
    const key = `race${i}`
    await Promise.all([hub.push(dispatch(key, '1')), post('city', [changeOf({ key, version: 3, kg: '2' })])])
    const versions = await versionsOf(key)
    expect(versions).toHaveLength(1)
    const { rows } = await hub.pool.query('select owner from claims where record_id = $1', [dispatchId(key)])
    expect(rows).toEqual([{ owner: versions[0]?.endsWith('1') ? 'here' : 'city' }])
  }
})

test('a delivery that is not signed as agreed, or not now, is refused and nothing of it is stored', async () => {
  await hub.call('PATCH', '/v1/systems/hub-other', { secrets: { webhook: SECRET } })
  const change = changeOf({ key: 's1' })
  const body = JSON.stringify({ link: 'l', changes: [change] })
  const now = Math.floor(Date.now() / 1000)
  const signed = (secret: string, time: number) => ({ ...sign([secret], 'msg_1', time, body) })
  const wrong = `whsec_${Buffer.alloc(32, 8).toString('base64')}`
  for (const headers of [{}, signed(wrong, now), signed(SECRET, now - 301), signed(SECRET, now + 305)])
    expect(await post('other', [change], headers)).toMatchObject({ status: 401, code: 'delivery_unsigned' })
  const tampered = await post('other', [{ ...change, version: 2 }], signed(SECRET, now))
  expect(tampered).toMatchObject({ status: 401 })
  expect(await versionsOf('s1')).toEqual([])
  expect((await post('other', [change], signed(SECRET, now))).status).toBe(200)
  await hub.call('PATCH', '/v1/systems/hub-other', { secrets: { webhook: null } })
})

test('only a peer, with the key for its own system, may bring changes', async () => {
  const change = changeOf({ key: 'q1' })
  const ofOther = { authorization: `Bearer ${keys.get('other')}` }
  expect((await post('city', [change], ofOther)).status).toBe(403)
  const noPeer = await hub.call('POST', '/v1/peers/farm/changes', { changes: [change] })
  expect(noPeer.statusCode).toBe(404)
  for (const body of [{ changes: [] }, { changes: [{ ...change, event: '' }] }, {}, []])
    expect((await hub.call('POST', '/v1/peers/hub-city/changes', body)).statusCode).toBe(400)
  const self = await hub.call('POST', '/v1/peers', { system: 'hub-self', hub: 'here' })
  expect(self.statusCode).toBe(400)
})

test('a peer is told who this hub is, and its name stays once it is joined', async () => {
  const { nameHub } = await import('#store/hub-identity.ts')
  const { id, peers } = (await hub.call('GET', '/v1/hub')).json()
  expect({ id, peers: peers.map((peer: { hub: string }) => peer.hub) }).toEqual({
    id: 'here',
    peers: ['city', 'other'],
  })
  await expect(nameHub(hub.pool, 'elsewhere')).rejects.toThrow('cannot rename')
})

test('an amount that cannot be true is taken from a peer, and marked and told here; it is the same version all the same', async () => {
  const change = changeOf({ key: 'n1', kg: '0' })
  expect(await one('city', change)).toBe('ok')
  expect(await one('city', change)).toBe('duplicate')
  const { rows } = await hub.pool.query(
    'select v.flags, m.results from record_versions v join messages m on m.id = v.message_id where v.record_id = $1',
    [dispatchId('n1')],
  )
  expect(rows).toEqual([
    { flags: ['W_UNIT_SUSPECT'], results: expect.stringContaining('/changes/0/record/quantity/value') },
  ])
})
