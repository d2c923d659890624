import { type MatchPoint, matchFacts, type StallTrader } from '#core/lineage/matching.ts'
import type { LogReader } from '#flow/follow/noted-page.ts'
import { insertMatchPoints, insertStallTraders, type Told } from '#store/match-points.ts'

/**
 * Notes how each new version may meet others, whichever comes first: late facts match on arrival, and what a corrected or voided record said no longer
 * counts because its version is not the newest. Where they really meet is looked up when somebody asks.
 */
export const matchingReader: LogReader = {
  name: 'matching',
  begin() {
    const points: (MatchPoint & Told)[] = []
    const traders: (StallTrader & Told)[] = []
    return {
      note({ change: { recordId, version }, now }) {
        if (now === null) return
        const facts = matchFacts(now.kind, recordId, now)
        for (const point of facts.points) points.push({ ...point, recordId, version })
        for (const trader of facts.traders) traders.push({ ...trader, recordId, version })
      },
      async write(client) {
        await insertMatchPoints(client, points)
        await insertStallTraders(client, traders)
      },
    }
  },
}
