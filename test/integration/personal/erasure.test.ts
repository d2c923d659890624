import { beforeAll, expect, it } from 'vitest'
import { sealBatch } from '#flow/evidence/seal.ts'
import { verifyLog } from '#flow/evidence/verify.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { rewrite } from '#test/rewrite.ts'
import { workOn } from '../large/setting.ts'

const api = withApi()
const PERSON = '欧阳建国'
const OTHER = '司马光明'
let id = ''
let receipt = ''

const erase = (body: object, key?: string) =>
  api.call('POST', '/v1/personal/erasures', { body, ...(key ? { key } : {}) })
const findings = async () => (await verifyLog(api.pool)).findings

/** Everything that the database holds in its tables. */
async function wholeText(): Promise<string> {
  const { rows: tables } = await api.pool.query(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  )
  let all = ''
  for (const { name } of tables) {
    const { rows } = await api.pool.query({ text: `select * from "${name}"`, rowMode: 'array' })
    for (const row of rows as unknown[][])
      for (const value of row) all += `${Buffer.isBuffer(value) ? value : JSON.stringify(value)}\n`
  }
  return all
}

beforeAll(async () => {
  const first = [
    trade('E1', { buyerName: PERSON, plateNo: '浙Q7T3K9' }),
    trade('', { buyerName: PERSON, plateNo: '浙Q7T3K9' }),
  ]
  const sent = (await api.push(TRADES, JSON.stringify(first))).json()
  receipt = sent.receipt
  id = sent.results[0].records[0].id
  await api.push(
    TRADES,
    JSON.stringify([trade('E1', { buyerName: PERSON, plateNo: '浙Q7T3K9', netWeight: '99.0' })]),
  )
  await api.push(TRADES, JSON.stringify([trade('E2', { buyerName: OTHER })]))
  await sealBatch(api.pool)
  expect(await findings()).toEqual([])
})

it('a legal hold stops an erasure, and nothing is erased', async () => {
  const hold = await api.call('POST', '/v1/retention/holds', {
    body: { from: '2020-01-01T00:00:00Z', until: '2099-01-01T00:00:00Z', reason: 'court' },
  })
  const refused = await api.call('POST', '/v1/personal/erasures', {
    ...{ body: { records: [id], reason: 'request' }, headers: { 'accept-language': 'zh' } },
  })
  expect(refused.json()).toMatchObject({
    ...{ status: 409, title: '与现有内容冲突', detail: `法律保全 ${hold.json().id} 要求保留该时段的内容` },
    fix: expect.stringContaining('先解除保全'),
  })
  expect(await wholeText()).toContain(PERSON)
  await api.call('DELETE', `/v1/retention/holds/${hold.json().id}`)
})

it('only an administrator may erase, or who looks after security', async () => {
  const key = await api.key('read', 'personal')
  expect((await erase({ records: [id], reason: 'request' }, key)).statusCode).toBe(403)
})

it('what was erased is nowhere in the database, the goods stay, and the whole log is verified', async () => {
  const payment = id.replace(':sale:', ':payment:')
  const answer = await erase({ records: [id, payment], reason: 'request of the person' })
  expect(answer.json()).toMatchObject({ records: 2, messages: 2, links: [] })
  expect(answer.json().entry).not.toBeNull()
  const text = await wholeText()
  for (const secret of [PERSON, '浙Q7T3K9']) expect(text).not.toContain(secret)
  expect(text).toContain(OTHER)
  const { versions } = (await api.call('GET', `/v1/records/${encodeURIComponent(id)}?versions=true`)).json()
  expect(versions.map((one: { quantity: { value: string } }) => one.quantity.value)).toEqual(['99', '100'])
  expect((await api.call('GET', `/v1/receipts/${receipt}`)).json()).toMatchObject({
    received: 2,
    accepted: 1,
    rejected: 1,
  })
  expect((await api.call('GET', `/v1/messages/${receipt}`)).statusCode).toBe(404)
  expect(await findings()).toEqual([])
  await sealBatch(api.pool)
  expect(await findings()).toEqual([])
})

it('once more there is nothing to erase, and the log says who erased and why', async () => {
  expect((await erase({ records: [id], reason: 'again' })).json()).toMatchObject({
    versions: 0,
    messages: 0,
    entry: null,
  })
  const { entries } = (await api.call('GET', '/v1/audit/log?kind=administration&limit=50')).json()
  const noted = entries.find(({ action }: { action: string }) => action === 'erase')
  expect(noted).toMatchObject({
    who: 'administrator',
    facts: { reason: 'request of the person', records: 2 },
  })
})

it('bytes in which a record was sent once more and changed nothing go too, also of a large message; those of others stay', async () => {
  const mine = trade('E9', { buyerName: '慕容复归' })
  const id9 = (await api.push(TRADES, JSON.stringify([mine]))).json().results[0].records[0].id
  const same = (await api.push(TRADES, JSON.stringify([trade('E2', { buyerName: OTHER }), mine]))).json()
  expect(same).toMatchObject({ unchanged: 2 })
  const large = await api.push(
    TRADES,
    JSON.stringify([mine, ...Array.from({ length: 30 }, (_, i) => trade(`EL${i}`))]),
    { headers: { prefer: 'respond-async' } },
  )
  await workOn(api, large.json().receipt)
  const others = (await api.push(TRADES, JSON.stringify([trade('E2', { buyerName: OTHER })]))).json()
  const gone = [same.receipt, large.json().receipt]
  const bytesOf = async (ids: readonly string[]) => {
    const status: number[] = []
    for (const one of ids) status.push((await api.call('GET', `/v1/messages/${one}`)).statusCode)
    return status
  }
  expect(await bytesOf([...gone, others.receipt])).toEqual([200, 200, 200])
  const payment = id9.replace(':sale:', ':payment:')
  const answer = await erase({ records: [id9, payment], reason: 'request' })
  expect(answer.json()).toMatchObject({ records: 2, messages: 3 })
  expect(await bytesOf([...gone, others.receipt])).toEqual([404, 404, 200])
  expect(await wholeText()).not.toContain('慕容复归')
  expect(await findings()).toEqual([])
})

it('a code of a person that another record has too stays on cards, and goes with the last of these records', async () => {
  const code = 'cn.idcard:11010519491231002X'
  const ids = []
  for (const bill of ['E7', 'E8']) {
    const { results } = (await api.push(TRADES, JSON.stringify([trade(bill)]))).json()
    ids.push(results[0].records[0].id)
  }
  await rewrite(api.pool, 'update record_versions set codes = codes || array[$2] where record_id = any($1)', [
    ids,
    code,
  ])
  await api.pool.query(
    `insert into descriptions (id, subject, codes, system, role, personal, records, first_seen, last_seen, newest)
     values (gen_random_uuid(), 'party', array[$1], 'x', 'buyer', true, 2, now(), now(), $2)`,
    [code, ids],
  )
  const onCards = async () =>
    (await api.pool.query('select from descriptions where codes && array[$1]', [code])).rowCount
  await erase({ records: [ids[0]], reason: 'request' })
  expect(await onCards()).toBe(1)
  await erase({ records: [ids[1]], reason: 'request' })
  expect(await onCards()).toBe(0)
})

it('what is sealed only after it was erased is verified too', async () => {
  const sent = (await api.push(TRADES, JSON.stringify([trade('E3', { buyerName: PERSON })]))).json()
  await erase({ records: [sent.results[0].records[0].id], reason: 'request' })
  await sealBatch(api.pool)
  expect(await findings()).toEqual([])
})

it('a row that is changed behind an erasure, and an erasure that nobody noted, are found', async () => {
  const body = (
    await api.pool.query('select body from record_versions where record_id = $1 and version = 1', [id])
  ).rows[0].body
  await rewrite(api.pool, 'update record_versions set body = $2 where record_id = $1 and version = 1', [
    id,
    '{}',
  ])
  expect((await findings()).map(({ code }) => code)).toEqual(['row_altered'])
  await rewrite(api.pool, 'update record_versions set body = $2 where record_id = $1 and version = 1', [
    id,
    body,
  ])
  expect(await findings()).toEqual([])
  await rewrite(
    api.pool,
    `insert into erasures (subject, was, now, entry) values ('version x 1', 'a', 'b', 1)`,
  )
  expect((await findings()).map(({ place }) => place)).toEqual(['erasures of entry 1'])
  await rewrite(api.pool, `delete from erasures where subject = 'version x 1'`)
})
