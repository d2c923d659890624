import type { Pool, PoolClient } from 'pg'
import { type Decision, decideMessage, noDecision } from '#flow/intake/decide.ts'
import { readKnown } from '#flow/intake/known.ts'
import { rejectionRow } from '#flow/intake/rejection-rows.ts'
import type { KeyedResult } from '#flow/intake/results-text.ts'
import { writeWaiting } from '#flow/intake/waiting.ts'
import type { LiveRegistry } from '#flow/systems/live.ts'
import { insertClaims } from '#store/claims.ts'
import { isConflict } from '#store/database-errors.ts'
import { readBodies } from '#store/heads.ts'
import { copyEdges, copyVersions, LOCK_POSITIONS, REFUSE_CROSSED_VOIDS, retireEdges } from '#store/intake.ts'
import { findOpenRejections, mendRejections, restateRejections } from '#store/rejections.ts'
import { nextMessages, type StoredMessage } from '#store/replay-messages.ts'
import { type ReplayLease, type ReplayProgress, saveProgress } from '#store/replays.ts'
import { type WriteStep, writeTogether } from '#store/write-together.ts'
import { compareMessage } from './compare.ts'
import { type Judged, judge, judgeUnread, sampleOf } from './judge.ts'
import { type ReplayMessage, readMessage } from './read-message.ts'
import { type ReplaySample, type Tally, tallyFrom } from './tally.ts'

export interface StepParts {
  readonly pool: Pool
  readonly registry: Pick<LiveRegistry, 'version'>
  readonly leaseMs: number
}

/** Another worker has gone on with the replay. */
export class LostLease extends Error {}

/** A mapping that the replay began with cannot be used any more. */
export class MappingGone extends Error {}

const ATTEMPTS = 4

/**
 * One step of a replay: the next messages, mapped and decided, and for an apply written, in one transaction with the progress. A worker
 * that is killed leaves a step done or not begun. Null as cursor: it was the last.
 */
export async function replayStep(
  parts: StepParts,
  lease: ReplayLease,
  before: ReplayProgress,
): Promise<ReplayProgress> {
  const page = await nextMessages(parts.pool, lease.scope, before.cursor)
  if (lease.mode === 'compare') return await compared(parts, lease, before, page)
  const messages: ReplayMessage[] = []
  for (const stored of page.messages) {
    const mapping = await mappingOf(parts, lease, stored, 'version')
    if (mapping) messages.push(await readMessage(parts.pool, stored, mapping, lease.id))
    await breath()
  }
  for (let attempt = 1; ; attempt++) {
    const tally = tallyFrom(before.counts, before.samples as readonly ReplaySample[])
    const client = await parts.pool.connect()
    let broken: Error | undefined
    try {
      const progress = (): ReplayProgress => ({
        cursor: page.cursor,
        counts: tally.counts,
        samples: tally.samples,
      })
      await decideAndWrite(client, parts, lease, messages, tally, progress)
      return progress()
    } catch (error) {
      broken = await client.query('rollback').then(
        () => undefined,
        (cause: unknown) => (cause instanceof Error ? cause : new Error(String(cause))),
      )
      if (!isConflict(error) || attempt === ATTEMPTS) throw error
    } finally {
      client.release(broken)
    }
  }
}

async function decideAndWrite(
  client: PoolClient,
  { leaseMs }: StepParts,
  lease: ReplayLease,
  messages: readonly ReplayMessage[],
  tally: Tally,
  progress: () => ReplayProgress,
): Promise<void> {
  const isRead = ({ refused, tooLarge }: ReplayMessage): boolean => !refused && !tooLarge
  const readable = messages.filter(isRead)
  for (const message of messages) message.keptOut.clear()
  const prepared = readable.map((message) => message.prepared)
  const known = await readKnown(client, prepared)
  const decision = noDecision()
  const results = prepared.map((message) => decideMessage(message, known, decision))
  const open = await findOpenRejections(
    client,
    readable.flatMap(({ rejections }) => [...rejections.values()]),
  )
  const judged = readable.map((message, m) => judge(message, results[m] as KeyedResult[], open))
  await sampled(client, readable, judged, decision, tally)
  for (const message of messages) if (!isRead(message)) judgeUnread(message, tally)
  tally.count('messages', messages.length)
  const mended = judged.flat().flatMap((one) => one.mended ?? [])
  if (lease.mode === 'dry-run') {
    await client.query('begin')
    await save(client, lease, progress(), leaseMs)
    await client.query('commit')
    return
  }
  tally.count('versions', decision.versions.length)
  tally.count('mended', mended.length)
  await client.query('begin')
  await save(client, lease, progress(), leaseMs)
  await mendRejections(client, mended)
  await restateRejections(client, explained(readable, judged, results))
  await insertClaims(client, decision.claims)
  await writeWaiting(client, decision.newWaiting, decision.applied)
  const versions: WriteStep[] = decision.versions.length
    ? [
        LOCK_POSITIONS,
        copyVersions(client, decision.versions),
        ...retireEdges(decision.versions),
        REFUSE_CROSSED_VOIDS,
      ]
    : []
  await writeTogether(client, [copyEdges(decision.edges), ...versions, 'commit'])
}

/** Counts every source record, and looks closer at those that are kept as samples. */
async function sampled(
  client: PoolClient,
  messages: readonly ReplayMessage[],
  judged: readonly Judged[][],
  decision: Decision,
  tally: Tally,
): Promise<void> {
  for (let m = 0; m < messages.length; m++) {
    const message = messages[m] as ReplayMessage
    for (const one of judged[m] ?? []) {
      if (!tally.wants(one.outcome)) tally.add(one.outcome)
      else {
        const ids = one.result.records.map(({ id }) => id)
        const bodies = ids.length > 0 ? await readBodies(client, ids) : new Map()
        tally.add(one.outcome, sampleOf(message, one, decision, bodies))
      }
    }
  }
}

const explained = (
  messages: readonly ReplayMessage[],
  judged: readonly Judged[][],
  results: readonly KeyedResult[][],
) =>
  messages.flatMap((message, m) =>
    (judged[m] ?? [])
      .filter(({ outcome }) => outcome === 'stillFailing')
      .map(({ at }) => rejectionRow(message.prepared, results[m]?.[at] as KeyedResult)),
  )

async function save(
  client: PoolClient,
  lease: ReplayLease,
  progress: ReplayProgress,
  leaseMs: number,
): Promise<void> {
  if (!(await saveProgress(client, lease, progress, leaseMs))) throw new LostLease()
}

/** The mapping of a message's record that the replay began with; null for a record that it does not take. */
async function mappingOf(
  { registry }: StepParts,
  { mappings }: ReplayLease,
  { system, record }: StoredMessage,
  side: 'version' | 'against',
) {
  const version = mappings[record]?.[side]
  if (version === undefined) return null
  const mapping = (await registry.version(system, record, version))?.mapping
  if (!mapping) throw new MappingGone(`${system}/${record}@${version}`)
  return mapping
}

async function compared(
  parts: StepParts,
  lease: ReplayLease,
  before: ReplayProgress,
  page: { readonly messages: readonly StoredMessage[]; readonly cursor: string | null },
): Promise<ReplayProgress> {
  const tally = tallyFrom(before.counts, before.samples as readonly ReplaySample[])
  for (const stored of page.messages) {
    const mapping = await mappingOf(parts, lease, stored, 'version')
    const against = await mappingOf(parts, lease, stored, 'against')
    if (mapping && against) await compareMessage(parts.pool, stored, { against, mapping }, tally)
    await breath()
  }
  const progress = { cursor: page.cursor, counts: tally.counts, samples: tally.samples }
  const client = await parts.pool.connect()
  try {
    await save(client, lease, progress, parts.leaseMs)
  } finally {
    client.release()
  }
  return progress
}

/** Lets the process answer others between two messages. */
const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
