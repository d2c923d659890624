/**
 * Upper bounds, in seconds, by which deliveries are counted: the promise of a link that keeps up (0.3), what an operator is told of (600,
 * 1800), a receiver that is off for a night or a day. The counts are stored in this order: other bounds need a migration.
 */
export const DELIVERY_BOUNDS_S = [0.1, 0.3, 1, 3, 10, 30, 60, 300, 600, 1800, 7200, 43_200, 86_400] as const

/** How many changes took how long. */
export interface DeliveryTimes {
  /** How many lie within each bound and above the one before, and behind them how many lie above all. */
  readonly counts: readonly number[]
  /** Of all of them together, in seconds. */
  readonly seconds: number
}

/** @param seconds how long each change took; what a clock makes negative took no time */
export function deliveryTimesOf(seconds: readonly number[]): DeliveryTimes {
  const counts = new Array<number>(DELIVERY_BOUNDS_S.length + 1).fill(0)
  let sum = 0
  for (const one of seconds) {
    const took = Math.max(0, one)
    const place = DELIVERY_BOUNDS_S.findIndex((bound) => took <= bound)
    const at = place === -1 ? DELIVERY_BOUNDS_S.length : place
    counts[at] = (counts[at] ?? 0) + 1
    sum += took
  }
  return { counts, seconds: sum }
}
