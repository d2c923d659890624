/** Values by key with a bound on their number and bytes; what was used longest ago goes first. */
export interface Bounded<V> {
  get(key: string): V | undefined
  set(key: string, value: V, bytes: number): void
  delete(key: string): void
  /** The value of the key, if it is still this one, holds so many bytes more: others make room for it. */
  grow(key: string, value: V, bytes: number): void
  readonly size: number
  readonly bytes: number
}

export function createBounded<V>(most: { readonly entries: number; readonly bytes: number }): Bounded<V> {
  const kept = new Map<string, { readonly value: V; bytes: number }>()
  let total = 0
  const remove = (key: string): void => {
    total -= kept.get(key)?.bytes ?? 0
    kept.delete(key)
  }
  const trim = (): void => {
    for (const key of kept.keys()) {
      if (kept.size <= most.entries && total <= most.bytes) return
      remove(key)
    }
  }
  return {
    get(key) {
      const one = kept.get(key)
      if (!one) return undefined
      kept.delete(key)
      kept.set(key, one)
      return one.value
    },
    set(key, value, bytes) {
      remove(key)
      kept.set(key, { value, bytes })
      total += bytes
      trim()
    },
    delete: remove,
    grow(key, value, bytes) {
      const one = kept.get(key)
      if (one?.value !== value) return
      one.bytes += bytes
      total += bytes
      trim()
    },
    get size() {
      return kept.size
    },
    get bytes() {
      return total
    },
  }
}
