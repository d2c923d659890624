import { expect, it } from 'vitest'
import { findSilent } from '#flow/silence/find-silent.ts'
import { arrivalsFollower } from '#flow/silence/follow-arrivals.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
const SYSTEM = 'jiaxing-wholesale'
const HOUR = 3_600_000
const DAY = 24 * HOUR

const expected = async (expect: object | null): Promise<void> => {
  const answer = await api.call('PATCH', `/v1/systems/${SYSTEM}`, { body: { expect } })
  if (answer.statusCode !== 200) throw new Error(answer.body)
}
/** Brings what is known of arrivals up to a time. */
const noted = async (nowMs: number): Promise<void> => {
  while ((await arrivalsFollower(() => nowMs).step(api.pool)) === 'more');
}
const silentAt = async (nowMs: number) => {
  await noted(nowMs)
  return (await findSilent(api.pool, nowMs))?.map(({ system, record }) => [system, record])
}

it('a system of which nothing is expected is never silent', async () => {
  expect(await silentAt(Date.now() + 400 * DAY)).toEqual([])
})

it('a source that never sent is silent when its time is over, and no longer when something came', async () => {
  await expected({ every: '2h' })
  const now = Date.now()
  expect(await silentAt(now + HOUR)).toEqual([])
  expect(await silentAt(now + 2 * HOUR + 1000)).toEqual([[SYSTEM, null]])
  const refused = await api.push(TRADES, '[{"broken":')
  expect(refused.statusCode).toBe(400)
  expect((await api.push(TRADES, '[]')).statusCode).toBe(200)
  expect(
    await silentAt(now + 2 * HOUR + 1000),
    'an empty list and a broken message say nothing',
  ).toHaveLength(1)
  expect((await api.push(TRADES, JSON.stringify([trade('T1')]))).statusCode).toBe(200)
  expect(await silentAt(Date.now() + HOUR)).toEqual([])
  expect(await silentAt(Date.now() + 2 * HOUR + 1000)).toEqual([[SYSTEM, null]])
})

it('a record is watched by itself, and a system that is closed is not silent', async () => {
  const record = TRADES.split('/')[1] as string
  const china = new Date(Date.now() + 8 * HOUR)
  const day = (offset: number): string => new Date(china.getTime() + offset * DAY).toISOString().slice(0, 10)
  await expected({ records: { [record]: { every: '1h' } }, closed: [`${day(0)}/${day(8)}`] })
  expect(await silentAt(Date.now() + 7 * DAY)).toEqual([])
  await expected({ records: { [record]: { every: '1h' } } })
  expect(await silentAt(Date.now() + 7 * DAY)).toEqual([[SYSTEM, record]])
})

it('where arrivals are not known up to now, nothing is said', async () => {
  await expected({ every: '1m' })
  await noted(Date.now())
  expect(await findSilent(api.pool, Date.now() + DAY)).toBeNull()
})

it('what is expected is shown, is refused with the place of a mistake, and can be taken back', async () => {
  const wrong = await api.call('PATCH', `/v1/systems/${SYSTEM}`, {
    body: { expect: { every: '2h', hours: '03:00-03:00', records: { nothing: { every: '0h' } } } },
  })
  expect(wrong.statusCode).toBe(400)
  expect(wrong.json().issues.map(({ path }: { path: string }) => path)).toEqual([
    '/expect/hours',
    '/expect/records/nothing/every',
    '/expect/records/nothing',
  ])
  await expected({ every: '2h', hours: '03:00-11:00', closed: ['2026-02-17/2026-02-23'] })
  expect((await api.call('GET', `/v1/systems/${SYSTEM}`)).json().expect).toEqual({
    every: '2h',
    hours: '03:00-11:00',
    closed: ['2026-02-17/2026-02-23'],
  })
  await expected(null)
  expect((await api.call('GET', `/v1/systems/${SYSTEM}`)).json().expect).toBeNull()
})

it('a rhythm is proposed from what came, and can be expected as it is', async () => {
  const now = Date.now()
  const first = Math.floor(now / DAY) * DAY - 20 * DAY
  await api.pool.query(
    `insert into arrivals (system, record, hour, first_at, last_at)
     select $1, 'other', t, t, t + interval '50 minutes'
       from generate_series(0, 19) d, generate_series(0, 5) h,
            lateral (select to_timestamp($2::numeric / 1000) + d * interval '1 day' + h * interval '1 hour' as t) s`,
    [SYSTEM, first],
  )
  const answer = await api.call('GET', `/v1/systems/${SYSTEM}/rhythm?record=other`)
  expect(answer.json()).toMatchObject({
    system: SYSTEM,
    record: 'other',
    proposal: { every: '1h', hours: '08:00-14:00' },
    daysWithArrivals: 20,
  })
  await expected(answer.json().proposal)
  const none = await api.call('GET', `/v1/systems/${SYSTEM}/rhythm?record=nothing`)
  expect(none.json()).toMatchObject({ proposal: null, daysWithArrivals: 0 })
  expect((await api.call('GET', '/v1/systems/none/rhythm')).statusCode).toBe(404)
})
