import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()

const good = JSON.stringify([trade('G1'), trade('G2')])

it.each([
  ['broken bytes', `[${JSON.stringify(trade('A1'))},\n {"billNo": trux}]`, 'line 2, column 13'],
  ['half a file', good.slice(0, good.length - 40), 'end of text'],
  ['nesting 10,000 deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'line 1, column 65'],
  ['an error page of a proxy', '<html><body>502 Bad Gateway</body></html>', 'line 1'],
])('%s is refused with the place, and nothing of it becomes a record', async (_name, body, place) => {
  const answer = await api.push(TRADES, body)
  expect(answer.statusCode).toBe(400)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  const problem = answer.json()
  expect(problem).toMatchObject({
    type: '/docs/errors#unreadable_message',
    status: 400,
    code: 'unreadable_message',
  })
  expect(problem.issues[0].path).toContain(place)
  expect(problem.issues[0].reason).not.toBe('')
  expect(problem.detail).not.toBe('')
  expect((await api.call('GET', '/v1/records')).json()).toEqual({ records: [], next: null })
})

it('what was refused is kept with its bytes, and its receipt says so', async () => {
  const body = '[{"billNo":"A1"'
  const { receipt } = (await api.push(TRADES, body)).json()
  const stored = await api.call('GET', `/v1/receipts/${receipt}`)
  expect(stored.json()).toMatchObject({ state: 'refused', received: 0, results: [] })
  const bytes = await api.call('GET', `/v1/messages/${receipt}`)
  expect(bytes.rawPayload.toString()).toBe(body)
  expect(bytes.headers['content-type']).toBe('application/octet-stream')
  expect(bytes.headers['content-disposition']).toMatch(/^attachment/)
})

it('an empty body says that there is nothing in it', async () => {
  const answer = await api.push(TRADES, '')
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ code: 'empty_body', status: 400 })
})

it('bytes that no encoding explains are refused with the place of the damage', async () => {
  const bytes = Buffer.from(JSON.stringify([trade('M1'), trade('M2')]))
  const at = bytes.indexOf(Buffer.from('番茄')) + 1
  bytes[at] = 0xff
  const answer = await api.push(TRADES, bytes)
  expect(answer.statusCode).toBe(400)
  expect(answer.json().issues[0]).toMatchObject({ code: 'E_ENCODING' })
  expect(answer.json().issues[0].path).toContain(String(at - 1))
})

it('an Idempotency-Key of more than 255 characters is not taken', async () => {
  const answer = await api.push(TRADES, good, { headers: { 'idempotency-key': 'k'.repeat(256) } })
  expect(answer.statusCode).toBe(400)
  expect(answer.json().issues[0].path).toBe('header idempotency-key')
})

it('texts that a wrong character set destroyed before they were sent are named for each record', async () => {
  const answer = await api.push(
    TRADES,
    JSON.stringify([trade('N1', { goodsName: '锟斤拷锟斤拷' }), trade('N2')]),
  )
  expect(answer.statusCode).toBe(200)
  const receipt = answer.json()
  expect(receipt.received).toBe(2)
  expect(receipt.results[1].result).toBe('created')
  const damaged = await api.call(
    'GET',
    `/v1/records/${encodeURIComponent('urn:cnft:sale:jiaxing-wholesale:trade:N1')}`,
  )
  const codes = [
    ...(receipt.results[0].issues ?? []).map((issue: { code: string }) => issue.code),
    ...(damaged.statusCode === 200 ? damaged.json().flags : []),
  ]
  expect(codes).toContain('E_ENCODING')
})
