import type { Adapter, State } from './adapter.ts'
import { database } from './database/database.ts'
import { files } from './files/adapter.ts'
import { mqtt } from './mqtt/mqtt.ts'
import { pull } from './pull/pull.ts'
import { soap } from './soap/soap.ts'

/** Every adapter that a channel may name, one line each. */
export const ADAPTERS: readonly Adapter<never, State>[] = [database, files, mqtt, pull, soap]

const byName = new Map(ADAPTERS.map((adapter) => [adapter.name, adapter]))

export const adapterOf = (name: string): Adapter<never, State> | null => byName.get(name) ?? null
