import type { Pool } from 'pg'
import type { Stage } from '#cli/bench/stage.ts'
import { loadTrace } from '#flow/trace/load-trace.ts'
import { systemsMeant } from '#flow/trace/systems-meant.ts'
import { CONFIDENCE_DEFAULT, DEPTH_DEFAULT, NODES_DEFAULT } from '#flow/trace/trace-lot.ts'
import type { Direction } from '#flow/trace/walk.ts'
import type { LoadedGraph } from './load-graph.ts'
import { BIG_LOT, CODES, NODES_OF_BIG_LOT } from './morning.ts'

/** What one way of asking took, in milliseconds in order, and how many nodes it found at most. */
export interface Asked {
  readonly ms: readonly number[]
  readonly nodes: number
}

export const share = ({ ms }: Asked, part: number): number =>
  ms[Math.min(ms.length - 1, Math.ceil(ms.length * part) - 1)] ?? 0

/** Questions by which the graph is measured: one ticket back to the field, one voucher and one wholesale lot forward to the tickets. */
export interface Questions {
  readonly back: Asked
  readonly forward: Asked
  readonly wide: Asked
  readonly big: Asked
  readonly http: Asked
}

const warmUp = 30

export async function askAll(
  stage: Stage,
  pool: Pool,
  graph: LoadedGraph,
  times: number,
): Promise<Questions> {
  const any = (): number => Math.floor(Math.random() * graph.mornings)
  const trace = async (code: string, direction: Direction, limit = NODES_DEFAULT): Promise<number> => {
    const systems = await systemsMeant(pool, code)
    const asked = { code, direction, limit, depth: DEPTH_DEFAULT, confidence: CONFIDENCE_DEFAULT, systems }
    return (await loadTrace(pool, asked)).nodes.length
  }
  const oneTicket = (): string => CODES.ticket(any(), Math.floor(Math.random() * 600))
  const back = (): Promise<number> => trace(oneTicket(), 'back')
  const forward = (): Promise<number> => trace(CODES.resold(any(), Math.floor(Math.random() * 60)), 'forward')
  const wide = (): Promise<number> => trace(CODES.entered(any(), Math.floor(Math.random() * 8)), 'forward')
  const big = async (): Promise<number> => {
    const nodes = await trace(BIG_LOT, 'forward', NODES_OF_BIG_LOT)
    if (nodes !== NODES_OF_BIG_LOT) throw new Error(`${nodes} of ${NODES_OF_BIG_LOT} nodes`)
    return nodes
  }
  const http = async (): Promise<number> => {
    const answer = await stage.calls.get<{ nodes: unknown[] }>(`/v1/trace/${oneTicket()}?direction=back`)
    return answer.nodes.length
  }
  for (const ask of [back, forward, wide]) await measure(ask, warmUp)
  return {
    back: await measure(back, times),
    forward: await measure(forward, times),
    wide: await measure(wide, Math.ceil(times / 5)),
    big: await measure(big, 5),
    http: await measure(http, Math.ceil(times / 2)),
  }
}

async function measure(ask: () => Promise<number>, times: number): Promise<Asked> {
  const ms: number[] = []
  let nodes = 0
  for (let i = 0; i < times; i++) {
    const begun = performance.now()
    const found = await ask()
    ms.push(performance.now() - begun)
    nodes = Math.max(nodes, found)
  }
  return { ms: ms.sort((a, b) => a - b), nodes }
}
