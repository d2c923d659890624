import type { Pool } from 'pg'
import { isSubjectCode } from '#core/findings/subjects.ts'
import { inTransaction } from '#store/database.ts'
import { readBehind } from '#store/document-mentions.ts'
import { markSubjects } from '#store/finding-checks.ts'
import { lockPaperSweep, readNextPapers, writePaperSweep } from '#store/finding-sweeps.ts'
import { PAPER_KINDS } from './judge-papers.ts'

/** Papers that are looked at in one piece: what a new record bears on waits behind no more than these. */
const AT_ONCE = 500
/** Changes by which the table of papers may be behind; those are noted as they come. */
const BEHIND_MOST = 1000n

/**
 * Has the next of the papers that are stored judged, where there are kinds of findings for which they were not: once all of them, in the order of their codes, and anew where a
 * further kind is there. Called when nothing else waits to be judged. Killed in between, it goes on behind the last piece that was noted.
 * @returns how many were looked at; none where all were, or where the table of papers is far behind the log
 */
export async function sweepPapers(
  pool: Pool,
  nowMs: number,
  {
    kinds: of = PAPER_KINDS,
    atOnce = AT_ONCE,
    behindMost = BEHIND_MOST,
  }: { readonly kinds?: readonly string[]; readonly atOnce?: number; readonly behindMost?: bigint } = {},
): Promise<number> {
  const kinds = [...of].sort().join(' ')
  return await inTransaction(pool, async (client) => {
    const known = await lockPaperSweep(client)
    const isSame = known?.kinds === kinds
    if (isSame && known.done) return 0
    if ((await readBehind(client)) > behindMost) return 0
    let after = isSame ? known.after : ''
    let papers: Awaited<ReturnType<typeof readNextPapers>>
    let last: string | undefined
    do {
      papers = await readNextPapers(client, after, atOnce)
      after = papers.at(-1)?.code ?? after
      last = papers.findLast(({ code }) => isSubjectCode(code))?.code
      // Where it goes on is kept, and a number that may be a person's is not.
    } while (last === undefined && papers.length === atOnce)
    const used = papers.flatMap(({ code, isUsed }) => (isUsed && isSubjectCode(code) ? [code] : []))
    await markSubjects(client, used, nowMs)
    await writePaperSweep(client, { kinds, after: last ?? '', done: papers.length < atOnce })
    return papers.length
  })
}
