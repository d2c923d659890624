import { randomUUID } from 'node:crypto'
import type { ClientBase, Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Subject } from '#core/reference/describe.ts'
import { type CardDecision, insertDecision, readDecisions, undoDecision } from '#store/card-decisions.ts'
import { cardOf, readCodes } from '#store/card-pages.ts'
import { inTransaction } from '#store/database.ts'
import { lockFollower } from '#store/followers.ts'
import { CARDS } from './follow-cards.ts'
import { regroup } from './regroup.ts'

/** What a person wants: the code is of the party of this card too (join), or joins nothing by itself any more (part). */
export interface CodeWish {
  readonly subject: Subject
  /** Identifier of the card. */
  readonly card: string
  readonly verdict: 'join' | 'part'
  /** `<scheme>:<value>` */
  readonly code: string
  readonly reason: string
  readonly keyId: string | null
}

/** Joins or parts a code, and works the cards out anew. Throws where there is no such card or code, or where it is decided already. */
export async function decideCode(pool: Pool, wish: CodeWish): Promise<CardDecision> {
  const { subject, verdict, code, reason, keyId } = wish
  return await underLock(pool, async (client) => {
    const card = await cardOf(client, subject, wish.card)
    if (card === null) throw new HubError('not_found', { detail: `${subject} ${wish.card}` })
    const [row] = await readCodes(client, subject, [code])
    if (!row) throw refused('/value', 'no record names this code')
    if (verdict === 'part' && row.card !== card.id)
      throw refused('/value', 'the code does not stand on this card')
    if (verdict === 'join' && row.card === card.id)
      throw new HubError('conflict', { detail: 'the code stands on this card already' })
    const decisions = await readDecisions(client, subject, [code])
    if (verdict === 'part' && decisions.some((one) => one.verdict === 'part' && one.code === code))
      throw new HubError('conflict', { detail: 'the code is parted already' })
    const other = verdict === 'join' ? card.code : null
    const decision = await insertDecision(client, subject, {
      id: randomUUID(),
      verdict,
      code,
      other,
      reason,
      key: keyId,
    })
    await regroup(client, subject, other === null ? [code] : [code, other], { decision: decision.id })
    return decision
  })
}

/** Takes a decision back; the cards become what records and the other decisions say. Throws where it is not in force. */
export async function undoCodeDecision(
  pool: Pool,
  wish: { readonly subject: Subject; readonly decision: string; readonly keyId: string | null },
): Promise<void> {
  const { subject } = wish
  await underLock(pool, async (client) => {
    const undone = await undoDecision(client, subject, wish.decision, wish.keyId)
    if (!undone) throw new HubError('not_found', { detail: `decision ${wish.decision}` })
    const { code, other } = undone
    // The codes that records name beside it have cards of their own now; they are found by way of what is named together.
    await regroup(client, subject, other === null ? [code] : [code, other], { decision: undone.id })
  })
}

const underLock = <T>(pool: Pool, work: (client: ClientBase) => Promise<T>): Promise<T> =>
  inTransaction(pool, async (client) => {
    await lockFollower(client, CARDS, { wait: true })
    return await work(client)
  })

const refused = (path: string, reason: string): HubError =>
  new HubError('invalid_request', { issues: [{ path, code: 'E_SCHEMA', reason }] })
