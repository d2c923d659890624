import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { sealBatch } from '#flow/evidence/seal.ts'
import { verifyLog } from '#flow/evidence/verify.ts'
import { createPool } from '#store/database.ts'
import { type DataKeySettings, holdDataKeys, rotateDataKeys } from '#store/personal/data-keys.ts'
import { readMessage } from '#store/receipts.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { base, detail, partsRegistry } from '#test/parts.ts'
import { rewrite } from '#test/rewrite.ts'
import { workOn } from '../large/setting.ts'

const api = withApi((registry) => {
  const systems = new Map([...registry.systems, ...partsRegistry.systems])
  return { ...registry, systems, system: (id) => systems.get(id) }
})
const PERSON = '欧阳建国'
const first: DataKeySettings = { key: randomBytes(32), suite: 'aes-256-gcm' }
const second: DataKeySettings = { key: randomBytes(32), before: first.key, suite: 'sm4' }
const SEALED = [
  'messages',
  'message_parts',
  'message_results',
  'parked_bases',
  'parked_details',
  'rejections',
]

/** Everything that the tables hold, as a copy of the database shows it. */
async function dump(): Promise<string> {
  let text = ''
  for (const table of SEALED) {
    const { rows } = await api.pool.query(`select to_jsonb(t) as row from ${table} t`)
    for (const { row } of rows)
      for (const value of Object.values(row as Record<string, unknown>))
        text += `${typeof value === 'string' && value.startsWith('\\x') ? Buffer.from(value.slice(2), 'hex') : value}\n`
  }
  return text
}

async function bytesOf(pool: Pool, id: string): Promise<string> {
  const message = await readMessage(pool, id)
  if (!message) return 'gone'
  return (
    Buffer.isBuffer(message.bytes) ? message.bytes : Buffer.concat(await Array.fromAsync(message.bytes))
  ).toString()
}

async function withPool<T>(settings: DataKeySettings, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = createPool({ url: api.database.url, max: 2 })
  try {
    await holdDataKeys(pool, settings)
    return await work(pool)
  } finally {
    await pool.end()
  }
}

const small = JSON.stringify([trade('S1', { buyerName: PERSON }), trade('', { buyerName: PERSON })])
const large = JSON.stringify(Array.from({ length: 300 }, (_, i) => trade(`L${i}`, { buyerName: PERSON })))
const parked = `<data>${detail('A1')}${detail('A2', PERSON)}${base('A3', { name: PERSON })}</data>`
const ids: string[] = []

beforeAll(async () => {
  ids.push((await api.push(TRADES, JSON.stringify([trade('OPEN')]))).json().receipt)
  await holdDataKeys(api.pool, first)
  ids.push((await api.push(TRADES, small)).json().receipt)
  ids.push((await api.push(TRADES, large, { headers: { prefer: 'respond-async' } })).json().receipt)
  await workOn(api, ids[2] as string)
  ids.push((await api.push('parts/entry', parked, { type: 'application/xml' })).json().receipt)
  ids.push((await api.push(TRADES, `[{"buyerName": "${PERSON}"`)).json().receipt)
})
const texts = () => [JSON.stringify([trade('OPEN')]), small, large, parked, `[{"buyerName": "${PERSON}"`]

describe('messages, parts that wait and rejections', () => {
  it('are sealed in the database: a copy of it names no person', async () => {
    const text = await dump()
    for (const secret of [PERSON, JSON.stringify(PERSON), JSON.stringify(JSON.stringify(PERSON))])
      expect(text).not.toContain(secret)
    const { rows } = await api.pool.query(
      'select coding, count(*)::int from messages group by coding order by coding',
    )
    expect(rows).toEqual([
      { coding: 'identity', count: 1 },
      { coding: 'parts', count: 1 },
      { coding: 'sealed', count: 3 },
    ])
  })

  it('are read as they came, also those from before sealing was switched on', async () => {
    for (const [i, text] of texts().entries()) expect(await bytesOf(api.pool, ids[i] as string)).toBe(text)
    const receipt = (await api.call('GET', `/v1/receipts/${ids[2]}`)).json()
    expect([receipt.received, receipt.accepted]).toEqual([300, 300])
    const { rejections } = (await api.call('GET', '/v1/rejections?system=jiaxing-wholesale')).json()
    expect(rejections[0].source).toMatchObject({ buyerName: PERSON })
    const groups = await api.call('GET', '/v1/rejections/groups')
    expect(groups.json().groups.length).toBeGreaterThan(0)
  })

  it('go on their way: a base that comes later completes the detail that waited', async () => {
    const done = (
      await api.push('parts/entry', `<data>${base('A1')}</data>`, { type: 'application/xml' })
    ).json()
    expect(done.completed).toMatchObject([{ receipt: ids[3], result: 'created' }])
  })

  it('are verified by the log of evidence as they are', async () => {
    await sealBatch(api.pool)
    expect((await verifyLog(api.pool)).findings).toEqual([])
  })

  it('do not open in the place of others', async () => {
    await rewrite(
      api.pool,
      'update messages m set bytes = o.bytes from messages o where m.id = $1 and o.id = $2',
      [ids[1], ids[4]],
    )
    try {
      await expect(bytesOf(api.pool, ids[1] as string)).rejects.toThrow()
    } finally {
      await rewrite(api.pool, 'delete from messages where id = $1', [ids[1]])
    }
  })
})

describe('the key of the settings', () => {
  it('is needed: another one, or none, is refused with what to do', async () => {
    for (const key of [undefined, randomBytes(32)])
      await expect(withPool({ key, suite: 'aes-256-gcm' }, async () => {})).rejects.toMatchObject({
        code: 'data_key_missing',
      })
  })

  it('is exchanged without a byte being written anew, here to SM4; what was sealed stays readable, also to who runs', async () => {
    const before = await api.pool.query('select bytes from messages where id = $1', [ids[4]])
    await withPool(second, (pool) => rotateDataKeys(pool, second))
    const after = await api.pool.query('select bytes from messages where id = $1', [ids[4]])
    expect(after.rows[0].bytes.equals(before.rows[0].bytes)).toBe(true)
    await expect(withPool(first, async () => {})).rejects.toMatchObject({ code: 'data_key_missing' })
    const only = { ...second, before: undefined }
    await withPool(only, async (pool) => {
      expect(await bytesOf(pool, ids[4] as string)).toBe(texts()[4])
      expect(await bytesOf(pool, ids[2] as string)).toBe(large)
    })
    // A process with the key of before goes on with the data keys that it has.
    const { receipt } = (await api.push(TRADES, JSON.stringify([trade('R1', { buyerName: PERSON })]))).json()
    await withPool(only, async (pool) => expect(await bytesOf(pool, receipt)).toContain(PERSON))
  })

  it('of SM4 seals what comes, and is not in the database', async () => {
    const only = { ...second, before: undefined }
    const { rows } = await api.pool.query('select suite, wrapped from data_keys order by id')
    expect(rows.at(-1).suite).toBe('sm4')
    for (const { wrapped } of rows) expect(wrapped.includes(second.key as Buffer)).toBe(false)
    await holdDataKeys(api.pool, only)
    const { receipt } = (await api.push(TRADES, JSON.stringify([trade('N1', { buyerName: PERSON })]))).json()
    expect(await bytesOf(api.pool, receipt)).toContain(PERSON)
    expect(await dump()).not.toContain(PERSON)
  })
})
