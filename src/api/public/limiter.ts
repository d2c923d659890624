/** Tokens of one address. */
interface Bucket {
  tokens: number
  atMs: number
}

export interface LimiterBounds {
  /** Most tokens that an address can save up. */
  readonly capacity: number
  readonly perSecond: number
  /** Most addresses remembered; the one heard of longest ago is forgotten first. */
  readonly addresses: number
}

/** A token bucket for each address, in bounded memory. */
export interface Limiter {
  /** Milliseconds until the address may ask again; 0 where it may now, and then the cost is taken. */
  take(address: string, cost: number, nowMs: number): number
  /** Takes more afterwards: the answer was dearer than asked. The debt is bounded by the capacity. */
  charge(address: string, cost: number, nowMs: number): void
  readonly size: number
}

export function createLimiter({ capacity, perSecond, addresses }: LimiterBounds): Limiter {
  const buckets = new Map<string, Bucket>()
  const bucketOf = (address: string, nowMs: number): Bucket => {
    const known = buckets.get(address)
    buckets.delete(address)
    const bucket = known ?? { tokens: capacity, atMs: nowMs }
    const since = Math.max(0, nowMs - bucket.atMs) / 1000
    bucket.tokens = Math.min(capacity, bucket.tokens + since * perSecond)
    bucket.atMs = nowMs
    buckets.set(address, bucket)
    if (buckets.size > addresses) buckets.delete(buckets.keys().next().value as string)
    return bucket
  }
  return {
    take(address, cost, nowMs) {
      const bucket = bucketOf(address, nowMs)
      if (bucket.tokens < cost) return Math.ceil(((cost - bucket.tokens) / perSecond) * 1000)
      bucket.tokens -= cost
      return 0
    },
    charge(address, cost, nowMs) {
      const bucket = bucketOf(address, nowMs)
      bucket.tokens = Math.max(bucket.tokens - cost, -capacity)
    },
    get size() {
      return buckets.size
    },
  }
}
