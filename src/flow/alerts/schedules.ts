import type { Schedule } from '#flow/schedule/create-schedules.ts'
import { nextNoticeMs } from '#store/alert-notices.ts'
import { hastenSchedule } from '#store/schedules.ts'
import { type NotifyParts, sendNotices } from './notify.ts'
import { type WatchParts, watchOnce } from './watch.ts'

const LOOK_EVERY_MS = 30_000
const NOTICES = 'alert-notices'
/** Where nothing is to be told. */
const NOTHING_MS = 300_000

/** Looking for what is wrong, and telling it: two, because a target that hangs must not hold up the looking. */
export function alertSchedules(
  parts: WatchParts &
    Pick<NotifyParts, 'pool' | 'post'> & {
      readonly now?: () => number
      /** Called when somebody is to be told something. */
      readonly onNotices: (schedule: string) => Promise<unknown>
    },
): Schedule[] {
  const { pool, now = Date.now, onNotices } = parts
  return [
    {
      name: 'alerts',
      everyMs: LOOK_EVERY_MS,
      run: async () => {
        await watchOnce(parts, now())
        const dueMs = await nextNoticeMs(pool)
        if (dueMs !== null && dueMs <= now()) {
          await hastenSchedule(pool, NOTICES, dueMs)
          await onNotices(NOTICES)
        }
        return null
      },
    },
    {
      name: NOTICES,
      everyMs: NOTHING_MS,
      run: (signal) => sendNotices({ ...parts, now }, signal),
    },
  ]
}
