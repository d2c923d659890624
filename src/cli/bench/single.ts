import { emptyTables } from '#store/empty-tables.ts'
import { type Figure, median } from './figures.ts'
import { sendLoad } from './load.ts'
import type { Stage } from './stage.ts'
import { tradeMaker } from './trades.ts'

const CONNECTIONS = 64

/** Single trades at 64 connections, against a no-op route with the same bodies. */
export async function benchSingle(stage: Stage, quick: boolean): Promise<Figure[]> {
  const rounds = quick ? 3 : 7
  const requests = quick ? 5000 : 20_000
  const hub: number[] = []
  const noop: number[] = []
  const client = await stage.pool.connect()
  try {
    for (let round = 0; round <= rounds; round++) {
      await emptyTables(client)
      const make = tradeMaker(`S${Date.now().toString(36)}${round}`)
      const bodies = Array.from({ length: requests }, () => Buffer.from(JSON.stringify(make())))
      const hubSeconds = await sendLoad({
        url: stage.pushUrl,
        key: stage.pushKey,
        connections: CONNECTIONS,
        bodies,
      })
      const noopSeconds = await sendLoad({ url: stage.noopUrl, connections: CONNECTIONS, bodies })
      if (round === 0) continue
      hub.push(requests / hubSeconds)
      noop.push(requests / noopSeconds)
    }
    await emptyTables(client)
  } finally {
    client.release()
  }
  return [
    {
      name: 'single pushes, 64 connections',
      value: median(hub),
      unit: 'pushes/s',
      baseline: 'no-op route with the same bodies',
      ratio: median(hub) / median(noop),
    },
    {
      name: 'no-op route, single bodies',
      value: median(noop),
      unit: 'requests/s',
      baseline: '',
      ratio: null,
    },
  ]
}
