import type { Issue } from '#core/issue.ts'
import { fieldDifferences } from '#core/model/difference.ts'
import type { SourceResult } from '#core/receipt.ts'
import { bodyOf } from '#flow/intake/content.ts'
import type { Decision } from '#flow/intake/known-records.ts'
import type { NewestBody } from '#store/heads.ts'
import type { StoredMessage } from '#store/replay-messages.ts'
import type { ReplayMessage } from './read-message.ts'
import type { Outcome, ReplaySample, Tally } from './tally.ts'

/** What became of one source record of a message that was mapped anew. */
export interface Judged {
  readonly at: number
  readonly index: number
  readonly outcome: Outcome
  /** Its rejection, which was open and is mended now. */
  readonly mended?: string
  readonly result: SourceResult
}

/** Judges the results of a message. @param open rejections that were open before */
export function judge(
  message: ReplayMessage,
  results: readonly SourceResult[],
  open: ReadonlySet<string>,
): Judged[] {
  return results.map((result, at): Judged => {
    const { index } = result
    const rejection = message.rejections.get(index)
    const wasOpen = rejection !== undefined && open.has(rejection)
    const common = { at, index, result }
    if (result.result === 'rejected') return { ...common, outcome: wasOpen ? 'stillFailing' : 'newlyFailing' }
    if (wasOpen) return { ...common, outcome: 'newlyOk', mended: rejection }
    if (result.result === 'unchanged')
      return { ...common, outcome: message.keptOut.has(at) ? 'keptOut' : 'same' }
    return { ...common, outcome: message.stored.state === 'refused' ? 'newlyOk' : 'changed' }
  })
}

/** Counts source records of a message that cannot be read with this mapping at all: what was well before is not any more. */
export function judgeUnread(
  { id }: StoredMessage,
  told: Iterable<SourceResult>,
  refused: Issue,
  tally: Tally,
): void {
  for (const { index, result } of told) {
    const outcome: Outcome = result === 'rejected' ? 'stillFailing' : 'newlyFailing'
    tally.add(outcome, tally.wants(outcome) ? { message: id, index, issues: [refused] } : undefined)
  }
}

const ISSUES_MAX = 5
const RECORDS_MAX = 4

/** A source record for a person to look at: its issues, or the fields in which its records differ from those that are stored. */
export function sampleOf(
  { stored }: ReplayMessage,
  { index, result }: Judged,
  decision: Decision,
  bodies: ReadonlyMap<string, NewestBody>,
): Omit<ReplaySample, 'outcome'> {
  const place = { message: stored.id, index }
  if (result.result === 'rejected') return { ...place, issues: (result.issues ?? []).slice(0, ISSUES_MAX) }
  const made = decision.versions.filter((row) => row.messageId === stored.id && row.messageIndex === index)
  const records = made.slice(0, RECORDS_MAX).map(({ id, body }) => {
    const before = bodies.get(id)
    return {
      id,
      differences: before
        ? fieldDifferences(
            withoutFlags(bodyOf(before.text, before.flags, null)),
            JSON.parse(Buffer.from(body).toString()),
          )
        : [],
    }
  })
  return { ...place, records }
}

/** Flags are no content: a record that differs in them alone is the same. */
const withoutFlags = <T extends object>(body: T): Partial<T> => {
  const { flags: _, ...rest } = body as T & { flags?: unknown }
  return rest as Partial<T>
}
