import { randomUUID } from 'node:crypto'
import fastify, { type FastifyRequest } from 'fastify'
import { beforeAll, expect, it } from 'vitest'
import { evenAnswers } from '#api/even-answers.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

/** Long beside what any of these calls takes. Times are counted in whole milliseconds. */
const EVERY_MS = 1000
const api = withApi(undefined, { answersEveryMs: EVERY_MS })
let [part, all, receipt] = ['', '', '']

beforeAll(async () => {
  part = await api.key('read:zj-agri-certificate')
  all = await api.key('read')
  receipt = (await api.push(TRADES, JSON.stringify([trade('EVEN-1')]))).json().receipt
})

async function waited(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

it('what a limited caller asks for is not told to be absent, of others or his own by when the answer comes', async () => {
  const asked = {
    [`/v1/receipts/${receipt}`]: 404,
    [`/v1/receipts/${randomUUID()}`]: 404,
    '/v1/records/nothing': 404,
    '/v1/trace/NOTHING': 404,
    '/v1/systems': 200,
    '/v1/systems/jiaxing-wholesale/drift': 404,
  }
  const found = await Promise.all(
    Object.keys(asked).map(async (url) => {
      let status = 0
      const ms = await waited(async () => {
        status = (await api.call('GET', url, { key: part })).statusCode
      })
      return { url, status, isEven: ms >= EVERY_MS - 1 }
    }),
  )
  expect(found).toEqual(Object.entries(asked).map(([url, status]) => ({ url, status, isEven: true })))
})

it('who sees everything and who pushes does not wait for a caller who sees a part', async () => {
  const ended: string[] = []
  const end = (name: string) => () => void ended.push(name)
  const waits = api.call('GET', '/v1/records/nothing', { key: part }).then(end('part'))
  await api.call('GET', '/v1/records/nothing', { key: all }).then(end('all'))
  await api.push(TRADES, JSON.stringify([trade('EVEN-2')])).then(end('push'))
  await waits
  expect(ended).toEqual(['all', 'push', 'part'])
})

it('an answer that takes longer comes at the next multiple', async () => {
  const app = fastify()
  app.decorateRequest('caller', null)
  app.addHook('onRequest', async (request: FastifyRequest) => {
    Object.assign(request, { caller: { scopes: ['read:zj-agri-certificate'] } })
  })
  evenAnswers(app, 50)
  app.get('/', async () => {
    await new Promise((resolve) => setTimeout(resolve, 60))
    return 'late'
  })
  expect(await waited(() => app.inject({ url: '/' }))).toBeGreaterThanOrEqual(99)
  await app.close()
})
