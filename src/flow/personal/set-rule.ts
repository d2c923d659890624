import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { type ErasureScope, ruleIssues } from '#core/retention/erasure-rules.ts'
import { readDueMessages, readDueRecords } from '#store/personal/due.ts'
import { countOldRefused } from '#store/personal/due-refused.ts'
import { ERASED_MAX } from '#store/personal/erase.ts'
import { createErasureRule, type ErasureRule, type NewErasureRule } from '#store/personal/erasure-rules.ts'
import { readSystemIds } from '#store/systems.ts'
import { oldEnough } from './erase-by-rule.ts'

/** Sets a rule; the next night reads it first. @throws {HubError} `invalid_request` where the law wants more, or it names what is not there */
export async function setErasureRule(pool: Pool, rule: NewErasureRule, who: string): Promise<ErasureRule> {
  await mustBeAllowed(pool, rule)
  return await createErasureRule(pool, rule, who)
}

/** What a rule would erase if it were read now. */
export interface RulePreview {
  readonly records: number
  /** By the class `messages`; the messages that brought the records go with them in any case. */
  readonly messages: number
  readonly rejections: number
  /** What is old enough and has to stay. */
  readonly left: number
  /** False: there was no time to count to the end, and it is at least so much. */
  readonly complete: boolean
}

const PAGE = 2000

/** Counts what a rule would erase, in pages, until a time of the clock. Writes nothing. */
export async function previewRule(
  pool: Pool,
  scope: ErasureScope,
  { nowMs, mayGoOn }: { readonly nowMs: number; readonly mayGoOn: () => boolean },
): Promise<RulePreview> {
  await mustBeAllowed(pool, scope)
  const before = oldEnough(nowMs, scope.afterDays)
  const counted = { records: 0, messages: 0, left: 0, complete: true }
  const count = async (
    name: 'records' | 'messages',
    first: string,
    read: (after: string) => Promise<{
      readonly due: readonly unknown[]
      readonly left: number
      readonly at: string | null
    }>,
  ): Promise<void> => {
    for (let after: string | null = scope.classes.includes(name) ? first : null; after !== null; ) {
      if (!mayGoOn()) {
        counted.complete = false
        return
      }
      const { due, left, at } = await read(after)
      counted[name] += due.length
      counted.left += left
      after = at
    }
  }
  await count('records', '0', (after) =>
    readDueRecords(pool, scope, { after, before, limit: PAGE, versionsMax: ERASED_MAX }),
  )
  await count('messages', NIL, (after) => readDueMessages(pool, scope, { after, before, limit: PAGE }))
  const { due: rejections, left } = await countOldRefused(pool, scope, before)
  return { ...counted, rejections, left: counted.left + left }
}
const NIL = '00000000-0000-0000-0000-000000000000'

async function mustBeAllowed(pool: Pool, scope: ErasureScope): Promise<void> {
  const issues: Issue[] = ruleIssues(scope)
  const known = scope.systems ? new Set(await readSystemIds(pool)) : new Set()
  for (const [i, value] of (scope.systems ?? []).entries())
    if (!known.has(value))
      issues.push({ path: `/systems/${i}`, code: 'E_SCHEMA', value, reason: 'no such system' })
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
}
