import type { Pool, PoolClient } from 'pg'
import { DAY_MS } from '#core/calendar.ts'
import { ruleIssues } from '#core/retention/erasure-rules.ts'
import { saltSecret } from '#store/audit-keys.ts'
import { inTransaction } from '#store/database.ts'
import { firstIdOf, timeOf } from '#store/message-time.ts'
import { readDueMessages, readDueRecords } from '#store/personal/due.ts'
import { countOldRefused, eraseOldRefused } from '#store/personal/due-refused.ts'
import { beginErasing, ERASED_MAX } from '#store/personal/erase.ts'
import { eraseMessages } from '#store/personal/erase-messages.ts'
import {
  beginReading,
  endReading,
  holdRule,
  noteReading,
  type ReadingStep,
  type RuleReading,
  type RunCounts,
} from '#store/personal/erasure-rules.ts'
import { eraseRecords, noteErased, versionsToErase } from './erase.ts'

/** Versions of the log, messages, and rejections of each sort in one transaction: it holds no more than this up. */
const VERSIONS = 500
const MESSAGES = 100
const REFUSED = 2000

const PARTS = ['records', 'messages', 'refused'] as const
type Part = (typeof PARTS)[number]

/** ISO text: what is older than this is old enough for a rule. */
export const oldEnough = (nowMs: number, afterDays: number): string =>
  new Date(nowMs - afterDays * DAY_MS).toISOString()

/**
 * One step of the reading of a rule, in one transaction: a set is erased, the log of evidence has it, and the rule says how far it is read, or nothing of
 * it. Who is killed between two steps goes on with the next. Null where the rule was ended.
 * @returns the part with which the next step goes on; `done` with the counts where the reading came to its end
 */
export function stepByRule(
  pool: Pool,
  id: string,
  { part, nowMs, salts }: { readonly part: Part; readonly nowMs: number; readonly salts: Buffer },
): Promise<Part | RunCounts | null> {
  return inTransaction(pool, async (client) => {
    await beginErasing(client)
    await beginReading(client, id)
    const rule = await holdRule(client, id)
    if (!rule) return null
    // What the law wants may be longer than when the rule was made.
    if (ruleIssues(rule).length > 0) throw new Error(`the erasure rule ${id} is shorter than the law wants`)
    const step = await STEPS[part](client, rule, { before: oldEnough(nowMs, rule.afterDays), salts })
    if (step) {
      await noteReading(client, rule, step)
      return part
    }
    const next = PARTS[PARTS.indexOf(part) + 1]
    if (next) return next
    const { left } = await countOldRefused(client, rule, oldEnough(nowMs, rule.afterDays))
    return await endReading(client, rule, left)
  })
}

interface StepParts {
  readonly before: string
  readonly salts: Buffer
}

/** A step of each part; null where nothing is left of it. */
const STEPS: Readonly<
  Record<Part, (client: PoolClient, rule: RuleReading, parts: StepParts) => Promise<ReadingStep | null>>
> = {
  async records(client, rule, { before, salts }) {
    if (!rule.classes.includes('records')) return null
    const { due, at, left, leftFrom } = await readDueRecords(client, rule, {
      after: rule.position,
      before,
      limit: VERSIONS,
      versionsMax: ERASED_MAX,
    })
    if (at === null) return null
    const rows = await versionsToErase(
      client,
      due.map((one) => one.id),
    )
    const erased = await eraseRecords(client, salts, {
      rows,
      messages: [...new Set(rows.map(({ message }) => message))],
      keepsShared: true,
    })
    await noteErased(client, erased, byRule(rule))
    return {
      position: at,
      positionLeft: leftFrom,
      left,
      records: erased.records,
      versions: erased.versions.length,
      messages: erased.messages.length,
    }
  },
  async messages(client, rule, { before, salts }) {
    if (!rule.classes.includes('messages')) return null
    const { due, at, left, leftFrom } = await readDueMessages(client, rule, {
      after: rule.message,
      before,
      limit: MESSAGES,
    })
    if (at === null) return null
    const messages = await eraseMessages(client, salts, due)
    await noteErased(client, { records: 0, versions: [], messages }, byRule(rule))
    const beforeLeft = leftFrom && firstIdOf(new Date(timeOf(leftFrom)).toISOString())
    return { message: at, messageLeft: beforeLeft, left, messages: messages.length }
  },
  async refused(client, rule, { before }) {
    const rejections = await eraseOldRefused(client, rule, { before, limit: REFUSED })
    return rejections === 0 ? null : { rejections }
  },
}

const byRule = ({ id, reason }: RuleReading) => ({ who: `rule ${id}`, reason })

/** Reads a rule to its end, or until the signal or `mayGoOn` says no. @returns the counts; null where it was broken off or the rule was ended */
export async function eraseByRule(
  pool: Pool,
  id: string,
  {
    nowMs,
    mayGoOn = async () => true,
  }: { readonly nowMs: number; readonly mayGoOn?: (began: number) => Promise<boolean> },
): Promise<RunCounts | null> {
  const salts = await saltSecret(pool)
  for (let part: Part = 'records'; ; ) {
    const began = performance.now()
    const came = await stepByRule(pool, id, { part, nowMs, salts })
    if (came === null || typeof came !== 'string') return came
    part = came
    if (!(await mayGoOn(began))) return null
  }
}
