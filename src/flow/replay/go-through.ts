import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { Issue } from '#core/issue.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { storedResults } from '#flow/intake/stored-results.ts'
import { inTransaction } from '#store/database.ts'
import { forgetMentions } from '#store/replay-mentions.ts'
import { readMessages, type StoredMessage } from '#store/replay-messages.ts'
import type { ReplayInside, ReplayLease, ReplayProgress } from '#store/replays.ts'
import { compareLarge } from './compare-large.ts'
import { gatherMentions } from './gather-mentions.ts'
import { judgeUnread } from './judge.ts'
import { bothOf, mappingOf, type StepParts } from './mapping-of.ts'
import { readPart } from './read-message.ts'
import { inChunks, joined, streamRecords } from './read-stream.ts'
import { refusalIssue } from './stored-records.ts'
import { type ReplaySample, tallyFrom } from './tally.ts'
import { save, writeStep } from './write-step.ts'

/** What going through a large message needs beside what a step does. */
export interface ThroughParts extends StepParts {
  readonly signal: AbortSignal
  /** Told of each part that is done. */
  readonly onPart: (progress: ReplayProgress) => void
}

/** A large message that a replay goes through; each way through gives the progress at its end or where it was stopped, null where it is not taken. */
export interface Through {
  readonly stored: StoredMessage
  readonly inside: ReplayInside
}

/**
 * Goes through the large message that a replay stands in, part by part in constant memory, each part as a step of its own. It is read
 * once before: one that cannot be read to its end changes nothing, and of what it says of a record twice the last counts. Whoever comes
 * after a worker that died reads what is done again and passes over it. Ends behind the message, or in it where the signal says so.
 */
export async function goThrough(
  parts: ThroughParts,
  lease: ReplayLease,
  before: ReplayProgress & { readonly inside: ReplayInside },
): Promise<ReplayProgress> {
  const { inside } = before
  const [stored] = await readMessages(parts.pool, [inside.message])
  // Its partition was dropped meanwhile.
  if (!stored) return await leave(parts, lease, before, inside)
  const through = { stored, inside }
  const progress =
    lease.mode === 'compare'
      ? await compareThrough(parts, lease, before, through)
      : await mapThrough(parts, lease, before, through)
  if (progress && parts.signal.aborted) return progress
  return await leave(parts, lease, progress ? counted(progress) : before, inside)
}

async function compareThrough(
  parts: ThroughParts,
  lease: ReplayLease,
  before: ReplayProgress,
  through: Through,
): Promise<ReplayProgress | null> {
  const mappings = await bothOf(parts, lease, through.stored)
  return mappings ? await compareLarge(parts, lease, before, through, mappings) : null
}

async function mapThrough(
  parts: ThroughParts,
  lease: ReplayLease,
  before: ReplayProgress,
  { stored, inside }: Through,
): Promise<ReplayProgress | null> {
  const { pool, signal } = parts
  const mapping = await mappingOf(parts, lease, stored, 'version')
  if (!mapping) return null
  let { total } = inside
  let progress = before
  if (total === null) {
    const gathered = await gathering(parts, lease, stored, mapping)
    if (typeof gathered !== 'number') return await unread(parts, before, stored, gathered)
    total = gathered
    progress = { ...before, inside: { ...inside, total } }
    await save(pool, lease, progress, parts.leaseMs)
  }
  const read = { bytes: 0 }
  const stream = streamRecords(pool, stored.id, mapping, read)
  for await (const { first, all } of inChunks(stream, inside.done, read)) {
    if (signal.aborted) return progress
    const records = await joined(pool, all, mapping)
    const message = await readPart(pool, stored, { first, records }, mapping, lease.id)
    progress = await writeStep(parts, lease, progress, {
      messages: [message],
      done: 0,
      cursor: before.cursor,
      inside: { ...inside, total, done: first + all.length },
    })
    parts.onPart(progress)
  }
  return progress
}

/** How many source records there are, or why the message cannot be read. */
async function gathering(
  parts: ThroughParts,
  lease: ReplayLease,
  stored: StoredMessage,
  mapping: CompiledMapping,
): Promise<number | Issue> {
  try {
    return await gatherMentions(parts, lease.id, stored, mapping)
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    return refusalIssue(error)
  }
}

/** Counts what its receipt told of a message that cannot be read any more. */
async function unread(
  { pool, signal }: ThroughParts,
  before: ReplayProgress,
  stored: StoredMessage,
  refused: Issue,
): Promise<ReplayProgress> {
  const tally = tallyFrom(before.counts, before.samples as readonly ReplaySample[])
  for await (const result of storedResults(pool, stored)) {
    if (signal.aborted) return before
    judgeUnread(stored, [result], refused, tally)
  }
  return { ...before, counts: tally.counts, samples: tally.samples }
}

const counted = (progress: ReplayProgress): ReplayProgress => {
  const tally = tallyFrom(progress.counts, progress.samples as readonly ReplaySample[])
  tally.count('messages')
  return { ...progress, counts: tally.counts }
}

/** Goes on behind the message. */
async function leave(
  { pool, leaseMs }: StepParts,
  lease: ReplayLease,
  before: ReplayProgress,
  { message, after }: ReplayInside,
): Promise<ReplayProgress> {
  const progress = { ...before, cursor: after, inside: null }
  await inTransaction(pool, async (client) => {
    await save(client, lease, progress, leaseMs)
    await forgetMentions(client, { replay: lease.id, message })
  })
  return progress
}
