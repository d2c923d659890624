import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Send } from '#flow/delivery/answer.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { createPool } from '#store/database.ts'
import { listHeldChanges } from '#store/held-changes.ts'
import { createLink } from '#store/links.ts'
import { withDatabase } from '#test/database.ts'
import { linkNow, someRows, store } from './setting.ts'

const database = withDatabase()
let pool: Pool

beforeAll(() => {
  pool = createPool({ url: database.url, max: 12 })
})
afterAll(async () => await pool.end())

test('a change that ends every worker which sends it is found, waits, and the others are delivered', async () => {
  const { link } = await createLink(pool, { name: 'city', url: 'https://city.example.org/' })
  const rows = someRows(12)
  const poison = rows[4]?.id ?? ''
  await store(pool, rows)
  const took: string[] = []
  let ended = 0
  let died = (): void => {}
  const send: Send = async ({ batch }) => {
    const changes = JSON.parse(batch).changes as { id: string; event: string }[]
    if (changes.some(({ id }) => id === poison)) {
      ended++
      died()
      // A worker that is gone stores nothing and gives nothing back.
      return await new Promise<never>(() => {})
    }
    took.push(...changes.map(({ id }) => id))
    return { kind: 'verdicts', verdicts: new Map(changes.map(({ event }) => [event, { verdict: 'ok' }])) }
  }
  for (let worker = 0; worker < 12; worker++) {
    const death = new Promise<'died'>((resolve) => {
      died = () => resolve('died')
    })
    const end = await Promise.race([death, createDelivery({ pool, send }).deliverLink(link.id)])
    if (end !== 'died') break
    await pool.query(
      'update link_lanes set fence = fence + 1, leased_until = clock_timestamp() where link_id = $1',
      [link.id],
    )
  }
  expect(took.sort()).toEqual(
    rows
      .map(({ id }) => id)
      .filter((id) => id !== poison)
      .sort(),
  )
  expect(ended).toBeLessThanOrEqual(6)
  expect(await listHeldChanges(pool, { linkId: link.id, limit: 5 })).toMatchObject([
    { recordId: poison, state: 'waiting', code: 'suspect', attempts: 1 },
  ])
  expect(await linkNow(pool, link.id)).toMatchObject({ delivered: 11, refused: 0, attempts: 0 })
})
