import type { Pool } from 'pg'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { Issue } from '#core/issue.ts'
import type { CompiledMapping } from '#core/mapping/mapping.ts'
import { prepareSources } from '#flow/intake/prepare.ts'
import type { PreparedSource } from '#flow/intake/prepared.ts'
import type { StoredMessage } from '#store/replay-messages.ts'
import type { ReplayLease, ReplayProgress } from '#store/replays.ts'
import { comparePlace, type Mappings } from './compare.ts'
import type { Through, ThroughParts } from './go-through.ts'
import { countStored, inChunks, joined, type StreamedRecord, streamRecords } from './read-stream.ts'
import { refusalIssue } from './stored-records.ts'
import { type ReplaySample, tallyFrom } from './tally.ts'
import { save } from './write-step.ts'

/** Compares what two mappings make of a large message, part by part. Writes nothing but the progress. */
export async function compareLarge(
  parts: ThroughParts,
  lease: ReplayLease,
  before: ReplayProgress,
  { stored, inside }: Through,
  { against, mapping }: Mappings,
): Promise<ReplayProgress> {
  const { pool, signal } = parts
  const [old, now] = [await sideOf(parts, stored, against), await sideOf(parts, stored, mapping)]
  const read = { bytes: 0 }
  const pairs = inPairs(old.stream(read), now.stream())
  const total = Math.max(old.total, now.total)
  let progress = before
  for await (const { first, all } of inChunks(pairs, inside.done, read)) {
    if (signal.aborted) return progress
    const tally = tallyFrom(progress.counts, progress.samples as readonly ReplaySample[])
    const [a, b] = [
      await mapped(
        pool,
        stored,
        all.flatMap((pair) => pair.old ?? []),
        against,
      ),
      await mapped(
        pool,
        stored,
        all.flatMap((pair) => pair.now ?? []),
        mapping,
      ),
    ]
    for (const { index } of all)
      comparePlace({ message: stored.id, index }, a.get(index), b.get(index), now.refused, tally)
    progress = {
      ...progress,
      inside: { ...inside, total, done: first + all.length },
      counts: tally.counts,
      samples: tally.samples,
    }
    await save(pool, lease, progress, parts.leaseMs)
    parts.onPart(progress)
  }
  return progress
}

interface LargeSide {
  readonly total: number
  readonly refused: Issue | null
  stream(read?: { bytes: number }): AsyncGenerator<StreamedRecord>
}

/** Reads a message through with one of the mappings: one that cannot be read to its end has no source records for it. */
async function sideOf(
  { pool, signal }: ThroughParts,
  stored: StoredMessage,
  mapping: CompiledMapping,
): Promise<LargeSide> {
  try {
    const total = await countStored(pool, stored.id, mapping, signal)
    return { total, refused: null, stream: (read) => streamRecords(pool, stored.id, mapping, read) }
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    return { total: 0, refused: refusalIssue(error), stream: nothing }
  }
}

async function* nothing(): AsyncGenerator<StreamedRecord> {}

/** A source record as each of the two mappings reads it. */
interface Pair {
  readonly index: number
  readonly old?: StreamedRecord
  readonly now?: StreamedRecord
}

/**
 * The source records of both sides by their places, always in the same order. Both give them in the order of the message but for joined
 * details that wait for their base, of which a stream holds so many and no more, and so does this.
 */
async function* inPairs(
  old: AsyncGenerator<StreamedRecord>,
  now: AsyncGenerator<StreamedRecord>,
): AsyncGenerator<Pair> {
  const alone = { old: new Map<number, StreamedRecord>(), now: new Map<number, StreamedRecord>() }
  try {
    for (;;) {
      const [a, b] = [await old.next(), await now.next()]
      if (a.done && b.done) break
      if (!a.done) alone.old.set(a.value.record.index, a.value)
      if (!b.done) alone.now.set(b.value.record.index, b.value)
      for (const index of new Set([a, b].flatMap((one) => (one.done ? [] : [one.value.record.index])))) {
        const pair = { index, old: alone.old.get(index), now: alone.now.get(index) }
        if (!pair.old || !pair.now) continue
        alone.old.delete(index)
        alone.now.delete(index)
        yield { index, old: pair.old, now: pair.now }
      }
      // What only one side has to its end needs not be held.
      if (a.done) yield* lone('now', alone.now)
      if (b.done) yield* lone('old', alone.old)
    }
    yield* lone('old', alone.old)
    yield* lone('now', alone.now)
  } finally {
    await old.return(undefined)
    await now.return(undefined)
  }
}

function* lone(side: 'old' | 'now', left: Map<number, StreamedRecord>): Generator<Pair> {
  for (const [index, one] of left) yield { index, [side]: one }
  left.clear()
}

async function mapped(
  pool: Pool,
  stored: StoredMessage,
  all: readonly StreamedRecord[],
  mapping: CompiledMapping,
): Promise<Map<number, PreparedSource>> {
  const records = await joined(pool, all, mapping)
  const { sources } = prepareSources(records, mapping, stored.receivedAtMs)
  return new Map(sources.map((source) => [source.index, source]))
}
