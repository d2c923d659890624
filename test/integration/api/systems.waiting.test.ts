import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { base, detail, partsRegistry } from '#test/parts.ts'

const api = withApi(() => partsRegistry)
const push = async (record: string, body: string, type: string) =>
  (await api.push(`parts/${record}`, body, { type })).json()
const xml = (rows: string) => push('entry', `<data>${rows}</data>`, 'application/xml')
const get = async (path: string) => await api.call('GET', path)

it('lists what stands alone, the longest wait first, in pages; what a later message completes is listed no more', async () => {
  const first = await xml(detail('A1') + detail('A2') + base('A3'))
  const second = await push(
    'movement',
    JSON.stringify([{ no: '1', day: '2024-04-15', owner: '示例冷库', lot: 'L-1', prev: 'L-0' }]),
    'application/json',
  )
  const whole = (await get('/v1/systems/parts/waiting')).json()
  expect(whole.next).toBeNull()
  const time = expect.stringMatching(/^\d{4}-.*Z$/)
  const common = { record: 'entry', receipt: first.receipt, id: null, since: time, lastSeen: time }
  expect(whole.waiting).toEqual([
    { waits: 'base', key: 'T,A3', index: null, place: 'base[tran=T,batch=A3]', ...common },
    { waits: 'detail', key: 'T,A1', index: 0, place: 'detail[0]', ...common },
    { waits: 'detail', key: 'T,A2', index: 1, place: 'detail[1]', ...common },
    {
      waits: 'reference',
      record: 'movement',
      key: 'L-0',
      receipt: second.receipt,
      index: 0,
      place: '/0/prev',
      id: 'urn:cnft:dispatch:parts:movement:1',
      since: time,
      lastSeen: time,
    },
  ])
  const paged: unknown[] = []
  let after = ''
  for (let page = 0; page < 9; page++) {
    const { waiting, next } = (await get(`/v1/systems/parts/waiting?limit=1${after}`)).json()
    paged.push(...waiting)
    if (next === null) break
    after = `&after=${next}`
  }
  expect(paged).toEqual(whole.waiting)

  const done = await xml(base('A1'))
  expect(done.completed).toMatchObject([{ receipt: first.receipt, index: 0, result: 'created' }])
  expect((await get(`/v1/receipts/${done.receipt}`)).json()).toEqual(done)
  const again = (await get(`/v1/receipts/${first.receipt}`)).json()
  expect(again.results[0].mended).toEqual({
    receipt: done.receipt,
    result: 'created',
    records: done.completed[0].records,
  })
  expect([again.received, again.accepted, again.rejected]).toEqual([2, 0, 2])
  const rest = (await get('/v1/systems/parts/waiting?waits=detail')).json().waiting
  expect(rest.map(({ key }: { key: string }) => key)).toEqual(['T,A2'])
})

it('tells the number of what waits to Prometheus', async () => {
  const { body } = await get('/metrics')
  expect(body).toContain('hub_waiting_parts{system="parts",waits="base"} 1')
  expect(body).toContain('hub_waiting_parts{system="parts",waits="detail"} 1')
  expect(body).toContain('hub_waiting_parts{system="parts",waits="reference"} 1')
})

it('says in Chinese why a completed one is still rejected', async () => {
  await xml(detail('B1'))
  const answer = await api.call('POST', '/v1/systems/parts/records/entry', {
    body: `<data>${base('B1', { day: 'x' })}</data>`,
    headers: { 'content-type': 'application/xml', 'accept-language': 'zh' },
  })
  expect(answer.json().completed[0].issues[0].reason).toMatch(/\p{Script=Han}/u)
})

it('does not know a system that is not registered, and refuses a cursor of another list', async () => {
  expect((await get('/v1/systems/nobody/waiting')).statusCode).toBe(404)
  const wrong = Buffer.from(JSON.stringify(['1', 'x'])).toString('base64url')
  expect((await get(`/v1/systems/parts/waiting?after=${wrong}`)).statusCode).toBe(400)
  expect((await get('/v1/systems/parts/waiting?waits=all')).statusCode).toBe(400)
})
