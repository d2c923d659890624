import type { GraphCode } from '#core/lineage/codes.ts'
import type { Kind } from '#core/model/kinds.ts'

/**
 * What who gave goods on tells of that. Where he makes it void while the goods are stopped, others who say that they have them are not free of it; what somebody tells of goods that he himself had come
 * in, or made, is gone with his word.
 */
export const TELLS_WHO_GAVE: readonly Kind[] = ['sale', 'dispatch', 'document']
/** Records by which goods are somewhere. */
export const TELLS_OF_GOODS: ReadonlySet<Kind> = new Set<Kind>([
  'production',
  'transformation',
  'entry',
  'dispatch',
  'sale',
])

/** A code of a case and the step by which it was reached. */
interface Step {
  readonly code: GraphCode
  readonly viaCode: GraphCode | null
  readonly viaRecord: string | null
  readonly held: boolean
}

/** Lots that are held over a record that was made void since. */
export interface HeldAfterVoid {
  readonly records: readonly string[]
  readonly lots: readonly GraphCode[]
}

/** Those of the lots to which a record led that is void now, be it by way of others; null where there are none. */
export function heldAfterVoid(
  steps: readonly Step[],
  isVoid: (record: string) => boolean,
): HeldAfterVoid | null {
  const byCode = new Map(steps.map((step) => [step.code, step]))
  const records = new Set<string>()
  const lots = steps.flatMap((lot) => {
    if (!lot.held) return []
    const found = recordsBehind(lot, byCode).filter(isVoid)
    for (const record of found) records.add(record)
    return found.length > 0 ? lot.code : []
  })
  return lots.length === 0 ? null : { records: [...records].sort(), lots }
}

/** The records of the steps that led to a code. */
function recordsBehind(lot: Step, byCode: ReadonlyMap<GraphCode, Step>): string[] {
  const records: string[] = []
  const seen = new Set<GraphCode>()
  for (let at: Step | undefined = lot; at && !seen.has(at.code); ) {
    seen.add(at.code)
    if (at.viaRecord !== null) records.push(at.viaRecord)
    at = at.viaCode === null ? undefined : byCode.get(at.viaCode)
  }
  return records
}
