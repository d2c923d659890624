/** A worker process that follows the log slowly, to be killed: `node follower-process.ts <database url> [<redis url>]`. */
import { setTimeout as pause } from 'node:timers/promises'
import { createHttpDelivery } from '#adapters/http/deliver.ts'
import { createDelivery } from '#flow/delivery/create-delivery.ts'
import { createFollow } from '#flow/follow/create-follow.ts'
import { openJobBackend } from '#jobs/backend.ts'
import { createQueues } from '#jobs/queues.ts'
import { startWorkers } from '#jobs/workers.ts'
import { createPool } from '#store/database.ts'
import { countingFollower } from './counting-follower.ts'

const [databaseUrl = '', redisUrl] = process.argv.slice(2)
const pool = createPool({ url: databaseUrl, max: 4 })
const backend = await openJobBackend({ databaseUrl, redisUrl, onError: () => {} })
const queues = createQueues(backend)
const delivery = createDelivery({ pool, send: createHttpDelivery().send })
const follow = createFollow({ pool, followers: [countingFollower(() => pause(60))] })
startWorkers({ backend, queues, pool, delivery, follow, sweepEveryMs: 200 })
