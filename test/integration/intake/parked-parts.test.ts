import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Receipt } from '#core/receipt.ts'
import { COMPLETED_MAX } from '#flow/intake/parts.ts'
import { createSweep } from '#jobs/sweep.ts'
import { PARTS_KEPT_MS, sweepWaiting } from '#jobs/sweep-waiting.ts'
import { lockParts } from '#store/parts.ts'
import { listWaiting } from '#store/waiting.ts'
import { base, detail, entryId, withPartsIntake } from '#test/parts.ts'

const words = (receipt: { results: readonly { result: string }[] }): string[] =>
  receipt.results.map(({ result }) => result)

describe('a detail whose base is in another message', () => {
  const hub = withPartsIntake()
  const stateOf = async (batch: string): Promise<string[]> => {
    const { rows } = await hub.pool.query(`select state from rejections where source like $1 order by id`, [
      `%"batch":"${batch}"%`,
    ])
    return rows.map(({ state }) => state)
  }
  const waits = async (): Promise<string[]> =>
    (await listWaiting(hub.pool, { system: 'parts', limit: 100 })).map(({ waits, key }) => `${waits} ${key}`)

  it('is rejected at its place, and becomes a record when the base comes, with its own message and place', async () => {
    const first = await hub.push(base('A0') + detail('A0') + detail('A1', '番茄', '70'))
    expect(words(first)).toEqual(['created', 'rejected'])
    expect(first.results[1]).toMatchObject({
      key: null,
      issues: [
        { path: 'detail[1]', code: 'E_SCHEMA', reason: 'no base with the same tran, batch in the message' },
      ],
    })
    expect(await waits()).toEqual(['detail T,A1'])
    expect(await stateOf('A1')).toEqual(['open'])

    const second = await hub.push(base('A1'))
    expect(second).toMatchObject({ received: 0, accepted: 0, rejected: 0, results: [] })
    const record = { kind: 'entry', id: entryId('A1'), version: 1 }
    expect(second.completed).toEqual([
      { receipt: first.receipt, index: 1, key: ['M1', 'A1', '番茄'], result: 'created', records: [record] },
    ])
    expect(await hub.versions(entryId('A1'))).toMatchObject([
      { version: 1, message: first.receipt, index: 1, kg: '70' },
    ])
    expect(await stateOf('A1')).toEqual(['mended'])
    expect(await waits()).toEqual([])

    const mended = { receipt: second.receipt, result: 'created', records: [record] }
    expect(await hub.again(first)).toEqual({
      ...first,
      results: [first.results[0], { ...first.results[1], mended }],
    })
    expect(await hub.again(second)).toEqual(second)
  })

  it('that comes after its base becomes a record at once', async () => {
    const first = await hub.push(base('B1'))
    expect(first.completed).toBeUndefined()
    expect(await waits()).toEqual(['base T,B1'])
    const second = await hub.push(detail('B1'))
    expect(words(second)).toEqual(['created'])
    expect(second.completed).toBeUndefined()
    expect(await hub.versions(entryId('B1'))).toMatchObject([{ message: second.receipt, index: 0 }])
    expect(await stateOf('B1')).toEqual([])
    expect(await waits()).toEqual([])
  })

  it('sent twice before its base is one record; both receipts tell', async () => {
    const one = await hub.push(detail('C1'))
    const two = await hub.push(detail('C1'))
    const three = await hub.push(base('C1'))
    expect(three.completed?.map(({ receipt, result }) => [receipt, result])).toEqual([
      [one.receipt, 'created'],
      [two.receipt, 'unchanged'],
    ])
    expect((await hub.again(one)).results[0]?.mended).toMatchObject({
      receipt: three.receipt,
      result: 'created',
    })
    expect((await hub.again(two)).results[0]?.mended).toMatchObject({
      receipt: three.receipt,
      result: 'unchanged',
    })
    expect(await hub.versions(entryId('C1'))).toHaveLength(1)
    expect(await stateOf('C1')).toEqual(['mended'])
  })

  it('sent again after its base, or the base again, changes nothing', async () => {
    await hub.push(detail('D1'))
    await hub.push(base('D1'))
    expect(words(await hub.push(detail('D1')))).toEqual(['unchanged'])
    expect((await hub.push(base('D1'))).completed).toBeUndefined()
    const whole = await hub.push(base('D1') + detail('D1'))
    expect(words(whole)).toEqual(['unchanged'])
    expect(whole.completed).toBeUndefined()
    expect(await hub.versions(entryId('D1'))).toHaveLength(1)
    const { rows } = await hub.pool.query(`select state from parked_details where key = 'T,D1'`)
    expect(rows).toEqual([{ state: 'joined' }])
  })

  it('corrected before its base came is two versions, in the order in which they came', async () => {
    const one = await hub.push(detail('E1', '番茄', '100'))
    const two = await hub.push(detail('E1', '番茄', '90'))
    const three = await hub.push(base('E1') + detail('E1', '番茄', '80'))
    expect(three.completed?.map(({ receipt, result }) => [receipt, result])).toEqual([
      [one.receipt, 'created'],
      [two.receipt, 'updated'],
    ])
    expect(words(three)).toEqual(['updated'])
    expect((await hub.versions(entryId('E1'))).map(({ kg, message }) => [kg, message])).toEqual([
      ['100', one.receipt],
      ['90', two.receipt],
      ['80', three.receipt],
    ])
  })

  it('does not replace what its source said later', async () => {
    const early = await hub.push(detail('F1', '番茄', '100'))
    // The same record of the same market, joined under another number of the voucher.
    const later = `<base><market>M1</market><day>2024-04-15</day><name>示例市场</name><tran>U</tran><batch>F1</batch></base>`
    await hub.push(`${later}<detail><tran>U</tran><batch>F1</batch><goods>番茄</goods><kg>60</kg></detail>`)
    const end = await hub.push(base('F1'))
    expect(end.completed).toMatchObject([
      { receipt: early.receipt, result: 'unchanged', issues: [{ code: 'W_LATE' }] },
    ])
    expect((await hub.versions(entryId('F1'))).map(({ kg }) => kg)).toEqual(['60'])
  })

  it('a corrected base corrects the details that came apart from it, in either order', async () => {
    const one = await hub.push(detail('G1'))
    await hub.push(base('G1'))
    const two = await hub.push(detail('G1', '黄瓜'))
    const three = await hub.push(base('G1', { name: '更名市场' }))
    expect(
      three.completed?.map(({ receipt, result, records }) => [receipt, result, records[0]?.version]),
    ).toEqual([
      [one.receipt, 'updated', 2],
      [two.receipt, 'updated', 2],
    ])
    expect((await hub.versions(entryId('G1'))).map(({ body }) => JSON.parse(body).sites[0].name)).toEqual([
      '示例市场',
      '更名市场',
    ])
    // What its receipt said of the rejection stays: it was mended by the first base.
    expect((await hub.again(one)).results[0]?.mended?.result).toBe('created')
  })

  it('the resend of the message with the old base does not bring the old base back', async () => {
    await hub.push(base('H1'))
    await hub.push(detail('H1'))
    await hub.push(base('H1', { name: '更名市场' }))
    expect((await hub.push(base('H1'))).completed).toBeUndefined()
    expect(await hub.versions(entryId('H1'))).toHaveLength(2)
    const late = await hub.push(detail('H1', '黄瓜'))
    expect(words(late)).toEqual(['created'])
    expect(JSON.parse((await hub.versions(entryId('H1', '黄瓜')))[0]?.body ?? '').sites[0].name).toBe(
      '更名市场',
    )
    // The same content in another message is a correction back.
    const back = await hub.push(`${base('H1')} ${base('H9')}`)
    expect(back.completed?.map(({ result }) => result)).toEqual(['updated', 'updated'])
  })

  it('two different bases in one message complete nothing and are kept for nobody', async () => {
    await hub.push(detail('I1'))
    const contested = await hub.push(base('I1') + base('I1', { market: 'M2' }) + detail('I1', '黄瓜'))
    expect(words(contested)).toEqual(['rejected'])
    expect(contested.results[0]?.issues).toMatchObject([
      { path: 'base[tran=T,batch=I1]', code: 'E_SCHEMA', reason: 'two different base have this key' },
    ])
    expect(contested.completed).toBeUndefined()
    expect(await waits()).toContain('detail T,I1')
    const right = await hub.push(base('I1'))
    expect(right.completed?.map(({ result }) => result)).toEqual(['created'])
  })

  it('with a base that is wrong in itself stays rejected with the true reason, until the base is corrected', async () => {
    const one = await hub.push(detail('J1'))
    const two = await hub.push(base('J1', { day: '2024-02-30' }))
    expect(two.completed).toMatchObject([
      {
        receipt: one.receipt,
        index: 0,
        result: 'rejected',
        records: [],
        issues: [{ path: 'base[tran=T,batch=J1]/day', code: 'E_SCHEMA' }],
      },
    ])
    const { rows } = await hub.pool.query(
      `select code, place, state, seen from rejections where source like '%"batch":"J1"%'`,
    )
    expect(rows).toEqual([{ code: 'E_SCHEMA', place: 'base[tran=T,batch=J1]/day', state: 'open', seen: 1 }])
    expect((await hub.again(one)).results[0]?.mended).toBeUndefined()
    expect((await hub.push(base('J1', { day: '2024-02-30' }))).completed).toBeUndefined()
    const three = await hub.push(base('J1'))
    expect(three.completed).toMatchObject([{ receipt: one.receipt, result: 'created' }])
    expect((await hub.again(one)).results[0]?.mended).toMatchObject({ receipt: three.receipt })
    expect(await stateOf('J1')).toEqual(['mended'])
  })

  it('of another record does not meet it, and codes meet in one width and without blanks', async () => {
    await hub.push(detail('K1'))
    expect((await hub.push(base('K1'), 'other')).completed).toBeUndefined()
    expect((await hub.push(base('Ｋ１ '))).completed).toHaveLength(1)
  })
})

describe('many parts', () => {
  const hub = withPartsIntake()

  it('one message completes at most 5,000 others, oldest first, and the next with the same base the rest', async () => {
    const rows = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => detail('A1', `货物${from + i}`)).join('')
    await hub.push(rows(0, 4000))
    const second = await hub.push(rows(4000, 5100))
    const one = await hub.push(base('A1'))
    expect(one.completed).toHaveLength(COMPLETED_MAX)
    expect((await listWaiting(hub.pool, { system: 'parts', limit: 200 })).map(({ index }) => index)).toEqual(
      Array.from({ length: 100 }, (_, i) => 1000 + i),
    )
    const two = await hub.push(base('A1'))
    expect(two.completed?.map(({ receipt, index }) => [receipt, index])).toEqual(
      Array.from({ length: 100 }, (_, i) => [second.receipt, 1000 + i]),
    )
    expect(await listWaiting(hub.pool, { system: 'parts', limit: 9 })).toEqual([])
    const { results } = await hub.again(second)
    expect(new Set(results.map(({ mended }) => mended?.receipt))).toEqual(new Set([one.receipt, two.receipt]))
    // A corrected base is bounded the same way, and forgets none.
    const corrected = base('A1', { name: '更名市场' })
    expect((await hub.push(corrected)).completed).toHaveLength(COMPLETED_MAX)
    expect((await hub.push(corrected)).completed).toHaveLength(100)
    expect((await hub.push(corrected)).completed).toBeUndefined()
    const { rows: versions } = await hub.pool.query(
      `select version, count(*)::int as count from record_versions group by version order by version`,
    )
    expect(versions).toEqual([
      { version: 1, count: 5100 },
      { version: 2, count: 5100 },
    ])
  }, 180_000)

  it('a message with more bases than a message may have records is a large one, and its bases wait all the same', async () => {
    const bases = Array.from({ length: 5001 }, (_, i) => base(`Z${i}`)).join('')
    const large = await hub.push(bases)
    expect(large.state).toBe('waiting')
    expect(await hub.workOn(large)).toMatchObject({ state: 'done', received: 0 })
    expect(words(await hub.push(detail('Z0') + detail('Z5000')))).toEqual(['created', 'created'])
  })

  it('no message without parts waits for those with parts, however many wait for the lock', async () => {
    const client = await hub.pool.connect()
    await client.query('begin')
    await lockParts(client, { system: 'parts', record: 'entry' })
    const held = ['B1', 'B2', 'B3', 'B4'].map((batch) => hub.push(base(batch) + detail(batch)))
    expect(words(await hub.move([{ no: '1', day: '2024-04-15', owner: '示例冷库' }]))).toEqual(['created'])
    await client.query('commit')
    client.release()
    expect((await Promise.all(held)).map(words)).toEqual(Array(4).fill(['created']))
  })
})

describe('what waits', () => {
  const hub = withPartsIntake()

  it('is given up 30 days after it was last sent, and its rejection stays', async () => {
    const from = hub.nowMs
    await hub.push(detail('A1') + base('A2'))
    hub.nowMs = from + PARTS_KEPT_MS - 10_000
    await hub.push(detail('A1'))
    await sweepWaiting(hub.pool, from + PARTS_KEPT_MS + 10_000)
    expect(
      (await listWaiting(hub.pool, { system: 'parts', limit: 9 })).map(({ waits, key }) => [waits, key]),
    ).toEqual([['detail', 'T,A1']])
    // The workers' own sweep, at its first turn.
    const now = () => hub.nowMs + PARTS_KEPT_MS + 10_000
    await createSweep({
      pool: hub.pool,
      now,
      wake: async () => true,
      deliver: () => {},
      follow: { find: async () => [] },
      wakeFollower: async () => true,
      followHere: () => {},
      wakeLarge: async () => true,
      workOn: () => {},
      wakeReplay: async () => true,
      wakeReconciliation: async () => true,
      wakeChannel: async () => true,
      readFrom: () => {},
      reconcile: () => {},
      replay: () => {},
      schedules: { find: async () => [] },
      keepTo: () => {},
      signal: new AbortController().signal,
    })()
    expect(await listWaiting(hub.pool, { system: 'parts', limit: 9 })).toEqual([])
    expect((await hub.push(base('A1'))).completed).toBeUndefined()
    const { rows } = await hub.pool.query('select state, seen from rejections')
    expect(rows).toEqual([{ state: 'open', seen: 2 }])
  })

  it('is kept as long as it is asked for: a base that a detail used lives on', async () => {
    const from = hub.nowMs
    await hub.push(base('B1'))
    hub.nowMs = from + PARTS_KEPT_MS - 10_000
    await hub.push(detail('B1'))
    await sweepWaiting(hub.pool, from + PARTS_KEPT_MS + 10_000)
    expect(words(await hub.push(detail('B1', '黄瓜')))).toEqual(['created'])
  })
})

describe('parts in a large message', () => {
  const hub = withPartsIntake()
  const large = async (rows: string): Promise<Receipt> => {
    const receipt = await hub.intake.pushLarge({
      system: 'parts',
      record: 'entry',
      contentType: 'application/xml',
      keyId: null,
      chunks: Readable.from([Buffer.from(`<data>${rows}</data>`)]),
    })
    return await hub.workOn(receipt)
  }

  it('complete those that came before, are completed by those that come later, and join within it in any order', async () => {
    const early = await hub.push(detail('A1'))
    await hub.push(base('D1'))
    const rows = [detail('B1'), base('A1'), detail('C1'), detail('D1'), base('B1')]
    const receipt = await large(rows.join(''))
    expect(receipt).toMatchObject({ state: 'done', received: 3, accepted: 2, rejected: 1 })
    expect(receipt.completed).toMatchObject([{ receipt: early.receipt, result: 'created' }])
    expect((await hub.again(early)).results).toMatchObject([{ mended: { receipt: receipt.receipt } }])
    const later = await hub.push(base('C1'))
    expect(later.completed).toMatchObject([{ receipt: receipt.receipt, result: 'created' }])
    const mended = (await hub.again(receipt)).results.filter((result) => 'mended' in result)
    expect(mended).toMatchObject([{ result: 'rejected', mended: { receipt: later.receipt } }])
  })

  it('are known to all the rest of it, however many chunks it has', async () => {
    const details = Array.from({ length: 1200 }, (_, i) => detail(`E${i}`)).join('')
    const first = await large(details)
    expect(first).toMatchObject({ received: 1200, rejected: 1200 })
    const second = await large(Array.from({ length: 1200 }, (_, i) => base(`E${i}`)).join(''))
    expect(second).toMatchObject({ state: 'done', received: 0 })
    expect(second.completed).toHaveLength(1200)
  })
})
