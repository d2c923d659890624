import type { GoodsMove } from '#core/balance/goods-move.ts'
import { CARRIED_DAYS } from '#core/balance/site-balance.ts'
import { goodsSubject, subjectsOf } from '#core/findings/subjects.ts'
import { documentCode } from '#core/lineage/codes.ts'
import { beijingDay } from '#core/quality/record-counts.ts'
import type { LogReader } from '#flow/follow/noted-page.ts'
import { readPapersBeside } from '#store/document-mentions.ts'
import { markSubjects } from '#store/finding-checks.ts'
import { GOODS_FOLLOWER, type MoveRow, readLaterGoods, writeMoves } from '#store/goods-moves.ts'

/**
 * Keeps what moved at each place, and notes which papers, lots and goods are to be judged anew: those that the new version names and those
 * that the version before it named; of goods of a day that is over also those of the days to which they were carried, and of papers those that share a load with them. A subject that a page names a
 * hundred times is noted once.
 * @param clock milliseconds since 1970
 */
export const goodsReader = (clock: () => number = Date.now): LogReader => ({
  name: GOODS_FOLLOWER,
  begin() {
    const newest = new Map<string, readonly MoveRow[]>()
    const replaced = new Set<string>()
    const touched = new Set<string>()
    const past = new Map<string, GoodsMove>()
    const today = beijingDay(clock())
    const touch = ({ subjects, moves }: ReturnType<typeof subjectsOf>): void => {
      for (const subject of subjects) touched.add(subject)
      for (const move of moves) if (move.day < today) past.set(goodsSubject(move), move)
    }
    return {
      note({ change: { recordId, version }, now, before, said }) {
        const told = subjectsOf(now ?? said)
        touch(told)
        if (before) touch(subjectsOf(before))
        if (version > 1) replaced.add(recordId)
        if (now === null) newest.delete(recordId)
        else
          newest.set(
            recordId,
            told.moves.map((move) => ({ ...move, recordId, version, system: now.system })),
          )
      },
      async write(client) {
        await writeMoves(client, [...newest.values()].flat(), [...replaced])
        const later = await readLaterGoods(client, [...past.values()], CARRIED_DAYS)
        const papers = [...touched].filter((subject) => subject.startsWith(documentCode('')))
        const beside = papers.length === 0 ? [] : await readPapersBeside(client, papers)
        await markSubjects(client, [...touched, ...beside, ...later.map(goodsSubject)], clock())
      },
    }
  },
})
