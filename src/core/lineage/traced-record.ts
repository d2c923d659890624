import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Status } from '#core/model/record.ts'
import type { GraphCode } from './codes.ts'
import type { EdgeRule } from './edges.ts'
import type { MatchRule } from './matching.ts'

/** A version of a record as the graph needs it: the newest, or the newest as of a time. */
export interface TracedRecord {
  readonly id: string
  readonly version: number
  readonly kind: Kind
  readonly system: string
  readonly status: Status
  /** ISO text in UTC. */
  readonly receivedAt: string
  readonly body: Body
}

/**
 * How a link was found: by one of the rules that a single record follows, or because a lot came in under the paper that a
 * transformation of the same system used up, or because two records likely tell of the same goods.
 */
export type LinkRule = EdgeRule | MatchRule | 'entered'

/** A link that counts: the version of the record that says so is the newest, and active. */
export interface Link {
  readonly from: GraphCode
  readonly to: GraphCode
  readonly recordId: string
  readonly version: number
  readonly kind: Kind
  readonly system: string
  readonly rule: LinkRule
  readonly confidence: number
  readonly quantity: string | null
  readonly unit: string | null
  /** ISO text in UTC. */
  readonly occurredAt: string | null
  /** Where two records together say so: the one of the end that the link comes from. */
  readonly withRecord: string | null
}

/** Where a walk over the links came to. */
export interface ReachedNode {
  readonly code: GraphCode
  readonly depth: number
  readonly relation: 'root' | 'back' | 'forward'
}

/** Identity of a link: the same link may be found from both of its ends. */
export const linkKey = (link: Pick<Link, 'from' | 'to' | 'recordId' | 'rule' | 'withRecord'>): string =>
  `${link.from}\n${link.to}\n${link.rule}\n${link.recordId}\n${link.withRecord}`
