import { type Figure, median } from '#cli/bench/figures.ts'
import { composeChannel } from '#flow/channels/compose.ts'
import { partsOf } from '#flow/channels/ports.ts'
import { type ChannelSource, declaredOf, QUIET, setOf } from './source.ts'

/** Rounds of both after the first, which only warms them up; a slow source has fewer. */
const ROUNDS = 7
const ROUNDS_MS = 30_000

/** The bare client and the adapter in turns: medians of the rounds. */
export async function benchReading(source: ChannelSource): Promise<Figure[]> {
  const perSecond = async (read: () => Promise<number>): Promise<number> => {
    const began = performance.now()
    const count = await read()
    if (count < source.rows) throw new Error(`${source.title}: ${count} of ${source.rows} rows came`)
    return count / ((performance.now() - began) / 1000)
  }
  let rise = 0
  const bares: number[] = []
  const owns: number[] = []
  const endsAt = performance.now() + ROUNDS_MS
  for (let round = 0; round <= ROUNDS && (round < 2 || performance.now() < endsAt); round++) {
    bares.push(await perSecond(source.bare))
    globalThis.gc?.()
    const start = process.memoryUsage.rss()
    const watching = setInterval(() => {
      rise = Math.max(rise, process.memoryUsage.rss() - start)
    }, 20)
    owns.push(await perSecond(() => readByAdapter(source)))
    clearInterval(watching)
    if (round === 0) rise = 0
  }
  const bare = median(bares.slice(1))
  const own = median(owns.slice(1))
  return [
    {
      name: `${source.adapter}: read by its adapter (${source.title})`,
      value: own,
      unit: 'rows/s',
      baseline: source.bareTitle,
      ratio: own / bare,
    },
    { name: source.bareTitle, value: bare, unit: 'rows/s', baseline: '', ratio: null },
    {
      name: `${source.adapter}: memory that reading ${source.rows} rows takes`,
      value: rise / 1e6,
      unit: 'MB',
      baseline: '',
      ratio: null,
    },
  ]
}

export async function readByAdapter(source: ChannelSource): Promise<number> {
  const composition = composeChannel(declaredOf(source), setOf(source))
  if (!composition.ok) throw new Error(JSON.stringify(composition.issues))
  const { channel } = composition
  const stop = new AbortController()
  const hub = { now: Date.now, log: QUIET, folders: source.folders ?? [] }
  const parts = partsOf(hub, channel, source.secrets ?? {}, stop.signal)
  let count = 0
  try {
    for await (const page of channel.adapter.read(parts, null)) {
      count += page.rows ?? rowsOf(page.bytes)
      if (page.token !== undefined)
        await channel.adapter.acknowledge?.(parts, page, {
          receipt: null,
          state: 'done',
          received: 0,
          rejected: 0,
        })
      if (count >= source.rows) break
    }
    return count
  } finally {
    stop.abort()
    parts.close()
  }
}

const LINE_END = 10

/** Rows of a page whose adapter does not count them: lines, or a single row. */
function rowsOf(bytes: unknown): number {
  if (!(bytes instanceof Uint8Array)) return 0
  let count = 0
  for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count++
  return Math.max(count, 1)
}
