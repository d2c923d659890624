import type { Pool, PoolClient } from 'pg'
import { countResults } from '#core/receipt.ts'
import type { SourceValue } from '#core/source.ts'
import { advanceChannel, type ChannelStep } from '#store/channels.ts'
import { ACCEPT_FITTING_CLAIMS, insertClaims } from '#store/claims.ts'
import { writeConfirmedOrders } from '#store/confirmed-orders.ts'
import { isConflict } from '#store/database-errors.ts'
import type { Head } from '#store/heads.ts'
import { insertIdempotencyKeys } from '#store/idempotency-keys.ts'
import {
  copyEdges,
  copyMessages,
  copyVersions,
  LOCK_POSITIONS,
  type MessageRow,
  REFUSE_CROSSED_VOIDS,
  retireEdges,
} from '#store/intake.ts'
import { insertNonces } from '#store/message-nonces.ts'
import { copyPeerVersions, REFUSE_CROSSED_VERSIONS } from '#store/peer-versions.ts'
import { insertRejections } from '#store/rejections.ts'
import { type Restoration, restorationOf } from '#store/restorations.ts'
import { type ToldWhole, writeWholes } from '#store/wholes.ts'
import { type WriteStep, writeTogether } from '#store/write-together.ts'
import { type Dangling, markDangling, writeWaits } from './dangling.ts'
import { decideMessage } from './decide.ts'
import { readKnown } from './known.ts'
import { type Decision, noDecision } from './known-records.ts'
import { completeEarlier, keepParts, type MessageParts, type Parted, readParts, told } from './parts.ts'
import type { PreparedMessage } from './prepared.ts'
import { rejectionRows } from './rejection-rows.ts'
import { type KeyedCompleted, type KeyedResult, writeResults } from './results-text.ts'
import { writeWaiting } from './waiting.ts'
import { toldWholes } from './wholes.ts'

/** A prepared message with what is stored beside its records. */
export interface IntakeMessage extends PreparedMessage {
  readonly bytes: Uint8Array
  readonly contentType: string
  readonly encoding: string
  readonly keyId: string | null
  readonly idempotencyKey: string | undefined
  /** Its id, where it was signed. */
  readonly nonce?: string | undefined
  /** The channel that read it, and its state behind it. */
  readonly channel?: ChannelStep
  readonly rejectedValues: ReadonlyMap<number, SourceValue>
  /** Whether its records refer to lots that must have a record of their own. */
  readonly expectsLots: boolean
  /** What of it may be joined with parts of other messages. Such a message is a group of its own. */
  readonly parts?: MessageParts | undefined
}

/** What became of a message. */
export interface WrittenMessage {
  readonly results: readonly KeyedResult[]
  /** Source records of earlier messages that it completed. */
  readonly completed: readonly KeyedCompleted[]
}

/** The steps that keep, in the same transaction, what became of the messages. */
export type Keeping = (
  messages: readonly IntakeMessage[],
  results: readonly (readonly KeyedResult[])[],
  client: PoolClient,
) => readonly WriteStep[]

const ATTEMPTS = 4

/**
 * Writes a group of messages in one transaction and gives the results of each. The promise settles after COMMIT.
 * What is known is read before the transaction; two writers that make the same next version of a record collide on its key, and a
 * void that crosses its original is seen under the lock: the loser reads again and decides anew.
 * @param turn settles when what must come before is committed. Meanwhile it is read and decided, so the group must touch no record that comes before;
 *   where it rejects, nothing is written, and this rejects with the same
 */
export async function writeGroup(
  pool: Pool,
  messages: readonly IntakeMessage[],
  keep: Keeping = keepMessages,
  turn: Promise<unknown> = NOW,
): Promise<WrittenMessage[]> {
  // Whether a lot has a record, and what completes a part, depends on records that the group does not name.
  if (messages.some(({ parts, expectsLots }) => parts || expectsLots)) await turn
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      const restoration = await restorationOf(pool, client)
      const [first] = messages
      if (first?.parts) return [await joinAndWrite(client, first, first.parts, { keep, restoration })]
      return await decideAndWrite(client, messages, { keep, restoration, parted: null, turn })
    } catch (error) {
      broken = await rollBack(client)
      if (!isConflict(error) || attempt === ATTEMPTS) throw error
    } finally {
      client.release(broken)
    }
  }
}

/** A message with parts: what it is missing, and what others miss, is looked up under a lock that is held until COMMIT. */
async function joinAndWrite(
  client: PoolClient,
  message: IntakeMessage,
  parts: MessageParts,
  given: Pick<Deciding, 'keep' | 'restoration'>,
): Promise<WrittenMessage> {
  await client.query('begin')
  const parted = await readParts(client, message, parts)
  const [written] = await decideAndWrite(client, [parted.message], { ...given, parted, turn: NOW })
  return written as WrittenMessage
}

const NOW: Promise<void> = Promise.resolve()

interface Deciding {
  readonly keep: Keeping
  readonly restoration: Restoration | null
  readonly parted: Parted | null
  readonly turn: Promise<unknown>
}

async function decideAndWrite(
  client: PoolClient,
  given: readonly IntakeMessage[],
  { keep, restoration, parted, turn }: Deciding,
): Promise<WrittenMessage[]> {
  const earlier = parted?.earlier ?? []
  const dangling = given.some(({ expectsLots }) => expectsLots)
    ? await markDangling(client, given, earlier)
    : null
  const messages = dangling?.messages ?? given
  const known = await readKnown(client, parted ? [...earlier, ...messages] : messages, restoration)
  const decision = noDecision()
  // What came first is decided first: a detail that waited is older than the message that brought its base.
  const completed = parted ? await completeEarlier(client, dangling?.earlier ?? earlier, known, decision) : []
  const results = messages.map((message) => decideMessage(message, known, decision))
  const versions: WriteStep[] = decision.versions.length
    ? [
        LOCK_POSITIONS,
        copyVersions(client, decision.versions),
        ...retireEdges(decision.versions),
        ...peerSteps(decision),
        REFUSE_CROSSED_VOIDS,
      ]
    : []
  const kept = keep(messages, results, client)
  const edges = copyEdges(decision.edges)
  await turn
  const begun = await writeRare(client, messages, results, decision, {
    isBegun: parted !== null,
    waits: dangling && { dangling, heads: known.heads },
    wholes: toldWholes(known),
  })
  if (parted) {
    await writeTogether(client, kept)
    await keepParts(client, parted, completed)
  }
  await writeTogether(client, [
    ...(begun ? [] : ['begin']),
    ...(parted ? [] : kept),
    edges,
    ...versions,
    'commit',
  ])
  return results.map((own) => ({ results: own, completed: told(completed) }))
}

const peerSteps = ({ peerVersions }: Decision): WriteStep[] =>
  peerVersions.length > 0
    ? [copyPeerVersions(peerVersions), REFUSE_CROSSED_VERSIONS, ACCEPT_FITTING_CLAIMS]
    : []

/** What most groups do not have: keys, rejections, voids that wait. Begins the transaction when there is any of it. */
async function writeRare(
  client: PoolClient,
  messages: readonly IntakeMessage[],
  results: readonly KeyedResult[][],
  { newWaiting, applied, confirmed, claims }: Decision,
  {
    isBegun,
    waits,
    wholes,
  }: { readonly isBegun: boolean; readonly waits: Waits | null; readonly wholes: readonly ToldWhole[] },
): Promise<boolean> {
  const keyed = messages.filter(({ idempotencyKey }) => idempotencyKey !== undefined)
  const signed = messages.filter(({ nonce }) => nonce !== undefined)
  const read = messages.some(({ channel }) => channel !== undefined)
  const rejections = rejectionRows(messages, results)
  const rare = [keyed, signed, rejections, newWaiting, applied, claims, wholes]
  const count = rare.reduce((sum, { length }) => sum + length, confirmed.size)
  if (count === 0 && waits === null && !read) return isBegun
  if (!isBegun) await client.query('begin')
  await insertIdempotencyKeys(client, keyed)
  await insertNonces(client, signed)
  await insertRejections(client, rejections)
  await insertClaims(client, claims)
  if (waits) await writeWaits(client, waits.dangling, waits.heads)
  await writeWaiting(client, newWaiting, applied)
  if (confirmed.size > 0) await writeConfirmedOrders(client, [...confirmed.values()])
  if (wholes.length > 0) await writeWholes(client, wholes)
  if (read) await advanceChannels(client, messages, results)
  return true
}

/** Of a channel one message at a time is under way, so two transactions never wait for each other here. */
async function advanceChannels(
  client: PoolClient,
  messages: readonly IntakeMessage[],
  results: readonly KeyedResult[][],
): Promise<void> {
  for (const [i, { channel }] of messages.entries()) {
    if (!channel) continue
    const { received, rejected } = countResults(results[i] as KeyedResult[])
    await advanceChannel(client, channel, { received, rejected, refused: 0 })
  }
}

interface Waits {
  readonly dangling: Dangling
  readonly heads: ReadonlyMap<string, Head>
}

async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const keepMessages: Keeping = (messages, results, client) => [
  copyMessages(
    client,
    messages.map((message, i) => messageRow(message, results[i] as KeyedResult[])),
  ),
]

const messageRow = (message: IntakeMessage, results: readonly KeyedResult[]): MessageRow => ({
  ...message,
  ...countResults(results),
  state: 'done',
  results: writeResults(results),
  problem: null,
})
