import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createIntake } from '#flow/intake/create-intake.ts'
import { ADMIN_KEY, createTestApi, withApi } from '#test/api.ts'

const api = withApi()

it('a stop answers who waits at once, and turns away who comes then with 503', async () => {
  const intake = createIntake({
    pool: api.pool,
    registry: api.registry,
    clock: Date.now,
    onCommitted: () => {},
  })
  const app = await createTestApi({ pool: api.pool, registry: api.registry, intake })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1/changes?wait=30`
  const startedMs = performance.now()
  const waiting = fetch(url, { headers: { authorization: `Bearer ${ADMIN_KEY}` } })
  await pause(300)
  const closed = app.close()
  await pause(10)
  const late = app.inject({ method: 'GET', url: '/healthz' }).catch((error: Error) => error)
  const answer = await waiting
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ changes: [] })
  await closed
  expect(performance.now() - startedMs).toBeLessThan(5000)
  const turned = await late
  if (!(turned instanceof Error)) expect(turned.json()).toMatchObject({ status: 503, code: 'stopping' })
})
