import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
const get = (url: string) => api.call('GET', url, { key: null })

it('/healthz says that the process lives', async () => {
  expect((await get('/healthz')).json()).toEqual({ alive: true })
})

it('/readyz says that the database has the schema and that every mapping is well', async () => {
  const answer = await get('/readyz')
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toEqual({
    ready: true,
    schema: expect.stringMatching(/^\d{4}-/),
    mappings: [],
    evidence: { sealedOkAt: null, anchoredOkAt: null, isOverdue: false, stopsInSeconds: null },
  })
})

it('/metrics counts messages and records by system and result, and how long they took', async () => {
  await api.push(TRADES, JSON.stringify([trade('A1'), trade('')]))
  await api.push(TRADES, '[{')
  const link = { name: 'x', url: 'http://127.0.0.1:9000/', allowAddress: '127.0.0.1/32:9000' }
  const { id } = (await api.call('POST', '/v1/links', { body: link })).json()
  const answer = await get('/metrics')
  expect(answer.headers['content-type']).toMatch(/^text\/plain/)
  const lines = answer.body.split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'hub_messages_total{system="jiaxing-wholesale",outcome="done"} 1',
      'hub_messages_total{system="jiaxing-wholesale",outcome="unreadable_message"} 1',
      'hub_source_records_total{system="jiaxing-wholesale",result="accepted"} 1',
      'hub_source_records_total{system="jiaxing-wholesale",result="rejected"} 1',
      'hub_receipt_seconds_count 1',
      'hub_database_up 1',
      `hub_link_lag_changes{link="${id}",lane="live"} 2`,
    ]),
  )
  expect(answer.body).toMatch(/^process_resident_memory_bytes \d+/m)
  expect(answer.body).toMatch(/^hub_database_connections\{state="idle"\} \d/m)
})
