import { expect, it } from 'vitest'
import { readParts, readPartsOnce } from '#store/message-parts.ts'
import { timeOf } from '#store/message-time.ts'
import { withApi } from '#test/api.ts'
import { TRADES } from '#test/jiaxing.ts'
import { tradesJson } from './setting.ts'

const api = withApi()

it('parts of a message that are read once are those that were stored, and the memory of each is free when the next is asked for', async () => {
  const body = tradesJson('once', 9000)
  const { receipt: id } = (await api.push(TRADES, body, { headers: { prefer: 'respond-async' } })).json()
  const name = { id, receivedAtMs: timeOf(id) }
  const kept = await Array.fromAsync(readParts(api.pool, name))
  expect(kept.length).toBeGreaterThan(2)
  const once: Buffer[] = []
  const copies: Buffer[] = []
  for await (const part of readPartsOnce(api.pool, name)) {
    expect(once.map(({ length }) => length)).toEqual(once.map(() => 0))
    once.push(part)
    copies.push(Buffer.from(part))
  }
  expect(once.every(({ length }) => length === 0)).toBe(true)
  expect(Buffer.concat(copies).equals(Buffer.concat(kept))).toBe(true)
  expect(Buffer.concat(kept).toString()).toBe(body)
})
