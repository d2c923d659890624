import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { hourOf, spanOf, yesterdayOf } from '#core/reconcile/hour.ts'
import { PULLS } from '#flow/delivery/pulled.ts'
import { messageId } from '#flow/intake/message-id.ts'
import { inTransaction } from '#store/database.ts'
import { readLink } from '#store/links.ts'
import { insertGivenFigures, insertGivenKeys } from '#store/reconciliation-findings.ts'
import {
  countOpenReconciliations,
  insertReconciliation,
  type NewReconciliation,
  type Reconciliation,
} from '#store/reconciliations.ts'
import type { Given } from './read-given.ts'

/** What is asked for. Times are days (`2024-04-15`) or hours (`2024-04-15T03`) of China, both ends included. */
export interface ReconciliationWish {
  readonly link?: string
  readonly system?: string
  /** Without it: yesterday. */
  readonly from?: string
  /** Without it: the end of `from`. */
  readonly to?: string
  /** Records whose event has no time are compared too. */
  readonly untimed?: boolean
  readonly resend?: boolean
}

/** Of one link or system: each may hold a hundred thousand keys. */
const OPEN_MAX = 10
const BUSY_MS = 30_000
const DAYS_MAX = 31
const DAY_MS = 86_400_000
const GIVEN_AT_ONCE = 5000

/**
 * Notes a reconciliation, with what the other side is said to have.
 * @throws HubError for a link or system that there is not, or times that make no sense
 */
export async function createReconciliation(
  parts: { readonly pool: Pool; readonly clock: () => number; readonly isSystem: (id: string) => boolean },
  wish: ReconciliationWish,
  given: Given | null,
  who: string,
): Promise<Reconciliation> {
  const { link, system } = wish
  if ((link === undefined) === (system === undefined))
    throw invalid([{ path: '/link', code: 'E_SCHEMA', reason: 'either a link or a system is compared' }])
  const ofLink = link === undefined ? null : await readLink(parts.pool, link)
  if (link !== undefined && !ofLink) throw new HubError('not_found', { detail: `link ${link}` })
  if (ofLink?.url === null && wish.resend) throw invalid([{ ...PULLS, path: '/resend' }])
  if (system !== undefined && !parts.isSystem(system))
    throw new HubError('unknown_system', { detail: system })
  const hours = hoursOf(wish, parts.clock())
  const one: NewReconciliation = {
    id: messageId(parts.clock()),
    linkId: link ?? null,
    system: system ?? null,
    daily: null,
    ...hours,
    untimed: wish.untimed ?? false,
    side: given?.side ?? (link === undefined ? 'none' : 'receiver'),
    grain: given?.side === 'figures' ? given.grain : [],
    resend: wish.resend ?? false,
    who,
  }
  if ((await countOpenReconciliations(parts.pool, one)) >= OPEN_MAX)
    throw new HubError('busy', {
      detail: `${OPEN_MAX} reconciliations of it are under way`,
      retryAfterMs: BUSY_MS,
    })
  return await inTransaction(parts.pool, async (client) => {
    const made = await insertReconciliation(client, one)
    if (!made) throw new Error('a reconciliation was not stored')
    if (given?.side === 'figures')
      for (const page of pages(given.figures)) await insertGivenFigures(client, one.id, page)
    if (given?.side === 'keys')
      for (const page of pages(given.keys)) await insertGivenKeys(client, one.id, page)
    return made
  })
}

function hoursOf(
  { from, to }: ReconciliationWish,
  nowMs: number,
): { readonly fromHour: string; readonly toHour: string } {
  const first = from ?? to ?? yesterdayOf(nowMs)
  const begin = spanOf(first)
  const end = spanOf(to ?? first)
  const issues: Issue[] = []
  const add = (path: string, reason: string): void => void issues.push({ path, code: 'E_SCHEMA', reason })
  if (!begin) add('/from', 'a day such as 2024-04-15 or an hour such as 2024-04-15T03')
  if (!end) add('/to', 'a day such as 2024-04-15 or an hour such as 2024-04-15T03')
  if (begin && end && end.toMs <= begin.fromMs) add('/to', 'not before "from"')
  if (begin && end && end.toMs - begin.fromMs > DAYS_MAX * DAY_MS)
    add('/to', `at most ${DAYS_MAX} days at once`)
  if (!begin || !end || issues.length > 0) throw invalid(issues)
  return { fromHour: hourOf(begin.fromMs), toHour: hourOf(end.toMs) }
}

function* pages<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += GIVEN_AT_ONCE) yield rows.slice(at, at + GIVEN_AT_ONCE)
}

const invalid = (issues: readonly Issue[]): HubError => new HubError('invalid_request', { issues })
