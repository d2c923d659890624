/** A worker process of its own, to be killed: `node worker-process.ts <database url> [<redis url>]`. */
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { runLarge } from '#flow/large/run.ts'
import { openJobBackend } from '#jobs/backend.ts'
import { createQueues } from '#jobs/queues.ts'
import { startWorkers } from '#jobs/workers.ts'
import { createPool } from '#store/database.ts'
import { plainRegistry } from '#test/plain-mapping.ts'

const [databaseUrl = '', redisUrl] = process.argv.slice(2)
const pool = createPool({ url: databaseUrl, max: 4 })
const backend = await openJobBackend({ databaseUrl, redisUrl, onError: () => {} })
const queues = createQueues(backend)
const delivery = createDelivery({ pool, send: createHttpDelivery().send, leaseMs: 1000 })
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
startWorkers({ backend, queues, pool, delivery, large, sweepEveryMs: 200 })
