import { chinaDay } from '#core/dates/china-day.ts'
import type { GraphCode } from '#core/lineage/codes.ts'
import { recordCode } from '#core/lineage/codes.ts'
import { lotsBeside, mentionOf } from '#core/lineage/mentions.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import { measured } from './goods-move.ts'
import { codedPlace } from './goods-site.ts'
import type { LotFact, LotFlow } from './lot-balance.ts'

/** A fact of a lot with the record that tells it. */
export interface ToldFact extends LotFact {
  readonly record: string
  readonly beside: readonly GraphCode[]
  readonly version: number
  readonly kind: string
  readonly day: string | null
}

/** What one record says of the goods of a code; nothing where it is void, or says nothing that goes in or out. */
export function lotFacts(code: GraphCode, record: TracedRecord): ToldFact[] {
  if (record.status !== 'active') return []
  const { kind, id, body } = record
  const role = mentionOf(body, code)?.role ?? (recordCode(kind, id, body) === code ? 'subject' : undefined)
  const told = role === undefined ? null : flowOf(record, role)
  if (role === undefined || told === null) return []
  return [fact(record, told.flow, told.part, lotsBeside(body, code, role))]
}

/** What a record tells of goods that flowed in a way that is known otherwise, such as a ticket that was matched to the lot. */
export function fact(
  record: TracedRecord,
  flow: LotFlow,
  part: Parameters<typeof measured>[0],
  beside: readonly GraphCode[] = [],
): ToldFact {
  const { id, version, kind, system, body } = record
  return {
    flow,
    record: id,
    version,
    kind,
    system,
    beside,
    place: codedPlace(body),
    day: body.occurredAt ? chinaDay(body.occurredAt.at) : null,
    ...measured(part, body.refund === true),
  }
}

type Told = { readonly flow: LotFlow; readonly part: Parameters<typeof measured>[0] }

function flowOf({ kind, body }: TracedRecord, role: string): Told | null {
  switch (kind) {
    case 'production':
      return role === 'subject' && body.productionKind !== 'planting' ? { flow: 'made', part: body } : null
    case 'transformation':
      if (role === 'input') return { flow: 'used', part: body.input ?? {} }
      return role === 'output' ? { flow: 'made', part: body.output ?? {} } : null
    case 'entry':
      if (body.admission?.startsWith('refused')) return null
      if (role === 'subject') return { flow: 'entered', part: body }
      return role === 'source' ? { flow: 'taken', part: body } : null
    case 'dispatch':
      if (role === 'source') return { flow: 'sent', part: body }
      return role === 'subject' ? { flow: isMade(body) ? 'made' : 'sent', part: body } : null
    case 'sale':
      return role === 'subject' || role === 'source' ? { flow: 'sold', part: body } : null
    case 'disposal':
      return role === 'subject'
        ? { flow: body.disposalKind === 'returned' ? 'returned' : 'lost', part: body }
        : null
    default:
      return null
  }
}

/** What a farm sends off, and what is made of other lots, is a new lot. */
const isMade = ({ sites = [], lots = [] }: Body): boolean =>
  sites.some(({ role }) => role === 'farm') || lots.some(({ role }) => role === 'source')
