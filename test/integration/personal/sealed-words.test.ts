import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { inTransaction } from '#store/database.ts'
import { createLink } from '#store/links.ts'
import { holdDataKeys, rotateDataKeys } from '#store/personal/data-keys.ts'
import { addMended } from '#store/receipts.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { base, detail, partsRegistry } from '#test/parts.ts'
import { rewrite } from '#test/rewrite.ts'

const PERSON = '欧阳建国'
const first = { key: randomBytes(32), suite: 'aes-256-gcm' } as const
/** A link whose receiver refused the first versions of a record. */
async function linkThatHolds(pool: Pool, versions: number) {
  const { link } = await createLink(pool, {
    name: 'x',
    url: 'http://127.0.0.1:9/',
    allowAddress: ['127.0.0.1/32:9'],
    cursor: 0n,
  })
  for (let version = 1; version <= versions; version++)
    await pool.query(
      `insert into held_changes (link_id, record_id, version, position, state, code, cause) values ($1, 'r', $2::integer, $2::integer, 'refused', 'E12', 'E12')`,
      [link.id, version],
    )
  return link
}
const xml = (text: string) => `<data>${text}</data>`

describe('sealed', () => {
  const api = withApi((registry) => {
    const systems = new Map([...registry.systems, ...partsRegistry.systems])
    return { ...registry, systems, system: (id) => systems.get(id) }
  })
  const push = async (text: string) =>
    (await api.push('parts/entry', xml(text), { type: 'application/xml' })).json()
  const stored = async (column: string, table: string, id: string): Promise<string> =>
    (
      await api.pool.query(`select string_agg(${column}, ' ') as text from ${table} where $1 in (id::text)`, [
        id,
      ])
    ).rows[0].text
  let waited = ''
  let completing = ''
  let kase = ''

  beforeAll(async () => {
    await holdDataKeys(api.pool, first)
    // Details that wait, and are rejected for what they say once their base is there.
    waited = (await push(detail('A1', '番茄', PERSON) + detail('A2', '番茄', `${PERSON}二`))).receipt
    completing = (await push(base('A1') + base('A2'))).receipt
  })

  it('what a receipt quotes of records that it completed is read as it was, and is nowhere in the row', async () => {
    const { completed } = (await api.call('GET', `/v1/receipts/${completing}`)).json()
    expect(completed).toHaveLength(2)
    expect(JSON.stringify(completed)).toContain(`"${PERSON}二"`)
    expect(await stored('completed', 'messages', completing)).toMatch(/^sealed:/)
  })

  it('so is what later messages mended, line by line, also beside lines from before the key', async () => {
    const line = (index: number, value: string) =>
      JSON.stringify([
        index,
        completing,
        ['c', [`K${index}`], [['entry', 1]], [{ path: '/kg', code: 'W_UNIT_SUSPECT', value, reason: 'x' }]],
      ])
    await inTransaction(api.pool, (client) => addMended(client, [{ id: waited, text: line(0, '100') }]))
    await rewrite(api.pool, 'update messages set mended = $2 where id = $1', [waited, line(0, '100')])
    await inTransaction(api.pool, async (client) => {
      await addMended(client, [{ id: waited, text: `${line(1, PERSON)}\n${line(1, PERSON)}` }])
      await addMended(client, [{ id: waited, text: line(0, PERSON) }])
    })
    const text = await stored('mended', 'messages', waited)
    expect(text).not.toContain(PERSON)
    expect(text.split('\n').map((one) => one.slice(0, 7))).toEqual([
      line(0, '').slice(0, 7),
      'sealed:',
      'sealed:',
    ])
    const { results } = (await api.call('GET', `/v1/receipts/${waited}`)).json()
    expect(results.map(({ mended }: { mended: { result: string } }) => mended.result)).toEqual([
      'created',
      'created',
    ])
  })

  it('what officials write of a case, and where it is, is sealed, read in full, and opens in no other row', async () => {
    await api.push(TRADES, JSON.stringify([trade('CB1')]))
    const opened = await api.call('POST', '/v1/cases', { body: { code: 'CB1', reason: `${PERSON} 举报` } })
    kase = opened.json().id
    const note = await api.call('POST', `/v1/cases/${kase}/events`, {
      body: { event: 'note', note: `sealed:${PERSON}` },
    })
    expect(note.statusCode).toBe(200)
    const read = async () => (await api.call('GET', `/v1/cases/${kase}`)).json()
    const found = await read()
    expect(found.cause).toContain(PERSON)
    expect(found.events.at(-1).note).toBe(`sealed:${PERSON}`)
    for (const column of ['reason', 'cause'])
      expect(await stored(column, 'cases', kase)).toMatch(/^sealed:[\w+/=]+$/)
    const { rows } = await api.pool.query(
      'select note from case_events where case_id = $1 and note is not null',
      [kase],
    )
    expect(rows.map((row) => row.note.slice(0, 7))).toContain('sealed:')
    const reason = await stored('reason', 'cases', kase)
    await api.pool.query('update cases set cause = reason where id = $1', [kase])
    const answer = await api.call('GET', `/v1/cases/${kase}`)
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'sealed_unreadable'])
    expect(answer.body).not.toContain(PERSON)
    await api.pool.query('update cases set cause = $2, reason = $2 where id = $1', [kase, 'from before'])
    expect((await read()).cause).toBe('from before')
    await api.pool.query('update cases set reason = $2 where id = $1', [kase, reason])
  })

  it('why a person gave changes up is sealed in the row of each, read in full, and opens in no other', async () => {
    const { id: link } = await linkThatHolds(api.pool, 2)
    const reason = `plain:${PERSON} 来电要求`
    const dropped = await api.call('POST', `/v1/links/${link}/held/drop`, { body: { all: true, reason } })
    expect(dropped.json()).toEqual({ dropped: 2 })
    const read = async () => await api.call('GET', `/v1/links/${link}/held`)
    const reasons = async () => (await read()).json().held.map((one: { reason: string }) => one.reason)
    expect(await reasons()).toEqual([reason, reason])
    const { rows } = await api.pool.query<{ reason: string }>(
      'select reason from held_changes where link_id = $1',
      [link],
    )
    expect(rows.map((row) => /^sealed:[\w+/=]+$/.test(row.reason))).toEqual([true, true])
    expect(rows[0]?.reason).not.toBe(rows[1]?.reason)
    const set = (to: string) =>
      api.pool.query(`update held_changes set reason = ${to} where link_id = $1 and version = 2`, [link])
    await set(`(select reason from held_changes where link_id = $1 and version = 1)`)
    const moved = await read()
    expect([moved.statusCode, moved.json().code]).toEqual([500, 'sealed_unreadable'])
    expect(moved.body).not.toContain(PERSON)
    await set(`'from before'`)
    expect(await reasons()).toEqual([reason, 'from before'])
  })

  it('and opens after the key of the settings was exchanged', async () => {
    const next = { key: randomBytes(32), before: first.key, suite: 'sm4' } as const
    await rotateDataKeys(api.pool, next)
    await holdDataKeys(api.pool, { key: next.key, suite: 'sm4' })
    expect((await api.call('GET', `/v1/receipts/${completing}`)).json().completed).toHaveLength(2)
    expect((await api.call('GET', `/v1/cases/${kase}`)).statusCode).toBe(200)
  })
})

describe('a name that begins as something sealed', () => {
  const api = withApi()
  it.each([false, true])('is shown as it is, with a key: %s', async (isSealed) => {
    if (isSealed) await holdDataKeys(api.pool, first)
    const names = [`sealed:${isSealed}嘉禾商行`, `plain:${isSealed}嘉禾商行`]
    for (const [i, sellerName] of names.entries())
      await api.push(
        TRADES,
        JSON.stringify([
          trade(`N${i}${isSealed}`, { sellerName, sellerCode: `33040203010${i}${isSealed ? 1 : 2}` }),
        ]),
      )
    await followToTheEnd(api.pool)
    const answer = await api.call('GET', '/v1/parties?limit=100')
    expect(answer.statusCode).toBe(200)
    for (const name of names) expect(answer.body).toContain(name)
  })
})
