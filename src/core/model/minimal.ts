import type { Body } from './body.ts'
import type { Kind } from './kinds.ts'

/** What a record cannot do without (§ minimal set): a part that is missing, and what a person would call it. */
export interface MissingPart {
  readonly part: 'occurredAt' | 'who' | 'what' | 'name'
  readonly reason: string
}

const some = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0

/**
 * The parts of the minimal set that a record lacks: a time, one of party or site, one of product, lot or document.
 * A party or a site needs a name or a code instead; a payment is attributed by its parties or sites and an amount;
 * a finding says itself what it is of.
 * Everything else may be missing: it is flagged, never a reason to reject.
 */
export function missingParts(kind: Kind, body: Body): MissingPart[] {
  if (kind === 'party' || kind === 'site') {
    return body.name || some(body.ids) ? [] : [{ part: 'name', reason: 'neither a name nor a code' }]
  }
  const missing: MissingPart[] = []
  if (kind === 'finding') return body.occurredAt ? [] : [{ part: 'occurredAt', reason: 'no readable time' }]
  if (!body.occurredAt) missing.push({ part: 'occurredAt', reason: 'no readable time' })
  if (!some(body.parties) && !some(body.sites))
    missing.push({ part: 'who', reason: 'neither a party nor a site' })
  const goods =
    body.product !== undefined ||
    some(body.lots) ||
    some(body.documents) ||
    body.input !== undefined ||
    body.output !== undefined ||
    ((kind === 'payment' || kind === 'inspection') && body.amount !== undefined) ||
    kind === 'inspection'
  if (!goods) missing.push({ part: 'what', reason: 'neither a product nor a lot nor a document' })
  return missing
}
