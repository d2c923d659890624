import { mentionedPapers } from '#core/documents/mentioned-paper.ts'
import type { LogReader } from '#flow/follow/log-follower.ts'
import { type MentionRow, PAPERS_FOLLOWER, writeMentions } from '#store/document-mentions.ts'

/** Kinds that say nothing of papers for goods. */
const UNTRACED: ReadonlySet<string> = new Set(['payment', 'party', 'site', 'finding'])

/** Keeps what the newest version of each record says of each paper, so that the use of a paper is a sum in SQL. */
export const papersReader: LogReader = {
  name: PAPERS_FOLLOWER,
  begin() {
    const newest = new Map<string, readonly MentionRow[]>()
    const replaced = new Set<string>()
    return {
      note({ change: { recordId, version, kind, status }, said }) {
        if (UNTRACED.has(kind)) return
        const papers = mentionedPapers(said)
        if (version > 1) replaced.add(recordId)
        if (papers.length === 0 && !newest.has(recordId)) return
        newest.set(
          recordId,
          papers.map((paper) => ({
            ...paper,
            recordId,
            version,
            kind,
            system: said.system,
            status,
          })),
        )
      },
      write: (client) => writeMentions(client, [...newest.values()].flat(), [...replaced]),
    }
  },
}
