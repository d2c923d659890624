import type { Pool } from 'pg'
import type { SharingClass } from '#core/model/sharing.ts'
import type { Post } from '#flow/delivery/answer.ts'
import type { BackwardMapping } from '#flow/delivery/ports.ts'
import type { GivenFigures } from '#store/reconciliation-findings.ts'
import type { ReconciliationOutcome } from '#store/reconciliations.ts'

/** Kinds of which the source of a system counts more than the hub has, and those of which it counts fewer. */
export type ReadAnew = (
  system: string,
  gaps: { readonly missing: readonly string[]; readonly surplus: readonly string[] },
) => Promise<unknown>

export interface ReconcileParts {
  readonly pool: Pool
  readonly post: Post
  /** The backward mapping of a link; null where there is none of that name, or it has mistakes. */
  readonly mappingOf: (name: string, sees: readonly SharingClass[]) => BackwardMapping | null
  /** Whether the receiver that a mapping writes for has a protocol of its own. */
  readonly hasOwnProtocol: (mapping: string) => boolean
  /** Called when changes are to go over a link again. */
  readonly onResent: (link: string) => void
  /** What the source of a system counts, by kind and hour; null where it cannot be asked. @throws AdapterError */
  readonly sourceCounts?: (
    system: string,
    range: { readonly fromMs: number; readonly toMs: number },
    signal: AbortSignal,
  ) => Promise<GivenFigures[] | null>
  /** Reads anew what the source has and the hub has not. */
  readonly readAnew?: ReadAnew
  readonly clock?: () => number
  /** From 0 to below 1. */
  readonly random?: () => number
  readonly leaseMs?: number
  readonly settleMs?: number
  readonly log?: { error(facts: object, sentence: string): void }
}

/** Why a reconciliation cannot be done. */
export class CannotReconcile extends Error {
  readonly outcome: ReconciliationOutcome | null
  readonly problem: string | null
  constructor(detail: string, end: { outcome?: ReconciliationOutcome; problem?: string }) {
    super(detail)
    this.outcome = end.outcome ?? null
    this.problem = end.problem ?? null
  }
}
