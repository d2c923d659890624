import type { Schedule } from '#flow/schedule/create-schedules.ts'
import { type SettleParts, settleAll } from './settle.ts'

const EVERY_MS = 30_000

/** Makes cases anew that a process left half done: the follower does it at once, and only what was broken off is left for this. */
export const caseSchedule = (parts: SettleParts): Schedule => ({
  name: 'cases',
  everyMs: EVERY_MS,
  async run() {
    await settleAll(parts)
    return null
  },
})
