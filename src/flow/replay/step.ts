import { type MessagePage, nextMessages, type StoredMessage } from '#store/replay-messages.ts'
import type { ReplayLease, ReplayProgress } from '#store/replays.ts'
import { compareMessage } from './compare.ts'
import { bothOf, readingOf, type StepParts } from './mapping-of.ts'
import { type ReplayMessage, readMessage } from './read-message.ts'
import { type ReplaySample, tallyFrom } from './tally.ts'
import { save, writeStep } from './write-step.ts'

/**
 * One step of a replay: the next messages, mapped and decided, and for an apply written, in one transaction with the progress. Before a
 * message that is too large for a step it is done, and stands at the beginning of that message.
 */
export async function replayStep(
  parts: StepParts,
  lease: ReplayLease,
  before: ReplayProgress,
): Promise<ReplayProgress> {
  const step = lease.mode === 'compare' ? compareStep : mapStep
  for (let most: number | undefined; ; ) {
    const page = await nextMessages(parts.pool, lease.scope, before.cursor, most)
    const [first] = page.messages
    if (first?.inPieces) return await enter(parts, lease, before, first, page.cursor)
    const done = await step(parts, lease, before, page)
    if (typeof done !== 'number') return done
    if (done === 0) {
      if (page.messages.length === 1 && first) return await enter(parts, lease, before, first, page.cursor)
      most = 1
    } else most = done
  }
}

/** Begins a message that one step cannot take. */
async function enter(
  { pool, leaseMs }: StepParts,
  lease: ReplayLease,
  before: ReplayProgress,
  { id }: StoredMessage,
  after: string | null,
): Promise<ReplayProgress> {
  const progress = { ...before, inside: { message: id, after, total: null, done: 0 } }
  await save(pool, lease, progress, leaseMs)
  return progress
}

/** The progress, or how many messages of the page come before one that is too large for a step. */
type Stepped = ReplayProgress | number

async function mapStep(
  parts: StepParts,
  lease: ReplayLease,
  before: ReplayProgress,
  page: MessagePage,
): Promise<Stepped> {
  const messages: ReplayMessage[] = []
  for (const [at, stored] of page.messages.entries()) {
    const reading = await readingOf(parts, lease, stored)
    if (reading) {
      const message = await readMessage(parts, stored, reading, lease.id)
      if (!message) return at
      messages.push(message)
    }
    await breath()
  }
  const { cursor } = page
  return await writeStep(parts, lease, before, { messages, done: messages.length, cursor, inside: null })
}

async function compareStep(
  parts: StepParts,
  lease: ReplayLease,
  before: ReplayProgress,
  page: MessagePage,
): Promise<Stepped> {
  const tally = tallyFrom(before.counts, before.samples as readonly ReplaySample[])
  for (const [at, stored] of page.messages.entries()) {
    const mappings = await bothOf(parts, lease, stored)
    if (mappings && !(await compareMessage(parts.pool, stored, mappings, tally))) return at
    await breath()
  }
  const progress = { cursor: page.cursor, inside: null, counts: tally.counts, samples: tally.samples }
  await save(parts.pool, lease, progress, parts.leaseMs)
  return progress
}

/** Lets the process answer others between two messages. */
const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
