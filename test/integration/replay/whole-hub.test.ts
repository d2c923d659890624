import { setTimeout as pause } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { scratchFolder } from '#test/holder.ts'
import { sale, saleMapping } from '#test/versions.ts'
import { killHub, startHub } from '../faults/crash.ts'

const headers = {
  authorization: 'Bearer hub_administrator-key-of-the-crash-tests',
  'content-type': 'application/json',
}
const STALL = `system: stall
title: { zh: 摊位, en: Stall }
adapter: push
records: { sale: { mapping: sale.yaml, accepts: [application/json] } }
`

it('a whole hub: registered, pushed, mended, replayed by its worker, and all of it there after SIGKILL', {
  timeout: 240_000,
}, async () => {
  const folder = await scratchFolder()
  let hub = await startHub(folder)
  onTestFinished(() => killHub(hub).catch(() => {}))
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(hub.url + path, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : { body: null }),
    })
    expect(answer.status, path).toBeLessThan(300)
    return (await answer.json()) as Record<string, unknown> & { counts: Record<string, number> }
  }
  const put = async (version: number, product: string) => {
    await call('POST', '/v1/systems/stall/mappings', { text: saleMapping({ version, product }) })
    await call('POST', `/v1/systems/stall/mappings/sale/${version}/activate`)
  }
  await call('POST', '/v1/systems', { systemFile: STALL })
  await put(1, 'fine')
  const sales = Array.from({ length: 300 }, (_, i) => sale(`W${i}`, i % 2 ? { fine: '番茄' } : {}))
  expect(await call('POST', '/v1/systems/stall/records/sale', sales)).toMatchObject({
    accepted: 150,
    rejected: 150,
  })
  await put(2, 'goods')
  const { id } = await call('POST', '/v1/replays', { mode: 'apply', scope: { system: 'stall' } })
  await killHub(hub)
  hub = await startHub(folder)
  const deadlineMs = performance.now() + 120_000
  let replay = await call('GET', `/v1/replays/${id}`)
  while (replay['state'] !== 'done' && performance.now() < deadlineMs) {
    await pause(250)
    replay = await call('GET', `/v1/replays/${id}`)
  }
  expect(replay).toMatchObject({
    state: 'done',
    counts: { received: 300, newlyOk: 150, same: 150, mended: 150 },
  })
  const record = await call('GET', '/v1/records/urn%3Acnft%3Asale%3Astall%3Asale%3AW0')
  expect(record).toMatchObject({ version: 1, mapping: 'stall/sale@2', replay: id })
  expect(await call('GET', '/v1/rejections?system=stall')).toEqual({ rejections: [], next: null })
  expect(await call('POST', '/v1/systems/stall/records/sale', sales)).toMatchObject({ unchanged: 300 })
})
