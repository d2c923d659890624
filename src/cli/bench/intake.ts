import { emptyTables } from '#store/empty-tables.ts'
import { copyRowsBack, readRows } from './copy-baseline.ts'
import { type Figure, median } from './figures.ts'
import { sendLoad } from './load.ts'
import type { Stage } from './stage.ts'
import { batchBody, tradeMaker } from './trades.ts'

const BATCH = 500
const CONNECTIONS = 4

/** Batches of 500 trades over HTTP, against COPY of the very rows that they became, and against a no-op route with the same bodies. */
export async function benchIntake(stage: Stage, quick: boolean): Promise<Figure[]> {
  const rounds = quick ? 3 : 7
  const batches = quick ? 20 : 60
  const hub: number[] = []
  const copy: number[] = []
  const noop: number[] = []
  const client = await stage.pool.connect()
  try {
    for (let round = 0; round <= rounds; round++) {
      await emptyTables(client)
      const make = tradeMaker(`B${Date.now().toString(36)}${round}`)
      const bodies = Array.from({ length: batches }, () => batchBody(make, BATCH))
      const hubSeconds = await sendLoad({
        url: stage.pushUrl,
        key: stage.pushKey,
        connections: CONNECTIONS,
        bodies,
      })
      const noopSeconds = await sendLoad({ url: stage.noopUrl, connections: CONNECTIONS, bodies })
      const copySeconds = await copyRowsBack(client, await readRows(client))
      if (round === 0) continue // warms up all three
      const trades = batches * BATCH
      hub.push(trades / hubSeconds)
      noop.push(trades / noopSeconds)
      copy.push(trades / copySeconds)
    }
    await emptyTables(client)
  } finally {
    client.release()
  }
  return [
    {
      name: 'intake, batches of 500, 4 connections',
      value: median(hub),
      unit: 'trades/s',
      baseline: 'COPY of the same rows',
      ratio: median(hub) / median(copy),
    },
    { name: 'COPY of the same rows', value: median(copy), unit: 'trades/s', baseline: '', ratio: null },
    { name: 'no-op route, batches of 500', value: median(noop), unit: 'trades/s', baseline: '', ratio: null },
  ]
}
