import type { Pool } from 'pg'
import { DELIVERY_BOUNDS_S } from '#core/delivery-times.ts'
import { type LaneTimes, readDeliveryTimes } from '#store/delivery-times.ts'

const NAME = 'hub_link_delivery_seconds'
const HEAD = [
  `# HELP ${NAME} Time from the receipt of a change, the making of its link or its replay, the last of them, until the receiver took it; without what was asked for again`,
  `# TYPE ${NAME} histogram`,
]

/**
 * How long deliveries took, in the text format of Prometheus: PostgreSQL counts them, because most processes that deliver are asked for no
 * metrics. Empty where the database does not answer.
 */
export async function deliveryHistogram(pool: Pool): Promise<string> {
  const lanes = await readDeliveryTimes(pool).catch(() => null)
  return lanes === null ? '' : [...HEAD, ...lanes.flatMap(linesOf)].map((line) => `${line}\n`).join('')
}

/** Buckets of Prometheus hold what lies in those below them too. Neither label needs escaping: an identifier and a word of ours. */
function linesOf({ link, lane, counts, seconds }: LaneTimes): string[] {
  const of = `link="${link}",lane="${lane}"`
  let sum = 0
  const buckets = [...DELIVERY_BOUNDS_S, '+Inf'].map((bound, i) => {
    sum += counts[i] ?? 0
    return `${NAME}_bucket{${of},le="${bound}"} ${sum}`
  })
  return [...buckets, `${NAME}_sum{${of}} ${seconds}`, `${NAME}_count{${of}} ${sum}`]
}
