import { randomUUID } from 'node:crypto'
import { disposalMethod } from '#core/cases/disposal-method.ts'
import { HubError } from '#core/errors.ts'
import { tellingRecord } from '#core/lineage/describe-node.ts'
import { ORDERED } from '#core/model/masked-texts.ts'
import { rootsOf } from '#flow/trace/roots.ts'
import { findCaseRequest, insertCaseEvent, readCaseEvents } from '#store/case-events.ts'
import { replaceCaseLots } from '#store/case-lots.ts'
import { insertCase, lockCase, lockOrdered } from '#store/cases.ts'
import { inTransaction } from '#store/database.ts'
import { readHubId } from '#store/hub-identity.ts'
import { readMentions } from '#store/lots.ts'
import { applyEvent } from './apply.ts'
import { baseOf, testedRow } from './open-case.ts'
import { knownOf } from './possible-events.ts'
import { isRepeat, requestOf, type Said } from './said-twice.ts'
import { type SettleParts, settleCase } from './settle.ts'

const RECORDS_PER_CODE = 20

/** What an official orders without a test. */
export interface Stop {
  /** Whatever leads to the goods in a trace: the code of a lot in any of its forms, the number of a paper, an ear tag, a graph code. */
  readonly code: string
  readonly reason: string
  readonly who: string
  readonly systems: readonly string[]
  readonly nowMs: number
}

/**
 * Opens a case for goods that an official stops. HubError `not_found` where no record mentions the code, `conflict` where it means several things: the
 * graph code chooses; and where an official stopped these goods already.
 */
export async function openByOfficial(parts: SettleParts, stop: Stop): Promise<string> {
  const { pool } = parts
  const { code, reason, who, systems, nowMs } = stop
  const { roots: known } = await rootsOf(pool, code, systems, null)
  const [found] = known as readonly [string]
  if (known.length > 1)
    throw new HubError('conflict', {
      detail: `the code means several things: ${known.join(', ')}; send one of these`,
      fix: 'Send one of "candidates" as "code".',
      members: { candidates: known },
    })
  const id = randomUUID()
  const hub = await readHubId(pool)
  const now = new Date(nowMs).toISOString()
  await inTransaction(pool, async (client) => {
    // Sent twice, it would have to be ended twice.
    const ordered = await lockOrdered(client, found)
    if (ordered !== null)
      throw new HubError('conflict', {
        detail: `these goods are stopped already, by case ${ordered}`,
        fix: 'Read that case, and say there what comes next: GET /v1/cases/{id}, POST /v1/cases/{id}/events.',
        members: { case: ordered },
      })
    const { records } = await readMentions(client, [found], { at: null, perCode: RECORDS_PER_CODE })
    const body = tellingRecord(found, records.get(found) ?? [])?.body ?? { flags: [] }
    await insertCase(client, {
      ...baseOf(body, 'held', { id, hub, openedAt: now, toldAt: now }),
      ...{ openedBy: 'official', testId: null, code: found, reason, whos: [], whats: [] },
      cause: `${ORDERED} ${reason}`.slice(0, 300),
    })
    await insertCaseEvent(client, id, {
      ...{ event: 'opened', fromState: null, toState: 'held', at: now, actor: who },
      ...{ mass: null, heldMass: null, method: null, note: reason, recordId: null, version: null },
    })
    await replaceCaseLots(client, id, [testedRow(found)])
  })
  await settleCase(parts, id)
  return id
}

/**
 * Lets an official move a case. What he sends again under the same key happened already and is not done twice; HubError `idempotency_conflict` where he sent something
 * else under it, `not_found`, and `wrong_state` with every reason, as `refusals`, where it may not happen.
 */
export async function sayOfCase(
  parts: SettleParts,
  id: string,
  said: Said,
  by: { readonly who: string; readonly nowMs: number; readonly idempotencyKey?: string },
): Promise<void> {
  const { who, nowMs, idempotencyKey } = by
  const atMs = said.at === undefined ? nowMs : Date.parse(said.at)
  const { event, quantity, note } = said
  // A word that is no method of a disposal says none: it is refused as that, with those that there are.
  const method = event === 'dispose' && said.method !== undefined ? disposalMethod(said.method) : said.method
  const request = requestOf(said, idempotencyKey)
  const refusals = await inTransaction(parts.pool, async (client) => {
    if (!(await lockCase(client, id))) return 'unknown'
    if (request) {
      const before = await findCaseRequest(client, id, who, request.key)
      if (before?.equals(request.sha256)) return null
      if (before) throw new HubError('idempotency_conflict')
    }
    const isRepeated =
      !request && isRepeat(await readCaseEvents(client, id), { ...said, method }, { who, nowMs })
    const known = await knownOf(client, id, event)
    return await applyEvent(
      client,
      id,
      { event, atMs, nowMs, by: 'official', quantity, method, note, isRepeated, ...known },
      { actor: who, request },
    )
  })
  if (refusals === 'unknown') throw new HubError('not_found', { detail: `case ${id}` })
  if (refusals)
    throw new HubError('wrong_state', {
      detail: refusals.map(({ code, reason }) => `${code}: ${reason}`).join('; '),
      members: { refusals },
    })
  // What is broken off here is made good by the schedule.
  await settleCase(parts, id)
}
