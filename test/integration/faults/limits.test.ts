import { expect, it } from 'vitest'
import { withApi } from '#test/api.ts'
import { measured } from '#test/given-time.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

const api = withApi()
const MIB = 1024 * 1024

it.each([
  ['8 MiB of [', Buffer.alloc(8 * MIB, '['), [400]],
  ['8 MiB of {"a":', Buffer.from('{"a":'.repeat(Math.floor((8 * MIB) / 5))), [400]],
  [
    '8 MiB of zeros in one number',
    Buffer.concat([Buffer.from('[1'), Buffer.alloc(8 * MIB - 3, '0'), Buffer.from(']')]),
    [200, 400],
  ],
  ['8 MiB of empty lists', Buffer.from(`[${'[],'.repeat(Math.floor((8 * MIB - 4) / 3))}[]]`), [202]],
  [
    '8 MiB of backslashes',
    Buffer.concat([Buffer.from('["'), Buffer.alloc(8 * MIB - 4, '\\'), Buffer.from('"]')]),
    [200, 400],
  ],
  ['8 MiB of NUL', Buffer.alloc(8 * MIB), [400]],
  ['8 MiB + 1', Buffer.alloc(8 * MIB + 1, ' '), [202]],
  [
    '8 MiB of unknown fields',
    Buffer.from(`[{${Array.from({ length: 500_000 }, (_, i) => `"f${i}":1`).join(',')}}]`),
    [200, 400],
  ],
  [
    '8 MiB in one field that drifts',
    Buffer.from(JSON.stringify([trade('BIG', { extra: 'x'.repeat(8 * MIB - 2000) })])),
    [200],
  ],
  ['8 MiB of records without a key', Buffer.from(`[${'{},'.repeat(4998)}{}]`), [200]],
])('%s is answered within seconds, with no 5xx', async (_, body, statuses) => {
  const { result, ms } = await measured(api.pool, () => api.push(TRADES, body))
  expect(statuses).toContain(result.statusCode)
  expect(ms).toBeLessThan(6000)
})

it('5,000 records in one message are done when answered', async () => {
  const trades = Array.from({ length: 5000 }, (_, i) => trade(`L${i}`))
  const { result, ms } = await measured(api.pool, () => api.push(TRADES, JSON.stringify(trades)))
  expect(result.statusCode).toBe(200)
  expect(result.json()).toMatchObject({ received: 5000, accepted: 5000, rejected: 0 })
  expect(ms).toBeLessThan(8000)
})
