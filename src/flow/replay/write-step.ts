import type { Pool, PoolClient } from 'pg'
import { decideMessage } from '#flow/intake/decide.ts'
import { readKnown } from '#flow/intake/known.ts'
import { type Decision, noDecision } from '#flow/intake/known-records.ts'
import { rejectionRow } from '#flow/intake/rejection-rows.ts'
import type { KeyedResult } from '#flow/intake/results-text.ts'
import { writeWaiting } from '#flow/intake/waiting.ts'
import { toldWholes } from '#flow/intake/wholes.ts'
import { insertClaims } from '#store/claims.ts'
import { writeConfirmedOrders } from '#store/confirmed-orders.ts'
import { isConflict } from '#store/database-errors.ts'
import { readBodies } from '#store/heads.ts'
import { copyEdges, copyVersions, LOCK_POSITIONS, REFUSE_CROSSED_VOIDS, retireEdges } from '#store/intake.ts'
import { findOpenRejections, mendRejections, restateRejections } from '#store/rejections.ts'
import { type ReplayInside, type ReplayLease, type ReplayProgress, saveProgress } from '#store/replays.ts'
import { type Restoration, restorationOf } from '#store/restorations.ts'
import { writeWholes } from '#store/wholes.ts'
import { type WriteStep, writeTogether } from '#store/write-together.ts'
import { type Judged, judge, judgeUnread, sampleOf } from './judge.ts'
import type { ReplayMessage } from './read-message.ts'
import { type ReplaySample, type Tally, tallyFrom } from './tally.ts'

/** Another worker has gone on with the replay. */
export class LostLease extends Error {}

const ATTEMPTS = 4

/** What one transaction of a replay does. */
export interface ReplayWrite {
  /** Messages, or one part of a large one. */
  readonly messages: readonly ReplayMessage[]
  /** Messages that are done with it. */
  readonly done: number
  readonly cursor: string | null
  readonly inside: ReplayInside | null
}

/**
 * Decides messages that were mapped anew, and for an apply writes what became of them, in one transaction with the progress. A worker
 * that is killed leaves it done or not begun.
 */
export async function writeStep(
  { pool, leaseMs }: { readonly pool: Pool; readonly leaseMs: number },
  lease: ReplayLease,
  before: ReplayProgress,
  write: ReplayWrite,
): Promise<ReplayProgress> {
  const { cursor, inside } = write
  for (let attempt = 1; ; attempt++) {
    const tally = tallyFrom(before.counts, before.samples as readonly ReplaySample[])
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      const progress = (): ReplayProgress => ({
        cursor,
        inside,
        counts: tally.counts,
        samples: tally.samples,
      })
      const restoration = await restorationOf(pool, client)
      await decideAndWrite(client, { leaseMs, restoration }, lease, write, tally, progress)
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
  { leaseMs, restoration }: { readonly leaseMs: number; readonly restoration: Restoration | null },
  lease: ReplayLease,
  { messages, done }: ReplayWrite,
  tally: Tally,
  progress: () => ReplayProgress,
): Promise<void> {
  const readable = messages.filter(({ refused }) => !refused)
  for (const message of messages) message.keptOut.clear()
  const prepared = readable.map((message) => message.prepared)
  const known = await readKnown(client, prepared, restoration)
  const decision = noDecision()
  const results = prepared.map((message) => decideMessage(message, known, decision))
  const open = await findOpenRejections(
    client,
    readable.flatMap(({ rejections }) => [...rejections.values()]),
  )
  const judged = readable.map((message, m) => judge(message, results[m] as KeyedResult[], open))
  await sampled(client, readable, judged, decision, tally)
  for (const { stored, told, refused } of messages)
    if (refused) judgeUnread(stored, told.values(), refused, tally)
  tally.count('messages', done)
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
  if (decision.confirmed.size > 0) await writeConfirmedOrders(client, [...decision.confirmed.values()])
  const wholes = toldWholes(known)
  if (wholes.length > 0) await writeWholes(client, wholes)
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

/** Saves how far a replay is. @throws LostLease */
export async function save(
  client: Pool | PoolClient,
  lease: Pick<ReplayLease, 'id' | 'fence'>,
  progress: ReplayProgress,
  leaseMs: number,
): Promise<void> {
  if (!(await saveProgress(client, lease, progress, leaseMs))) throw new LostLease()
}
