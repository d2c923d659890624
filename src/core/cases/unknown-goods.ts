import { productKeys } from '#core/lineage/match-keys.ts'
import { matchFacts } from '#core/lineage/matching.ts'
import type { Body } from '#core/model/body.ts'

/** Why nobody knows which lots a failed test is of that names neither lot nor paper. */
export const UNKNOWN_GOODS = ['no_product', 'no_day', 'no_stall', 'nothing_told'] as const
export type UnknownGoods = (typeof UNKNOWN_GOODS)[number]

/** What a test lacks by which its goods could be found; `nothing_told` where it lacks nothing, and no entry or sale tells of them. */
export function whyUnknown(recordId: string, body: Body): UnknownGoods {
  if (productKeys(body).length === 0) return 'no_product'
  if (matchFacts('test', recordId, body).points.length > 0) return 'nothing_told'
  const { occurredAt } = body
  const isDay =
    occurredAt !== undefined && occurredAt.precision !== 'month' && occurredAt.precision !== 'year'
  return isDay ? 'no_stall' : 'no_day'
}
