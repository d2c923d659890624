import type { Link, LinkRule } from '#core/lineage/traced-record.ts'
import type { Kind } from '#core/model/kinds.ts'
import { instantText } from './column-types.ts'

/**
 * Links as one row that has each column as a JSON list, in the order in which a function gives them. A walk has thousands: as rows of eleven texts they
 * took three times as long to read.
 */
export const LINK_COLUMNS = `json_agg(step) as steps, json_agg(from_code) as froms, json_agg(to_code) as tos, json_agg(record_id) as records,
  json_agg(version) as versions, json_agg(rule) as rules, json_agg(confidence) as confidences, json_agg(quantity::text) as quantities,
  json_agg(unit) as units, json_agg(occurred_at::text) as times, json_agg(with_record) as withs`

/** Null in the place of each list where there is no link. */
export interface LinkColumns {
  readonly steps: readonly (number | null)[] | null
  readonly froms: readonly string[]
  readonly tos: readonly string[]
  readonly records: readonly string[]
  readonly versions: readonly number[]
  readonly rules: readonly LinkRule[]
  readonly confidences: readonly number[]
  readonly quantities: readonly (string | null)[]
  readonly units: readonly (string | null)[]
  readonly times: readonly (string | null)[]
  readonly withs: readonly (string | null)[]
}

/** The links of the columns, in their order. */
export function linksOf(columns: LinkColumns): Link[] {
  const links: Link[] = []
  // Links of one record stand together as a rule, and are told alike.
  let last: Link | undefined
  for (let i = 0; i < (columns.steps?.length ?? 0); i++) {
    const recordId = columns.records[i] as string
    const time = columns.times[i] as string | null
    const { kind, system } = last?.recordId === recordId ? last : namesIn(recordId)
    last = {
      from: columns.froms[i] as string,
      to: columns.tos[i] as string,
      recordId,
      version: columns.versions[i] as number,
      kind,
      system,
      rule: columns.rules[i] as LinkRule,
      confidence: columns.confidences[i] as number,
      quantity: columns.quantities[i] as string | null,
      unit: columns.units[i] as string | null,
      occurredAt: time === null ? null : instantText(time),
      withRecord: columns.withs[i] as string | null,
    }
    links.push(last)
  }
  return links
}

/** Kind and system stand in the identifier of a record: `urn:cnft:<kind>:<system>:…`. */
function namesIn(recordId: string): Pick<Link, 'kind' | 'system'> {
  const [, , kind = '', system = ''] = recordId.split(':', 4)
  return { kind: kind as Kind, system }
}
