import { compileMapping } from '#core/mapping/compile.ts'
import type { Body } from '#core/model/body.ts'
import { bodyIssues } from '#core/model/validate.ts'
import type { SourceValue } from '#core/source.ts'

/** What comes of one part of a mapping, and what is told about it. The record around it is whole and has no doubts. */
export function partOf(
  part: string,
  fields: { [name: string]: SourceValue },
  day = '20240415',
  kind = 'entry',
) {
  const text = `mapping: a-system/record
version: 1
read: { format: json }
key: [id]
emit:
  - kind: ${kind}
    fields:
      occurredAt: { const: '${day}', date: [yyyyMMdd] }
      sites.self: { name: { const: 某场所 } }
      product: { name: { const: 番茄 } }
      ${part}
`
  const { mapping, mistakes } = compileMapping({ path: 'part.yaml', text })
  if (mapping === null) throw new Error(JSON.stringify(mistakes))
  const source = {
    index: 0,
    path: '',
    value: { id: '1', ...fields },
    place: (field: string) => `/${field}`,
    issues: [],
  }
  const mapped = mapping.map(source, { receivedAtMs: Date.UTC(2026, 5, 1) })
  const body: Partial<Body> = mapped.records[0]?.body ?? {}
  const wrong = mapped.records.flatMap((record) => bodyIssues(record.kind, record.body))
  if (wrong.length > 0) throw new Error(JSON.stringify(wrong))
  return {
    body,
    flags: body.flags,
    rejected: mapped.rejected,
    places: mapped.issues.map(({ path, code }) => `${path} ${code}`),
  }
}
