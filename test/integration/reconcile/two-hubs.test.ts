import { afterAll, beforeAll, expect, it } from 'vitest'
import { sign } from '#adapters/http/signature.ts'
import { createReconciliation } from '#flow/reconcile/create-reconciliation.ts'
import { readLinkTransport } from '#store/link-secrets.ts'
import { listFindings } from '#store/reconciliation-findings.ts'
import { readReconciliation } from '#store/reconciliations.ts'
import { rewrite } from '#test/rewrite.ts'
import { dispatch, dispatchId, openHubs, settle, type TestHub, type TestHubs } from '../federation/hubs.ts'
import { follow, reconcile } from './setting.ts'

let hubs: TestHubs
let county: TestHub
let city: TestHub

beforeAll(async () => {
  hubs = await openHubs('county', 'city', 'other')
  county = hubs.of('county')
  city = hubs.of('city')
  await hubs.join([
    ['county', 'city'],
    ['city', 'county'],
    ['county', 'other'],
    ['other', 'city'],
  ])
})
afterAll(() => hubs.close())

const compare = async (resend = false) => {
  for (const { pool } of hubs.all) await follow(pool)
  const link = county.links.get('city') as string
  const { id } = await createReconciliation(
    { pool: county.pool, clock: Date.now, isSystem: () => true },
    { link, from: '2024-04-15', resend },
    null,
    'test',
  )
  await reconcile(county.pool, id)
  const one = await readReconciliation(county.pool, id)
  const keys = await listFindings(county.pool, id, { limit: 99 })
  return { one, keys: keys.map(({ recordId, state }) => `${recordId.split(':').at(-1)} ${state}`) }
}
/** As if the city had lost it: no trace of the record is left. */
const lose = async (record: string): Promise<void> => {
  await rewrite(city.pool, 'delete from record_versions where record_id = $1', [record])
  await rewrite(city.pool, 'delete from peer_versions where record_id = $1', [record])
  await city.pool.query('truncate record_buckets')
  await city.pool.query(`update followers set position = 0 where name = 'record-buckets'`)
}

it('two hubs compare what one brought the other, find what was lost there, and send it again', async () => {
  await county.push(...Array.from({ length: 40 }, (_, i) => dispatch(`D${i}`, `${i + 1}`)))
  await city.push(dispatch('C1', '5'))
  await settle(hubs)
  expect((await compare()).one).toMatchObject({
    outcome: 'equal',
    counts: { records: 40, theirRecords: 40, mass: '820', theirMass: '820' },
  })
  await lose(dispatchId('D7'))
  await lose(dispatchId('D21'))
  const found = await compare(true)
  expect(found.one).toMatchObject({ outcome: 'different' })
  expect(found.keys).toEqual(['D21 missing', 'D7 missing'])
  await settle(hubs)
  expect((await compare()).one).toMatchObject({ outcome: 'equal', counts: { records: 40, theirRecords: 40 } })
})

it('a record that came to the other hub by another road is not missing there', async () => {
  await rewrite(city.pool, `update peer_versions set via = 'hub-other' where record_id = $1`, [
    dispatchId('D3'),
  ])
  await city.pool.query('truncate record_buckets')
  await city.pool.query(`update followers set position = 0 where name = 'record-buckets'`)
  const { one, keys } = await compare()
  expect(keys).toEqual([])
  expect(one).toMatchObject({ outcome: 'equal', counts: { records: 40, theirRecords: 39 } })
})

it('a hub tells a peer nothing without its key and signature, and nothing of what the peer did not bring', async () => {
  const ask = (body: object, headers: Record<string, string>) =>
    fetch(`${city.url}/v1/peers/hub-county/changes/counts`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  const day = { from: '2024-04-15T00', to: '2024-04-16T00' }
  expect((await ask(day, {})).status).toBe(401)
  const transport = await readLinkTransport(county.pool, county.links.get('city') as string)
  const authorization = `Bearer ${transport?.token}`
  expect((await ask(day, { authorization })).status).toBe(401)
  const signed = (body: object) => ({
    authorization,
    ...sign([transport?.signing[0]?.secret ?? ''], 'm1', Math.floor(Date.now() / 1000), JSON.stringify(body)),
  })
  const answer = (await (await ask(day, signed(day))).json()) as { buckets: { count: number }[] }
  expect(answer.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(39)
  for (const wrong of [{}, { from: '2024-04-15', to: 'x' }, { bucket: { kind: 'x' } }]) {
    expect((await ask(wrong, signed(wrong))).status, JSON.stringify(wrong)).toBe(400)
  }
})
