import { subjectsOf } from '#core/findings/subjects.ts'
import type { LogReader } from '#flow/follow/log-follower.ts'
import { markSubjects } from '#store/finding-checks.ts'
import { GOODS_FOLLOWER, type MoveRow, writeMoves } from '#store/goods-moves.ts'

/**
 * Keeps what moved at each place, and notes which papers, lots and goods are to be judged anew: those that the new version names and those
 * that the version before it named. A subject that a page names a hundred times is noted once.
 * @param clock milliseconds since 1970
 */
export const goodsReader = (clock: () => number = Date.now): LogReader => ({
  name: GOODS_FOLLOWER,
  begin() {
    const newest = new Map<string, readonly MoveRow[]>()
    const replaced = new Set<string>()
    const touched = new Set<string>()
    return {
      note({ change: { recordId, version }, now, before, said }) {
        const { subjects, moves } = subjectsOf(now ?? said)
        for (const subject of subjects) touched.add(subject)
        if (before) for (const subject of subjectsOf(before).subjects) touched.add(subject)
        if (version > 1) replaced.add(recordId)
        if (now === null) newest.delete(recordId)
        else
          newest.set(
            recordId,
            moves.map((move) => ({ ...move, recordId, version, system: now.system })),
          )
      },
      async write(client) {
        await writeMoves(client, [...newest.values()].flat(), [...replaced])
        await markSubjects(client, [...touched], clock())
      },
    }
  },
})
