/**
 * A worker process of its own, to be killed: `node worker-process.ts <database url> [<redis url>] [<milliseconds>]`. With a time it blocks its
 * event loop for so long after its first answer of a receiver, longer than its locks and leases last.
 */
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import type { Send } from '#flow/delivery/answer.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { runLarge } from '#flow/large/run.ts'
import { openJobBackend } from '#jobs/backend.ts'
import { createQueues } from '#jobs/queues.ts'
import { startWorkers } from '#jobs/workers.ts'
import { createPool } from '#store/database.ts'
import { plainRegistry } from '#test/plain-mapping.ts'

const [databaseUrl = '', redisUrl = '', blockMs = '0'] = process.argv.slice(2)
const pool = createPool({ url: databaseUrl, max: 4 })
const backend = await openJobBackend({ databaseUrl, redisUrl: redisUrl || undefined, onError: () => {} })
const queues = createQueues(backend)
const http = createHttpDelivery()
let left = Number(blockMs)
const send: Send = async (request) => {
  const outcome = await http.send(request)
  const untilMs = performance.now() + left
  left = 0
  while (performance.now() < untilMs);
  return outcome
}
const delivery = createDelivery({ pool, send, leaseMs: 1000 })
const large = {
  run: (id: string) =>
    runLarge(
      {
        pool,
        registry: plainRegistry,
        onCommitted: () => {},
        signal: new AbortController().signal,
        leaseMs: 1000,
      },
      id,
    ),
  close: async () => {},
}
const lock = { lockDuration: 1000, stalledInterval: 500 }
startWorkers({ backend, queues, pool, delivery, large, sweepEveryMs: 200, lock })
