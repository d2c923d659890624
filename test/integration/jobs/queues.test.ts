import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { JobBackend, JobQueue } from '#jobs/backend.ts'
import { createQueues, LINKS_QUEUE, WORK_QUEUE } from '#jobs/queues.ts'

type Added = [
  queue: string,
  name: string,
  data: object,
  options: { delay?: number; deduplication?: { id: string } },
]

/** A backend that only writes down what it is given, or fails as it is told. */
function backendThat(add: () => Promise<unknown>): { backend: JobBackend; added: Added[] } {
  const added: Added[] = []
  const queue = (of: string): JobQueue => ({
    add: async (name, data, options = {}) => {
      added.push([of, name, data, options as Added[3]])
      return await add()
    },
    getJobCounts: async () => ({}),
    getFailed: async () => [],
    getJob: async () => undefined,
    close: async () => {},
  })
  const worker = () => ({ close: async () => {} })
  return { backend: { kind: 'postgres', queue, worker, close: async () => {} }, added }
}

const LINK = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'

test('a thousand wakes in a moment become one job now and one at the end', async () => {
  const { backend, added } = backendThat(async () => {})
  const queues = createQueues(backend)
  for (let i = 0; i < 1000; i++) queues.wakeLinks()
  expect(added).toHaveLength(1)
  await pause(250)
  expect(added.map(([queue, name, data]) => [queue, name, data])).toEqual([
    [WORK_QUEUE, 'find', {}],
    [WORK_QUEUE, 'find', {}],
  ])
  await queues.close()
})

test('a job carries the identifier of its link and nothing else, and no identifier has a colon', async () => {
  const { backend, added } = backendThat(async () => {})
  const queues = createQueues(backend)
  expect(await queues.wakeLink(LINK)).toBe(true)
  expect(await queues.wakeLink(LINK, 5000)).toBe(true)
  expect(added.map(([queue, , data]) => [queue, data])).toEqual([
    [LINKS_QUEUE, { link: LINK }],
    [LINKS_QUEUE, { link: LINK }],
  ])
  expect(added.map(([, , , options]) => options.delay)).toEqual([undefined, 5000])
  const ids = added.map(([, , , options]) => options.deduplication?.id ?? '')
  expect(new Set(ids).size).toBe(2)
  expect(ids.join('')).not.toContain(':')
  await queues.close()
})

test('a wake of a follower carries its name alone, and waits for what comes with the first change', async () => {
  const { backend, added } = backendThat(async () => {})
  const queues = createQueues(backend)
  expect(await queues.wakeFollower('cards')).toBe(true)
  expect(added.map(([queue, , data, { delay }]) => [queue, data, delay])).toEqual([
    [WORK_QUEUE, { follower: 'cards' }, 1000],
  ])
  await queues.close()
})

test('a queue that fails throws at nobody and says so once', async () => {
  const { backend } = backendThat(async () => {
    throw new Error('OOM command not allowed')
  })
  const warnings: object[] = []
  const queues = createQueues(backend, { warn: (facts) => void warnings.push(facts) })
  queues.wakeLinks()
  for (let i = 0; i < 20; i++) expect(await queues.wakeLink(LINK)).toBe(false)
  expect(warnings).toEqual([{ reason: 'OOM command not allowed' }])
  await queues.close()
  expect(await queues.wakeLink(LINK)).toBe(false)
})

test('a queue that never answers holds nobody up for longer than two seconds', async () => {
  const { backend } = backendThat(() => new Promise(() => {}))
  const queues = createQueues(backend)
  const asked = performance.now()
  queues.wakeLinks()
  expect(performance.now() - asked).toBeLessThan(50)
  expect(await queues.wakeLink(LINK)).toBe(false)
  expect(performance.now() - asked).toBeLessThan(2500)
  await queues.close()
})
