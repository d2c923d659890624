import type { QualityCount } from '#store/quality.ts'

/** Counters of several systems and days, put together before they are stored. */
export interface Counters {
  readonly add: (system: string, day: string, name: string, count: number) => void
  readonly list: () => QualityCount[]
}

export function countersOf(): Counters {
  const counters = new Map<string, { -readonly [K in keyof QualityCount]: QualityCount[K] }>()
  return {
    add(system, day, name, count) {
      if (count === 0) return
      const key = `${system} ${day} ${name}`
      const known = counters.get(key)
      if (known) known.count += count
      else counters.set(key, { system, day, name, count })
    },
    list: () => [...counters.values()],
  }
}
