import type { Pool } from 'pg'
import { readSignerKeys } from '#store/signing-keys.ts'

type Signers = Awaited<ReturnType<typeof readSignerKeys>>

/** A key that is revoked in another process counts for no longer than this. */
const REMEMBERED_MS = 5000
const REMEMBERED_MAX = 10_000

const known = new WeakMap<Pool, Map<string, { readonly asked: Promise<Signers>; readonly untilMs: number }>>()

/** The keys of a system and whether it must sign, asked for at most once in five seconds. */
export function signersOf(pool: Pool, system: string, nowMs: number): Promise<Signers> {
  const ofPool = known.get(pool) ?? new Map()
  known.set(pool, ofPool)
  const remembered = ofPool.get(system)
  if (remembered && remembered.untilMs > nowMs && remembered.untilMs <= nowMs + REMEMBERED_MS)
    return remembered.asked
  if (ofPool.size >= REMEMBERED_MAX) ofPool.clear()
  const asked = readSignerKeys(pool, system)
  ofPool.set(system, { asked, untilMs: nowMs + REMEMBERED_MS })
  asked.catch(() => ofPool.delete(system))
  return asked
}

/** Forgets what is remembered of a system, so that a change counts at once in this process. */
export const forgetSigners = (pool: Pool, system: string): void => void known.get(pool)?.delete(system)
