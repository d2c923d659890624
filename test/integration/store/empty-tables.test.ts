import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { emptyTables } from '#store/empty-tables.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()

it('a hub that locks the tables in another order meanwhile does not keep them from being emptied', async () => {
  expect((await api.push(TRADES, JSON.stringify([trade('L1')]))).statusCode).toBe(200)
  const other = await api.pool.connect()
  try {
    await other.query('begin')
    await other.query('lock table inspections in access share mode')
    const emptied = emptyTables(api.pool)
    await pause(200)
    // Whichever of the two the server ends: this one does not come again, the other does.
    await other.query('select count(*) from messages').catch(() => {})
    await other.query('rollback')
    await emptied
  } finally {
    other.release()
  }
  expect((await api.call('GET', '/v1/records')).json().records).toEqual([])
})

it('a demo begins with nothing of the one before: no record, no link and no channel that is set, whatever tables refer to them', async () => {
  expect((await api.push(TRADES, JSON.stringify([trade('E1')]))).statusCode).toBe(200)
  const link = { name: 'receiver', url: 'https://receiver.example/changes' }
  expect((await api.call('POST', '/v1/links', { body: link })).statusCode).toBe(201)
  const channel = '/v1/systems/market-scales/channels/scales'
  const set = await api.call('PATCH', channel, { body: { settings: { host: 'broker.example' } } })
  expect(set.json().set).toEqual({ host: 'broker.example' })
  await emptyTables(api.pool)
  expect((await api.call('GET', channel)).json().set).toEqual({})
  expect((await api.call('GET', '/v1/records')).json().records).toEqual([])
  expect((await api.call('GET', '/v1/links')).json().links).toEqual([])
  expect((await api.push(TRADES, JSON.stringify([trade('E1')]))).json()).toMatchObject({ accepted: 1 })
})
