import type { Pool } from 'pg'
import { signedHead } from '#core/evidence/anchor-line.ts'
import { waitMs } from '#flow/delivery/backoff.ts'
import { listAnchors, noteAcknowledged, noteNotTaken, readDueAnchors } from '#store/audit-anchors.ts'
import { readNewestHead } from '#store/audit-heads.ts'
import { listHeadKeys } from '#store/audit-keys.ts'
import { appendHeads } from './anchor-file.ts'

/** Posts one signed body; never throws for what the other side or the network can do. */
export type PostHead = (request: {
  readonly url: string
  readonly allow: readonly string[]
  readonly body: string
  readonly contentType: string
  readonly proof: { secret: string; token: null; messageId: string; timestamp: number }
  readonly signal: AbortSignal
}) => Promise<
  | { readonly kind: 'answered'; readonly body: string }
  | { readonly kind: 'failed'; readonly detail: string; readonly retryAfterMs?: number }
>

export interface AnchorParts {
  readonly pool: Pool
  readonly post: PostHead
  /** A file to which every head is added; none where it is absent. */
  readonly file?: string | undefined
  readonly now: () => number
}

/** Of what a receiver answers so much is kept. */
const ANSWER_MAX = 4096
/** So many receivers must have the newest head, or all where there are fewer. */
const RECEIVERS_ENOUGH = 2

/**
 * Gives the newest head to all who keep it outside of this database: the file, and each receiver that does not have it yet. Heads contain
 * one another, so a receiver that was off needs only the newest.
 * @returns whether enough of them have it now
 * @throws where the file cannot be written
 */
export async function anchorNewest(
  { pool, post, file, now }: AnchorParts,
  signal: AbortSignal,
): Promise<boolean> {
  const head = await readNewestHead(pool)
  if (!head) return true
  const publicKey = (await listHeadKeys(pool)).find(({ id }) => id === head.key)?.publicKey ?? ''
  const body = JSON.stringify({
    type: 'audit.head',
    timestamp: new Date(now()).toISOString(),
    data: signedHead(head, publicKey),
  })
  const due = await readDueAnchors(pool, head.number, now())
  await Promise.all(
    due.map(async ({ id, url, allowAddress, secret, attempts }) => {
      const proof = {
        secret,
        token: null,
        messageId: `head_${head.number}`,
        timestamp: Math.floor(now() / 1000),
      }
      const answer = await post({
        url,
        allow: allowAddress,
        body,
        contentType: 'application/json',
        proof,
        signal,
      })
      if (answer.kind === 'answered') await noteAcknowledged(pool, id, head, answer.body.slice(0, ANSWER_MAX))
      else if (!signal.aborted) {
        const wait = waitMs({ failures: attempts, random: Math.random(), retryAfterMs: answer.retryAfterMs })
        await noteNotTaken(pool, id, answer.detail, now() + wait)
      }
    }),
  )
  if (file !== undefined) await appendHeads(pool, file)
  const receivers = await listAnchors(pool)
  const having = receivers.filter(({ lastNumber }) => lastNumber >= head.number).length
  return having >= Math.min(RECEIVERS_ENOUGH, receivers.length)
}
