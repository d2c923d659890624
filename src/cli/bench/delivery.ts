import { setTimeout as pause } from 'node:timers/promises'
import { SHARING_CLASSES } from '#core/model/sharing.ts'
import { emptyTables } from '#store/empty-tables.ts'
import { startChild } from './child.ts'
import { type Figure, median } from './figures.ts'
import { sendLoad } from './load.ts'
import type { Stage } from './stage.ts'
import { batchBody, tradeMaker } from './trades.ts'

const PATIENCE_MS = 120_000

/** One link over a full change log, to a receiver in a process of its own that answers for each change. */
export async function benchDelivery(stage: Stage, quick: boolean): Promise<Figure[]> {
  const rounds = quick ? 1 : 3
  const batches = quick ? 20 : 60
  const rates: number[] = []
  const client = await stage.pool.connect()
  const sink = await startChild<{ port: number }>('./sink-process.ts')
  try {
    await emptyTables(client)
    const make = tradeMaker(`D${Date.now().toString(36)}`)
    const bodies = Array.from({ length: batches }, () => batchBody(make, 500))
    await sendLoad({ url: stage.pushUrl, key: stage.pushKey, connections: 4, bodies })
    const { rows } = await client.query('select count(*)::int as n from record_versions')
    const changes = rows[0].n as number
    for (let round = 0; round <= rounds; round++) {
      const rate = await deliverAll(stage, sink, changes)
      if (round > 0) rates.push(rate)
    }
    await emptyTables(client)
  } finally {
    client.release()
    await sink.stop()
  }
  return [
    {
      name: 'delivery over one link',
      value: median(rates),
      unit: 'records/s',
      baseline: 'goal of 5,000',
      ratio: median(rates) / 5000,
    },
  ]
}

async function deliverAll(
  stage: Stage,
  sink: Awaited<ReturnType<typeof startChild<{ port: number }>>>,
  changes: number,
): Promise<number> {
  const before = (await sink.ask<{ taken: number }>()).taken
  const { port } = sink.first
  const started = performance.now()
  const link = await stage.calls.post<{ id: string }>('/v1/links', {
    name: 'bench',
    url: `http://127.0.0.1:${port}/`,
    allowAddress: `127.0.0.1/32:${port}`,
    filter: {},
    mapping: 'canonical',
    sees: [...SHARING_CLASSES],
  })
  for (;;) {
    const taken = (await sink.ask<{ taken: number }>()).taken - before
    if (taken >= changes) break
    if (performance.now() - started > PATIENCE_MS)
      throw new Error(`the receiver has ${taken} of ${changes} changes`)
    await pause(5)
  }
  const rate = changes / ((performance.now() - started) / 1000)
  await stage.calls.post(`/v1/links/${link.id}/pause`, {})
  return rate
}
