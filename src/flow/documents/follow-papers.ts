import { mentionedPapers } from '#core/documents/mentioned-paper.ts'
import { UNTRACED } from '#core/lineage/untraced.ts'
import type { LogReader } from '#flow/follow/noted-page.ts'
import { type MentionRow, PAPERS_FOLLOWER, writeMentions } from '#store/document-mentions.ts'

/** Keeps what the newest version of each record says of each paper, so that the use of a paper is a sum in SQL. */
export const papersReader: LogReader = {
  name: PAPERS_FOLLOWER,
  begin() {
    const newest = new Map<string, readonly MentionRow[]>()
    const replaced = new Set<string>()
    return {
      note({ change: { recordId, version, kind, status }, said }) {
        if (UNTRACED.includes(kind)) return
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
