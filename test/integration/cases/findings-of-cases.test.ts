import { beforeAll, expect, test } from 'vitest'
import { beijingDay } from '#core/quality/record-counts.ts'
import { casesFollower } from '#flow/cases/follow-cases.ts'
import { judgeDue } from '#flow/findings/judge-due.ts'
import { createSystem } from '#store/systems.ts'
import { withApi } from '#test/api.ts'
import { followToTheEnd } from '#test/follow.ts'

const api = withApi()
const SYSTEM = 'plain-market'
const at = { at: `${beijingDay(Date.now())}T06:00:00+08:00`, precision: 'second' }
const common = {
  ...{ system: SYSTEM, occurredAt: at, region: { code: '330105', year: 2024 } },
  sites: [{ role: 'market', name: '甲市场', ids: [{ scheme: 'cn.mofcom.node9', value: '330105012' }] }],
  product: { name: '菠菜', class: 'vegetable' },
  lots: [{ role: 'subject', scheme: 'cn.mofcom.trace20b', value: 'F1' }],
}
const entry = { ...common, kind: 'entry', key: ['e1'], quantity: { value: '40', unit: 'KGM' } }
const tested = (key: string, verdict: string, more: object = {}) => ({
  ...{ ...common, kind: 'test', key: [key] },
  test: { item: '有机磷', verdict, screening: true, method: '胶体金', raw: verdict, ...more },
})
/** What followers and schedules do until nothing is left. */
const settle = async (...records: readonly object[]) => {
  if (records.length > 0) {
    const stored = await api.call('POST', '/v1/records', { body: records })
    expect(stored.json().rejected, stored.body).toBe(0)
  }
  const follow = async () => {
    await followToTheEnd(api.pool, casesFollower({ pool: api.pool, intake: api.intake }))
  }
  await follow()
  while ((await judgeDue({ pool: api.pool, intake: api.intake }, Date.now())).judged > 0);
  await follow()
}
const failed = async () => {
  const { findings } = (await api.call('GET', '/v1/findings?kind=test_failed')).json()
  return findings as { id: string; state: string; decidedBy: string; cases: string[]; subject: string }[]
}
const caseOf = async () => {
  const { cases } = (await api.call('GET', '/v1/cases')).json()
  return (await api.call('GET', `/v1/cases/${cases[0].id}`)).json()
}
const say = async (id: string, body: object) =>
  expect((await api.call('POST', `/v1/cases/${id}/events`, { body })).statusCode).toBe(200)

beforeAll(async () => {
  await createSystem(api.pool, { id: SYSTEM, title: { zh: '甲', en: 'A' } })
})

test('a finding names its case, and the case names the findings of its tests, lots and papers', async () => {
  await settle(entry, tested('t1', 'fail'))
  const [finding] = await failed()
  const found = await caseOf()
  expect(finding).toMatchObject({ state: 'open', cases: [found.id] })
  expect(found.findings).toMatchObject([
    {
      id: finding?.id,
      findingKind: 'test_failed',
      severity: 'serious',
      state: 'open',
      subject: finding?.subject,
    },
  ])
  const one = await api.call('GET', `/v1/findings/${encodeURIComponent(finding?.id ?? '')}`)
  expect(one.json().cases).toEqual([found.id])
  // More is sold of the lot than came: that is found of a lot of the case.
  await settle({
    ...common,
    kind: 'sale',
    key: ['s1'],
    saleKind: 'wholesale',
    quantity: { value: '90', unit: 'KGM' },
  })
  const { findings } = await caseOf()
  expect(findings.map((each: { findingKind: string }) => each.findingKind)).toContain('balance_off')
  const { findings: off } = (await api.call('GET', '/v1/findings?kind=balance_off')).json()
  expect(off.find(({ subject }: { subject: string }) => subject === 'lot:F1')).toMatchObject({
    cases: [found.id],
  })
})

test('a release resolves the finding of its test, and goods that are held again open it anew', async () => {
  const { id } = await caseOf()
  await settle(tested('t1', 'pass'))
  expect(await failed()).toMatchObject([{ state: 'resolved', decidedBy: 'hub' }])
  await settle(tested('t1', 'fail'))
  expect((await caseOf()).state).toBe('held')
  expect(await failed()).toMatchObject([{ state: 'open', cases: [id] }])
  // The laboratory clears the goods: the rapid test still says that it failed.
  await say(id, { event: 'clear', method: 'GC-MS/MS GB 23200.113' })
  await settle()
  expect(await failed()).toMatchObject([{ state: 'resolved', decidedBy: 'hub', cases: [id] }])
  expect((await caseOf()).findings).toContainEqual(
    expect.objectContaining({ findingKind: 'test_failed', state: 'resolved' }),
  )
})

test('the finding of a confirmed case stays open until the case is closed', async () => {
  await settle(tested('t2', 'fail'))
  const { id } = await caseOf()
  const last = async () => (await failed()).find(({ cases }) => cases.includes(id))?.state
  expect(await last()).toBe('open')
  for (const [body, state] of [
    [{ event: 'confirm', method: 'GC-MS/MS' }, 'open'],
    [{ event: 'dispose', quantity: '40', method: 'destroyed' }, 'open'],
    [{ event: 'notify' }, 'open'],
    [{ event: 'close' }, 'resolved'],
  ] as const) {
    await say(id, body)
    await settle()
    expect(await last(), body.event).toBe(state)
  }
})
