import { Writable } from 'node:stream'
import pino from 'pino'
import { expect, it } from 'vitest'
import { createApi } from '#api/app.ts'
import { holdAliases } from '#core/products/aliases.ts'
import type { Intake } from '#flow/intake/intake.ts'
import { newKey } from '#flow/keys.ts'
import { ADMIN_KEY, withApi } from '#test/api.ts'
import { trade } from '#test/jiaxing.ts'

const api = withApi()

/** The API with a log that is kept, over an intake that meets a failing row. */
async function logged() {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const fail = async (): Promise<never> => {
    const client = await api.pool.connect()
    try {
      // What PostgreSQL says of it holds the row: name, telephone and all.
      await client.query(
        `insert into systems (id, title, state) values ('x', jsonb_build_object('zh', '王小明 13800000000'), 'no such state')`,
      )
    } finally {
      client.release()
    }
    throw new Error('the row was taken')
  }
  const intake: Intake = {
    push: fail,
    pushLarge: fail,
    pushCanonical: fail,
    takeChanges: fail,
    acceptClaim: fail,
    voidMissing: fail,
    writeAnew: fail,
    writeOwn: fail,
    writeCounts: async () => {},
    close: async () => {},
  }
  const app = await createApi({
    pool: api.pool,
    registry: api.registry,
    intake,
    queues: {
      wakeLink: async () => true,
      wakeFollower: async () => true,
      wakeLinks: () => {},
      wakeReplay: async () => true,
      wakeSchedule: async () => true,
      look: async () => [],
      retry: async () => true,
      wakeReconciliation: async () => true,
      wakeChannel: async () => true,
      wakeLarge: async () => true,
      close: async () => {},
    },
    productAliases: holdAliases(),
    adminKey: ADMIN_KEY,
    language: 'en',
    log: pino({ level: 'trace' }, stream),
    clock: Date.now,
  })
  return { app, text: () => lines.join('') }
}

it('an unexpected error of the database is logged by its place and constraint, never with the row, a key or the body', async () => {
  const { app, text } = await logged()
  const { key } = await newKey(api.pool, { name: 'market', scopes: ['push:jiaxing-wholesale'] })
  for (const authorization of [`Bearer ${key}`, `Bearer ${ADMIN_KEY}`, 'Bearer hub_wrong']) {
    await app.inject({
      method: 'POST',
      url: '/v1/systems/jiaxing-wholesale/records/trade',
      headers: { authorization, 'content-type': 'application/json' },
      payload: JSON.stringify([trade('LOG-1', { sellerName: '李四的摊位' })]),
    })
  }
  await app.close()
  expect(text()).toContain('systems_state_check')
  for (const secret of [key, ADMIN_KEY, 'hub_wrong', '王小明', '13800000000', '李四的摊位', '秀英'])
    expect(text()).not.toContain(secret)
})
