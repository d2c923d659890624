import { expect, test } from 'vitest'
import { SPINACH, withMarket } from './market.ts'

const { api, code, entry, laboratory, send, cards, here } = withMarket()

const holdsOf = async (id: string) =>
  (await api.call('GET', `/v1/cases/${id}`))
    .json()
    .holds.map(({ kind, place }: { kind: string; place: string }) => `${kind} ${place}`)
const say = async (id: string, body: object) => {
  const answer = await api.call('POST', `/v1/cases/${id}/events`, { body })
  expect(answer.statusCode, answer.body).toBe(200)
}
const stateOf = async (lot: string) => (await api.call('GET', `/v1/lots/${encodeURIComponent(lot)}`)).json()

test('of two cases with goods at one place, the release of one lifts nothing of the recall of the other, in either order', async () => {
  await send(entry(1, 'A-1', SPINACH), laboratory('l', 1, 'fail'))
  const [tested] = await cards()
  const opened = await api.call('POST', '/v1/cases', { body: { code: code(1), reason: '群众举报' } })
  expect(opened.statusCode, opened.body).toBe(201)
  const [first, second] = [tested?.id as string, opened.json().id as string]
  expect([await holdsOf(first), await holdsOf(second)]).toEqual([
    [`recall ${here()}`],
    [`stop_sale ${here()}`],
  ])
  await say(second, { event: 'clear', note: '举报不实' })
  expect([await holdsOf(first), await holdsOf(second)]).toEqual([[`recall ${here()}`], [`release ${here()}`]])
  expect(await stateOf(code(1))).toMatchObject({ lot: { state: 'recalled' } })
  const again = (await api.call('POST', '/v1/cases', { body: { code: code(1), reason: '再次举报' } })).json()
    .id
  await send({ ...laboratory('l', 1, 'fail'), status: 'void' })
  expect([await holdsOf(first), await holdsOf(again)]).toEqual([
    [`release ${here()}`],
    [`stop_sale ${here()}`],
  ])
  expect(await stateOf(code(1))).toMatchObject({ lot: { state: 'held' } })
})
