import type { Issue } from '#core/issue.ts'
import { REASONS } from '#core/mapping/reasons.ts'
import type { Body } from '#core/model/body.ts'
import { doubtfulAmounts } from '#core/model/doubtful-amount.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Status } from '#core/model/record.ts'

/** A record that came with its values made already, as it is taken, and what is doubtful about it. */
export interface Doubted {
  readonly body: Body
  readonly issues: Issue[]
}

/** Marks amounts that cannot be true, as mappings do; the record is taken. @param at place of the record in its message */
export function doubted(kind: Kind, body: Body, status: Status, at: string): Doubted {
  const found = doubtfulAmounts(kind, body, status === 'void')
  if (found.length === 0) return { body, issues: [] }
  const issues = found.map(({ path, value, doubt }): Issue => {
    const { reason, fix } = REASONS[doubt]
    return { path: `${at}${path}`, code: 'W_UNIT_SUSPECT', value, reason: reason.en, fix: fix.en }
  })
  return { body: { ...body, flags: [...new Set([...body.flags, 'W_UNIT_SUSPECT' as const])] }, issues }
}
