import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { listCases } from '#store/cases.ts'
import { followToTheEnd } from '#test/follow.ts'
import { openHubs, settle, type TestHub, type TestHubs } from './hubs.ts'

let hubs: TestHubs
const at = (id: string): TestHub => hubs.of(id)
beforeAll(async () => {
  hubs = await openHubs('ah', 'zj')
  await hubs.join([['zj', 'ah']])
})
afterAll(async () => {
  await hubs.close()
})
/** Each test has a lot of its own. */
let n = 0
beforeEach(() => {
  n += 1
})

const of = (kind: string, key: string, more: object) => ({
  ...{ kind, key: [`${key}${n}`], system: 'farm', region: { code: '340104', year: 2026 } },
  occurredAt: { at: '2026-03-02T06:00:00+08:00', precision: 'second' },
  sites: [{ role: 'market', name: '示例农贸市场', ids: [{ scheme: 'cn.mofcom.node9', value: '340104012' }] }],
  product: { name: '菠菜', class: 'vegetable' },
  lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: `3401040122603020000${n}` }],
  ...more,
})
const entry = () => of('entry', 'e', { quantity: { value: '40', unit: 'KGM' } })
const rapid = (key = 'r') =>
  of('test', key, {
    test: { item: '毒死蜱', verdict: 'fail', screening: true, method: '胶体金', raw: '阳性' },
  })
const laboratory = (verdict: string, more: object = {}) =>
  of('test', 'l', {
    test: { item: '毒死蜱', verdict, screening: false, method: 'GC-MS', raw: verdict },
    ...more,
  })

/** Pushes each record at its hub, and lets both hubs do what they do by themselves. */
const happen = async (...records: readonly (readonly [hub: string, record: object])[]) => {
  for (const [hub, record] of records) {
    await at(hub).push(record)
    for (let round = 0; round < 2; round++) {
      for (const { pool, intake } of hubs.all) await followToTheEnd(pool, casesFollower({ pool, intake }))
      await settle(hubs)
    }
  }
}
/** The states of the cases of the lot of this test at a hub, with what happened in each. */
const cases = async (id: string) => {
  const told = []
  for (const { id: own, state, testId } of await listCases(at(id).pool, {}, { limit: 50 })) {
    if (!testId?.endsWith(String(n))) continue
    const { events } = (await at(id).call('GET', `/v1/cases/${own}`)).json()
    told.push([state, events.map(({ event }: { event: string }) => event).join()])
  }
  return told
}

test('what a laboratory passed at another hub clears a case of its goods here, and opens none there', async () => {
  await happen(['ah', entry()], ['ah', rapid()])
  expect(await cases('ah')).toEqual([['held', 'opened']])
  await happen(['zj', laboratory('pass')])
  expect(await cases('ah')).toEqual([['cleared', 'opened,lab_passed']])
  expect(await cases('zj')).toEqual([])
})

test('it clears it, too, where it came here before the failed test', async () => {
  await happen(['ah', entry()], ['zj', laboratory('pass')], ['ah', rapid()])
  expect(await cases('ah')).toEqual([['cleared', 'opened,lab_passed']])
})

test('a passed result that the other hub takes back holds the goods here again', async () => {
  await happen(['ah', entry()], ['ah', rapid()], ['zj', laboratory('pass')])
  await happen(['zj', laboratory('pass', { status: 'void' })])
  expect(await cases('ah')).toEqual([['held', 'opened,lab_passed,failed']])
})

test('what a laboratory failed at another hub confirms a case of its goods here, and ends with that result', async () => {
  await happen(['ah', entry()], ['ah', rapid()], ['zj', laboratory('fail')])
  expect(await cases('ah')).toEqual([['confirmed', 'opened,lab_failed']])
  expect(await cases('zj')).toEqual([['confirmed', 'opened']])
  await happen(['zj', laboratory('fail', { status: 'void' })])
  expect(await cases('ah')).toEqual([['held', 'opened,lab_failed,withdrawn']])
  expect(await cases('zj')).toEqual([['cleared', 'opened,withdrawn']])
})

test('a test of another hub opens no case here, and what failed there before belongs to the case of that hub alone', async () => {
  await happen(['ah', entry()], ['zj', laboratory('fail')], ['zj', rapid('z')])
  expect(await cases('ah')).toEqual([])
  await happen(['ah', rapid()])
  expect(await cases('ah')).toEqual([['held', 'opened']])
})

test('a case that was closed behind a result that the other hub takes back opens anew by the test of this hub, and what was failed there joins it', async () => {
  await happen(['ah', entry()], ['ah', rapid()], ['zj', laboratory('pass')])
  const [own] = await listCases(at('ah').pool, {}, { limit: 1 })
  const closed = await at('ah').call('POST', `/v1/cases/${own?.id}/events`, { event: 'close' })
  expect(closed.statusCode, closed.body).toBe(200)
  await happen(['zj', laboratory('fail')])
  expect((await cases('ah')).sort()).toEqual([
    ['closed', 'opened,lab_passed,close,lab_failed'],
    ['confirmed', 'opened,lab_failed'],
  ])
})
