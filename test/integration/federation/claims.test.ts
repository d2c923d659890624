import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createFollow } from '#flow/follow/create-follow.ts'
import { claimsFollower, sendClaims } from '#flow/peers/send-claims.ts'
import { readFollowerLags } from '#store/followers.ts'
import { dispatch, dispatchId, openHubs, settle, type TestHub, type TestHubs, versionsAt } from './hubs.ts'

let hubs: TestHubs
const at = (id: string): TestHub => hubs.of(id)
const versionsOf = async (id: string, key: string): Promise<string[]> =>
  (await versionsAt(at(id))).filter((text) => text.startsWith(`${key}@`))
const claimsAt = async (id: string, key: string): Promise<Record<string, unknown>[]> =>
  (await at(id).call('GET', `/v1/claims?record=${encodeURIComponent(dispatchId(key))}`)).json().claims
const decide = (id: string, claim: unknown, word: 'accept' | 'refuse', body?: object) =>
  at(id).call('POST', `/v1/claims/${claim}/${word}`, body)

/** Sends changes and claims until nothing moves; gives the number of changes and claims that were posted. */
async function settleAll(): Promise<number> {
  let all = 0
  for (let round = 0; round < 10; round++) {
    let tried = await settle(hubs)
    for (const hub of hubs.all) tried += await sendClaims(hub.pool, { send: hub.send })
    if (tried === 0) return all
    all += tried
  }
  throw new Error('claims still move')
}

beforeAll(async () => {
  hubs = await openHubs('a', 'b', 'c')
})
afterEach(async () => await hubs.part())
afterAll(async () => await hubs.close())

test('a claim made at the far end travels back to the owner, and once accepted its version arrives at all', async () => {
  await hubs.join([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'b'],
    ['b', 'a'],
  ])
  await at('a').push(dispatch('far', '10'))
  await settleAll()
  await at('c').push(dispatch('far', '12'))
  expect(await versionsOf('c', 'far')).toEqual(['far@1 active 10'])
  expect(await settleAll()).toBe(2)
  for (const id of ['a', 'b', 'c'])
    expect(await claimsAt(id, 'far')).toMatchObject([
      { owner: 'a', claimant: 'c', state: 'open', baseVersion: 1 },
    ])
  const [claim] = await claimsAt('a', 'far')
  expect(claim).toMatchObject({ hops: ['c', 'b'], record: { quantity: { value: '12' } } })
  expect((await at('a').call('GET', `/v1/claims/${claim?.['id']}`)).json()).toMatchObject({
    differences: [{ at: 'quantity.value', before: '10', after: '12' }],
  })
  expect((await decide('b', claim?.['id'], 'accept')).statusCode).toBe(409)
  const accepted = await decide('a', claim?.['id'], 'accept', { reason: 'weighed again' })
  expect(accepted.json()).toMatchObject({
    state: 'accepted',
    version: 2,
    reason: 'weighed again',
    decidedBy: 'administrator',
  })
  expect((await decide('a', claim?.['id'], 'accept')).statusCode).toBe(409)
  await settleAll()
  for (const id of ['a', 'b', 'c']) {
    expect(await versionsOf(id, 'far')).toEqual(['far@1 active 10', 'far@2 active 12'])
    expect(await claimsAt(id, 'far')).toMatchObject([{ state: 'accepted', version: 2 }])
  }
  // The message of the version can be read, and says which record it made.
  const record = (await at('a').call('GET', `/v1/records/${encodeURIComponent(dispatchId('far'))}`)).json()
  expect(record).toMatchObject({ system: 'farm', record: 'canonical', version: 2 })
  const receipt = (await at('a').call('GET', `/v1/receipts/${record.message}`)).json()
  expect(receipt.results).toMatchObject([
    { result: 'updated', records: [{ id: dispatchId('far'), version: 2 }] },
  ])
})

test('in a ring with one direction a claim goes round to its owner and stops there', async () => {
  await hubs.join([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
  ])
  await at('a').push(dispatch('ring', '1'))
  await settleAll()
  await at('b').push(dispatch('ring', '1', { status: 'void' }))
  // b to c to a: two, and no more.
  expect(await settleAll()).toBe(2)
  expect(await settleAll()).toBe(0)
  const [claim] = await claimsAt('a', 'ring')
  expect(claim).toMatchObject({ status: 'void', claimant: 'b', hops: ['b', 'c'] })
  await decide('a', claim?.['id'], 'accept')
  await settleAll()
  for (const id of ['a', 'b', 'c'])
    expect(await versionsOf(id, 'ring')).toEqual(['ring@1 active 1', 'ring@2 void 1'])
})

test('a void claimed by a hub that may not see everything keeps what the owner knows', async () => {
  await hubs.join([
    ['a', 'b'],
    ['b', 'a'],
  ])
  await at('a').push(dispatch('hidden', '5', { quantity: { value: '5', unit: 'KGM', raw: '5公斤' } }))
  await settleAll()
  const bodyAt = async (id: string) =>
    (await at(id).call('GET', `/v1/records/${encodeURIComponent(dispatchId('hidden'))}`)).json()
  expect((await bodyAt('b')).quantity).toEqual({ value: '5', unit: 'KGM' })
  const { body: text } = (
    await at('b').pool.query('select body from record_versions where record_id = $1', [dispatchId('hidden')])
  ).rows[0]
  const seen = { ...JSON.parse(text), kind: 'dispatch', system: 'farm', key: ['hidden'], status: 'void' }
  await at('b').push(seen)
  await settleAll()
  const [claim] = await claimsAt('a', 'hidden')
  expect((await decide('a', claim?.['id'], 'accept')).json()).toMatchObject({ state: 'accepted', version: 2 })
  expect(await bodyAt('a')).toMatchObject({
    status: 'void',
    quantity: { value: '5', raw: '5公斤' },
  })
  await settleAll()
  expect(await bodyAt('b')).toMatchObject({ status: 'void', version: 2 })
  await at('b').pool.query("update claim_sendings set next_at = now() - interval '1 second'")
  await settleAll()
  expect(await claimsAt('b', 'hidden')).toMatchObject([{ state: 'accepted' }])
})

test('an accepted correction over a link that shows neither buyers nor amounts keeps what the owner knows of them', async () => {
  await hubs.join([
    ['a', 'b'],
    ['b', 'a'],
  ])
  const parts = (kg: string) =>
    dispatch('cut', kg, {
      quantity: { value: kg, unit: 'KGM', raw: `${kg}公斤` },
      vehicle: '浙A12345',
      amount: { value: '120', currency: 'CNY' },
      parties: [
        { role: 'owner', name: '示例合作社', ids: [] },
        {
          role: 'consignee',
          name: '示例二蔬菜有限公司',
          ids: [{ scheme: 'cn.mofcom.operator13', value: '3301060020202' }],
        },
      ],
    })
  await at('a').push(parts('60'))
  await settleAll()
  // The source sends its whole correction to the other hub, whose link to the owner shows a part of it.
  await at('b').push(parts('58'))
  await settleAll()
  const [claim] = await claimsAt('a', 'cut')
  expect(claim).toMatchObject({ record: { parties: [{ role: 'owner' }] } })
  // Nothing of what the link does not show would change, so nothing of it is told as different.
  const { differences } = (await at('a').call('GET', `/v1/claims/${claim?.['id']}`)).json()
  expect(differences.map((one: { at: string }) => one.at)).toEqual(['quantity.raw', 'quantity.value'])
  expect((await decide('a', claim?.['id'], 'accept')).json()).toMatchObject({ state: 'accepted', version: 2 })
  const record = (await at('a').call('GET', `/v1/records/${encodeURIComponent(dispatchId('cut'))}`)).json()
  const { quantity: was, ...before } = parts('60') as { quantity: object }
  expect(was).toMatchObject({ value: '60' })
  expect(record).toMatchObject({ ...before, vehicle: '浙A****5', version: 2 })
  // What was written of the former weight is not written of this one.
  expect(record.quantity).toEqual({ value: '58', unit: 'KGM' })
})

test('a refused claim changes nothing, the claimant learns of it, and the same claim again is not asked twice', async () => {
  await hubs.join([
    ['a', 'b'],
    ['b', 'a'],
  ])
  await at('a').push(dispatch('no', '1'))
  await settleAll()
  await at('b').push(dispatch('no', '2'))
  await settleAll()
  const [claim] = await claimsAt('a', 'no')
  const reason = { reason: 'the scale is broken' }
  const refused = await decide('a', claim?.['id'], 'refuse', reason)
  expect(refused.json()).toMatchObject({ state: 'refused', version: null })
  expect(await claimsAt('b', 'no')).toMatchObject([{ state: 'open' }])
  // Asked again some hours later, and not before.
  expect(await sendClaims(at('b').pool, { send: at('b').send })).toBe(0)
  await at('b').pool.query(
    "update claim_sendings set next_at = now() - interval '1 second' where claim_id = $1",
    [claim?.['id']],
  )
  expect(await sendClaims(at('b').pool, { send: at('b').send })).toBe(1)
  expect(await claimsAt('b', 'no')).toMatchObject([{ state: 'refused', decidedBy: 'hub a', ...reason }])
  await at('b').push(dispatch('no', '2'))
  await settleAll()
  expect(await claimsAt('a', 'no')).toMatchObject([{ state: 'refused' }])
  expect(await versionsOf('a', 'no')).toEqual(['no@1 active 1'])
  await at('b').push(dispatch('no', '3'))
  await settleAll()
  expect((await claimsAt('a', 'no')).map(({ state }) => state)).toEqual(['refused', 'open'])
  expect((await claimsAt('b', 'no')).map(({ state }) => state)).toEqual(['refused', 'open'])
})

test('claims go out without being asked for: the sweep finds them, and they are no reader of the log', async () => {
  await hubs.join([
    ['a', 'b'],
    ['b', 'a'],
  ])
  await at('a').push(dispatch('swept', '1'))
  await settleAll()
  await at('b').push(dispatch('swept', '2'))
  const { pool, send } = at('b')
  const clock = { time: Date.now() }
  const now = () => clock.time
  const follow = createFollow({ pool, followers: [claimsFollower({ send, now })], now })
  expect(await follow.find()).toMatchObject([{ name: 'claims' }])
  expect(await follow.run('claims', new AbortController().signal)).toBe(true)
  expect(await claimsAt('a', 'swept')).toMatchObject([{ state: 'open' }])
  expect(await follow.find()).toEqual([])
  clock.time += 10_000
  expect(await follow.find()).toMatchObject([{ name: 'claims' }])
  expect((await readFollowerLags(pool)).map(({ follower }) => follower)).not.toContain('claims')
})

test('a claim waits for a receiver that is away, and goes out when it is back', async () => {
  await hubs.join([
    ['a', 'b'],
    ['b', 'a'],
  ])
  await at('a').push(dispatch('away', '1'))
  await settleAll()
  await at('b').push(dispatch('away', '2'))
  const clock = { time: Date.now() }
  const away = async () => ({ kind: 'failed', class: 'retry', status: 503, detail: 'away' }) as const
  const pool = at('b').pool
  expect(await sendClaims(pool, { send: away, now: () => clock.time })).toBe(1)
  const tryAgain = () => sendClaims(pool, { send: at('b').send, now: () => clock.time })
  expect(await tryAgain()).toBe(0)
  clock.time += 60_000
  // Two workers at once take it once.
  expect((await Promise.all([tryAgain(), tryAgain()])).sort()).toEqual([0, 1])
  const [claim] = await claimsAt('b', 'away')
  const { sendings } = (await at('b').call('GET', `/v1/claims/${claim?.['id']}`)).json()
  expect(sendings).toMatchObject([{ attempts: 2, verdict: 'ok', code: 'stored_as_claim' }])
  expect(await claimsAt('a', 'away')).toMatchObject([{ state: 'open' }])
})
