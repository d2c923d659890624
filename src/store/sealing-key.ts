import type { Pool } from 'pg'
import { keptSecret } from './secrets.ts'

const keys = new WeakMap<Pool, Map<string, Promise<Buffer>>>()

/** A key of this hub under which secrets are sealed, asked for once in each process and database. */
export function sealingKey(pool: Pool, name: string): Promise<Buffer> {
  const known = keys.get(pool) ?? new Map<string, Promise<Buffer>>()
  keys.set(pool, known)
  const found = known.get(name)
  if (found) return found
  const asked = keptSecret(pool, name)
  known.set(name, asked)
  asked.catch(() => known.delete(name))
  return asked
}
