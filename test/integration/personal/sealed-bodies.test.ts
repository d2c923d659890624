import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealBatch } from '#flow/evidence/seal.ts'
import { verifyLog } from '#flow/evidence/verify.ts'
import { SUITES } from '#store/personal/cipher.ts'
import { holdDataKeys, shareDataKeysOfPool } from '#store/personal/data-keys.ts'
import { openApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'
import { rewrite } from '#test/rewrite.ts'
import { certificateOf, foundInTables, randomPersons, tradeOf, valuesIn } from './persons.ts'

const PERSON = '欧阳建国'
const PLATE = '浙Q7T3K9'

describe.each(SUITES)('bodies of records under %s', (suite) => {
  let api: Awaited<ReturnType<typeof openApi>>
  const ids: string[] = []
  const push = async (no: string, more: object = {}): Promise<string> => {
    const sent = await api.push(
      TRADES,
      JSON.stringify([trade(no, { buyerName: PERSON, plateNo: PLATE, ...more })]),
    )
    return sent.json().results[0].records[0].id
  }
  const read = (id: string, asked = {}) =>
    api.call('GET', `/v1/records/${encodeURIComponent(id)}?versions=true`, asked)
  const bodyOf = async (id: string, version = 1): Promise<string> =>
    (
      await api.pool.query('select body from record_versions where record_id = $1 and version = $2', [
        id,
        version,
      ])
    ).rows[0].body
  const setBody = (id: string, body: string) =>
    rewrite(api.pool, 'update record_versions set body = $2 where record_id = $1 and version = 1', [id, body])

  beforeAll(async () => {
    api = await openApi((registry) => registry)
    ids.push(await push('OPEN'))
    await holdDataKeys(api.pool, { key: randomBytes(32), suite })
    shareDataKeysOfPool(api.pool, api.tracePool)
    for (const no of ['S1', 'S2']) ids.push(await push(no))
    await push('S1', { netWeight: '99.0' })
  })
  afterAll(async () => {
    await api.close()
  })

  it('name no person as they are stored, and keep what is of goods for SQL', async () => {
    expect(await bodyOf(ids[0] as string)).toContain(PERSON)
    for (const id of ids.slice(1)) {
      const body = await bodyOf(id)
      for (const value of [PERSON, PLATE]) expect(body).not.toContain(value)
      expect(JSON.parse(body)).toMatchObject({ quantity: { unit: 'KGM', value: '100' } })
    }
  })

  it('are given in full, masked, to links and in the feed as if they were not sealed', async () => {
    for (const id of ids) {
      const { versions } = (await read(id)).json()
      for (const one of versions) expect(one).toMatchObject({ vehicle: PLATE })
      const masked = await read(id, { purpose: null })
      expect([masked.statusCode, masked.body.includes(PERSON), masked.body.includes('欧***')]).toEqual([
        200,
        false,
        true,
      ])
    }
    const { changes } = (await api.call('GET', '/v1/changes?kind=sale')).json()
    expect(changes.map(({ record }: { record: { vehicle: string } }) => record.vehicle)).toEqual(
      Array(changes.length).fill(PLATE),
    )
    expect((await api.call('GET', '/v1/trace/S1')).statusCode).toBe(200)
  })

  it('are the same content: what is sent again is unchanged', async () => {
    const again = [
      trade('OPEN', { buyerName: PERSON, plateNo: PLATE }),
      trade('S2', { buyerName: PERSON, plateNo: PLATE }),
    ]
    const { results } = (await api.push(TRADES, JSON.stringify(again))).json()
    expect(results.map(({ result }: { result: string }) => result)).toEqual(['unchanged', 'unchanged'])
  })

  it('are verified by the log of evidence over what they say', async () => {
    await sealBatch(api.pool)
    expect((await verifyLog(api.pool)).findings).toEqual([])
  })

  it('where a byte is another, or they are moved, give a clear error and no blank, and are found by who verifies', async () => {
    const [, first = '', second = ''] = ids
    const own = await bodyOf(second)
    const at = own.lastIndexOf('"~":"') + 40
    const altered = own.slice(0, at) + (own[at] === 'A' ? 'B' : 'A') + own.slice(at + 1)
    for (const body of [altered, await bodyOf(first), own.replace('"~0"', '"x"')]) {
      await setBody(second, body)
      for (const asked of [{}, { purpose: null }]) {
        const answer = await read(second, asked)
        expect([answer.statusCode, answer.json().code]).toEqual([500, 'sealed_unreadable'])
        expect(answer.json().detail).toContain(second)
      }
      expect((await verifyLog(api.pool)).findings.map(({ code }) => code)).toEqual(['row_altered'])
    }
    await setBody(second, own)
    expect((await read(second)).statusCode).toBe(200)
    expect((await verifyLog(api.pool)).findings).toEqual([])
  })

  it('are erased like others, and the log is verified', async () => {
    const erased = await api.call('POST', '/v1/personal/erasures', {
      body: { records: [ids[1]], reason: 'request' },
    })
    expect(erased.json()).toMatchObject({ versions: 2 })
    const answer = await read(ids[1] as string)
    expect([answer.statusCode, answer.body.includes(PERSON), answer.body.includes(PLATE)]).toEqual([
      200,
      false,
      false,
    ])
    expect((await verifyLog(api.pool)).findings).toEqual([])
  })

  it('of a thousand persons whom two systems tell of name none, nor does anything else that is stored with them', async () => {
    const persons = randomPersons(1000)
    for (let from = 0; from < 1000; from += 250) {
      const some = persons.slice(from, from + 250)
      const trades = some.map((one, i) => tradeOf(one, from + i, i % 50 === 7 ? { billNo: '' } : {}))
      const certificates = some.map((one, i) => certificateOf(one, from + i))
      for (const [path, sent] of [
        [TRADES, trades],
        ['zj-agri-certificate/certificate', certificates],
      ] as const)
        expect((await api.push(path, JSON.stringify(sent))).json()).toMatchObject({ received: 250 })
    }
    expect(await foundInTables(api.database.url, persons)).toEqual([])
    const shown = await api.call('GET', '/v1/records?limit=1000')
    expect(valuesIn(shown.body, persons).length).toBeGreaterThan(500)
  })
})
