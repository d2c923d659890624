import { expect, test } from 'vitest'
import { traceSheet } from '#core/lineage/sheet.ts'
import { STATE_WORDS } from '#core/lineage/words.ts'
import { tableWorkbook } from '#core/mapping/backward/workbook.ts'
import type { LotCard, TraceGraph } from '#flow/trace/schema.ts'
import { followToTheEnd } from '#test/follow.ts'
import { withGate } from './gate-setting.ts'
import { SPINACH } from './market.ts'

const gate = withGate()
const { api, code, entry, laboratory, send, push, marketNow, lot, subject, certificate, one } = gate

/** What the farm's county is told, and whoever sees everything. */
const FARM = 'read:region:330825'
const DAY = { at: '2026-03-02T00:00:00+08:00', precision: 'day' }

/** An order that another system told at a market of another region. */
const order = (n: number, holdKind: string, hour: string) => ({
  ...{ kind: 'hold', system: 'plain-market', key: [`${marketNow()}-${hour}`], holdKind, product: SPINACH },
  ...{ cause: '群众举报', lots: [subject(n)] },
  sites: [{ role: 'market', name: '甲市场', ids: [] }],
  occurredAt: { at: `2026-03-02T${hour}:00:00+08:00`, precision: 'second' },
  region: { code: '320102', year: 2026 },
})
const get = async (path: string, key?: string) => {
  const answer = await api.call('GET', path, key ? { key } : {})
  expect(answer.statusCode, answer.body).toBe(200)
  return answer
}
const card = async (n: number, key?: string): Promise<LotCard> =>
  (await get(`/v1/lots/${lot(n)}`, key)).json()
const graph = async (n: number, key?: string): Promise<TraceGraph> =>
  (await get(`/v1/trace/${lot(n)}`, key)).json()
const pushAll = async (...records: readonly object[]) => {
  for (const record of records) await push(record)
  await followToTheEnd(api.pool)
}

test('who sees a lot is told by card, trace, picture and sheet that it is recalled and since when, though he sees no record of the recall, and neither its cause nor its place', async () => {
  await pushAll(certificate(`CX${marketNow()}`, [1], SPINACH))
  const key = await api.key(FARM)
  expect((await card(1, key)).lot).toMatchObject({ state: 'active', holds: [] })
  await pushAll(order(1, 'recall', '08'))
  for (const node of [
    (await card(1, key)).lot,
    (await graph(1, key)).nodes.find((one) => one.code === code(1)),
  ])
    expect(node).toMatchObject({
      state: 'recalled',
      holds: [{ record: null, kind: 'recall', occurredAt: DAY }],
    })
  const path = `/v1/trace/${lot(1)}`
  const recalled = STATE_WORDS.recalled[1]
  const chinese = async (ending: string) =>
    await api.call('GET', `${path}/${ending}`, { key, headers: { 'accept-language': 'zh' } })
  expect((await chinese('picture.svg')).body).toContain(recalled)
  const sheet = traceSheet(await graph(1, key), 'zh')
  expect(JSON.stringify(sheet.rows)).toContain(recalled)
  expect((await chinese('sheet.xlsx')).rawPayload.equals(Buffer.from(tableWorkbook(sheet)))).toBe(true)
  for (const answer of [await get(`/v1/lots/${lot(1)}`, key), await get(path, key)])
    for (const hidden of ['urn:cnft:hold', '320102', '举报', '甲市场', 'T08:00'])
      expect(answer.body).not.toContain(hidden)
})

test('who sees none of the records of a lot is told nothing of it, recalled or not', async () => {
  await send(certificate(`CX${marketNow()}`, [1], SPINACH), laboratory('lab', 1, 'fail'))
  const key = await api.key('read:region:320102')
  const [there, absent] = [`/v1/lots/${lot(1)}`, `/v1/lots/${lot(9)}`]
  const answers = []
  for (const path of [there, absent]) {
    const { statusCode, body } = await api.call('GET', path, { key })
    answers.push([statusCode, body.replaceAll(/"request":"[^"]*"/g, '').replaceAll(path, '')])
  }
  expect(answers[0]).toEqual(answers[1])
  expect(answers[0]?.[0]).toBe(404)
})

test('that a stop of which he sees no record was lifted, by a record that he does not see either, leaves nothing of it', async () => {
  await pushAll(certificate(`CX${marketNow()}`, [1], SPINACH), order(1, 'stop_sale', '08'))
  const key = await api.key(FARM)
  expect((await card(1, key)).lot).toMatchObject({
    state: 'held',
    holds: [{ record: null, kind: 'stop_sale', occurredAt: DAY }],
  })
  const { headers } = await get(`/v1/lots/${lot(1)}`)
  const before = new Date(Date.parse(headers.date as string) + 1000).toISOString()
  await new Promise((resolve) => setTimeout(resolve, 1100))
  await pushAll(order(1, 'release', '09'))
  expect((await card(1, key)).lot).toMatchObject({ state: 'active', holds: [] })
  // What the hub knew before.
  expect((await get(`/v1/lots/${lot(1)}?at=${before}`, key)).json().lot).toMatchObject({ state: 'held' })
})

test('a paper next to a lot is told with the order that is in force for it', async () => {
  const number = `CX${marketNow()}`
  const named = { documents: [{ role: 'upstream', type: 'promise_cert', number }] }
  await pushAll(certificate(number, [1], SPINACH), { ...order(1, 'recall', '08'), ...named, lots: [] })
  const key = await api.key(FARM)
  expect((await card(1, key)).documents).toEqual((await card(1)).documents)
  expect((await card(1, key)).documents).toMatchObject([{ number, state: 'recalled' }])
  expect((await one(number, key)).orders).toMatchObject([{ kind: 'recalled', record: null }])
})

test('a recall by the hub itself is told whoever sees the lot by a record of any system, and none of its records', async () => {
  await send(
    certificate(`CX${marketNow()}`, [1], SPINACH),
    laboratory('lab', 1, 'fail'),
    entry(1, 'A-1', SPINACH),
  )
  const key = await api.key('read:zj-agri-certificate')
  await pushAll({ ...certificate(`CX${marketNow()}`, [1], SPINACH), system: 'zj-agri-certificate' })
  const whole = await card(1)
  expect((await card(1, key)).lot).toMatchObject({
    state: 'recalled',
    holds: [{ record: null, kind: 'recall' }],
  })
  expect(whole.lot.holds.map(({ kind }) => kind)).toEqual(['recall', 'recall'])
  expect((await get(`/v1/lots/${lot(1)}`, key)).body).not.toContain('trace-hub')
})
