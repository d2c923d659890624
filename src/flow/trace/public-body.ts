import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { sharedRecord } from '#core/model/sharing.ts'
import { knownType } from './document-issue.ts'
import { publicName, publicNumber, publicParty, publicPlace, publicShop, publicStall } from './public-name.ts'

/** What the public view reads of a record, and nothing else. */
export interface PublicBody {
  /** Its fields of the sharing class `public`. */
  readonly seen: Partial<CanonicalRecord>
  /** Beyond that class: names of organisations where a label must name them, the stall’s number, and the record’s own certificate. */
  readonly place: string | undefined
  /** The place, where people buy there. */
  readonly shop: string | undefined
  readonly stall: string | undefined
  readonly producer: string | undefined
  readonly paper: { readonly type: string; readonly number: string } | undefined
}

/** A record as the public view may read it. */
export function publicBody({ kind, body }: TracedRecord): PublicBody {
  const seen = sharedRecord({ ...body, kind } as CanonicalRecord, ['public']) ?? {}
  const paper = kind === 'document' ? body.documents?.find(({ role }) => role === 'self') : undefined
  return {
    seen,
    place: publicPlace(body.sites),
    shop: publicShop(body.sites),
    // A hold names the stalls of all its goods, and those of others are no part of this path.
    stall: kind === 'hold' && stallsOf(body) > 1 ? undefined : publicStall(body.sites),
    producer: producerOf(body),
    paper: paper && { type: knownType(paper.type), number: publicNumber(paper.number) },
  }
}

const stallsOf = ({ sites = [] }: TracedRecord['body']): number =>
  sites.filter(({ role }) => role === 'stall').length

/** Who issued or produced, where that is an organisation; else the farm. */
function producerOf({ parties, sites }: TracedRecord['body']): string | undefined {
  const named = (['producer', 'issuer'] as const)
    .map((role) => publicParty(parties?.find((party) => party.role === role)))
    .find(Boolean)
  return named ?? publicName(sites?.find(({ role }) => role === 'farm')?.name)
}
