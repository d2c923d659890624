import type { Adapter } from './adapter.ts'

/** Every adapter that a channel may name, one line each. */
export const ADAPTERS: readonly Adapter<never, never>[] = []

const byName = new Map(ADAPTERS.map((adapter) => [adapter.name, adapter]))

export const adapterOf = (name: string): Adapter<never, never> | null => byName.get(name) ?? null
