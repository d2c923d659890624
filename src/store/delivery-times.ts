import type { ClientBase, Pool } from 'pg'
import type { DeliveryTimes } from '#core/delivery-times.ts'
import type { Lane } from './lanes.ts'

/** How long the changes of a lane took that its receiver has taken since the lane is there. */
export interface LaneTimes extends DeliveryTimes {
  readonly link: string
  readonly lane: Lane
}

/** The lanes over which the hub has delivered; `counts` is as `DeliveryTimes` says. */
export async function readDeliveryTimes(client: ClientBase | Pool): Promise<LaneTimes[]> {
  const { rows } = await client.query<{ link: string; lane: Lane; counts: string[]; seconds: number }>(
    `select link_id as link, lane, took as counts, took_seconds as seconds from link_lanes where took <> '{}' order by link_id, lane`,
  )
  return rows.map(({ counts, ...row }) => ({ ...row, counts: counts.map(Number) }))
}
