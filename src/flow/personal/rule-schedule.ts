import type { Pool } from 'pg'
import { dailyAt, type Schedule } from '#flow/schedule/create-schedules.ts'
import { type Resting, restAfter } from '#flow/schedule/rest.ts'
import { rulesToRead } from '#store/personal/erasure-rules.ts'
import { eraseByRule } from './erase-by-rule.ts'

const DAY_MS = 86_400_000
/** 04:10 in China: months that are dropped are gone by then. */
const AT_MINUTES = 250
/** A rule that was read to its end is read again the next night. */
const AGAIN_MS = DAY_MS / 2
/** A stretch is shorter than the lease of a schedule; what is left is due at once. */
const STRETCH_MS = 20_000
/** After each step it rests four times as long: nobody waits for an erasure. */
const REST = 4

/** Reads the erasure rules in force, once a day. */
export const ruleSchedule = ({
  pool,
  isBusy,
  now = Date.now,
}: { readonly pool: Pool; readonly now?: () => number } & Pick<Resting, 'isBusy'>): Schedule => ({
  name: 'erasure-rules',
  everyMs: DAY_MS,
  nextAfter: dailyAt(AT_MINUTES),
  run: async (signal) => {
    const until = now() + STRETCH_MS
    const mayGoOn = async (began: number): Promise<boolean> => {
      await restAfter(began, { rest: REST, isBusy, most: STRETCH_MS }, signal)
      return !signal.aborted && now() < until
    }
    const failed: unknown[] = []
    for (const id of await rulesToRead(pool, new Date(now() - AGAIN_MS).toISOString())) {
      // One that fails keeps no other waiting.
      await eraseByRule(pool, id, { nowMs: now(), mayGoOn }).catch((error: unknown) => failed.push(error))
      if (signal.aborted || now() >= until) break
    }
    if (failed.length > 0) throw failed[0]
    return signal.aborted || now() >= until ? now() : null
  },
})
