import type { Figure } from '#cli/bench/figures.ts'
import { openStage } from '#cli/bench/stage.ts'
import type { Settings } from '#cli/settings.ts'
import { createPool } from '#store/database.ts'
import { type Asked, askAll, type Questions, share } from './ask.ts'
import { loadGraph } from './load-graph.ts'
import { NODES_OF_BIG_LOT } from './morning.ts'

const GOAL_MS = 20
const BIG_GOAL_MS = 500
const GROWTH_GOAL = 2

/** Traces back and forward on generated graphs of so many edges, by the way that the hub itself reads them, and over HTTP. */
export async function benchTrace(
  settings: Settings,
  quick: boolean,
  sizes: readonly number[],
): Promise<Figure[]> {
  const stage = await openStage(settings, 'api')
  const pool = createPool({ url: stage.databaseUrl, max: 2, plansOnce: true, statementTimeoutMs: 600_000 })
  try {
    const figures: Figure[] = []
    const found: Questions[] = []
    for (const edges of sizes) {
      const graph = await loadGraph(stage.pool, edges)
      const questions = await askAll(stage, pool, graph, quick ? 100 : 500)
      found.push(questions)
      figures.push(...figuresOf(`${graph.edges.toLocaleString('en-US')} edges`, questions))
    }
    return [...figures, ...growth(found, sizes)]
  } finally {
    await pool.end()
    await stage.close()
  }
}

function figuresOf(of: string, { back, forward, wide, big, http }: Questions): Figure[] {
  return [
    figure(`back from a ticket, up to ${back.nodes} nodes, p50 (${of})`, share(back, 0.5), GOAL_MS),
    figure(`back from a ticket, p99 (${of})`, share(back, 0.99), GOAL_MS),
    figure(`forward from a voucher, up to ${forward.nodes} nodes, p50 (${of})`, share(forward, 0.5), GOAL_MS),
    figure(`forward from a voucher, p99 (${of})`, share(forward, 0.99), GOAL_MS),
    figure(`forward from a wholesale lot, ${wide.nodes} nodes, p50 (${of})`, share(wide, 0.5), GOAL_MS),
    figure(`forward from a wholesale lot, p99 (${of})`, share(wide, 0.99), GOAL_MS),
    figure(
      `forward of a lot with ${NODES_OF_BIG_LOT.toLocaleString('en-US')} nodes, p50 (${of})`,
      share(big, 0.5),
      BIG_GOAL_MS,
    ),
    figure(`back from a ticket over HTTP, p50 (${of})`, share(http, 0.5), null),
    figure(`back from a ticket over HTTP, p99 (${of})`, share(http, 0.99), null),
  ]
}

const figure = (name: string, value: number, goal: number | null): Figure => ({
  name,
  value,
  unit: 'ms',
  baseline: goal === null ? '' : `goal of ${goal} ms`,
  ratio: goal === null ? null : value / goal,
})

/** How much longer the largest graph takes than the smallest; medians, because the machine disturbs the rest. */
function growth(found: readonly Questions[], sizes: readonly number[]): Figure[] {
  const [first, last] = [found[0], found.at(-1)]
  if (!first || !last || found.length < 2) return []
  const ways: readonly (readonly [string, (one: Questions) => Asked])[] = [
    ['back', ({ back }) => back],
    ['forward', ({ forward }) => forward],
  ]
  return ways.map(([name, of]) => {
    const times = share(of(last), 0.5) / share(of(first), 0.5)
    return {
      name: `${name}, p50 of ${sizes.at(-1)?.toLocaleString('en-US')} edges`,
      value: times,
      unit: 'times',
      baseline: `${sizes[0]?.toLocaleString('en-US')} edges; goal of ${GROWTH_GOAL}`,
      ratio: times / GROWTH_GOAL,
    }
  })
}
