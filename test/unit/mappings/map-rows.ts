import type { MappedSource } from '#core/mapping/mapping.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import { bodyIssues } from '#core/model/validate.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { decodeText } from '#test/decode-text.ts'

const RECEIVED = Date.UTC(2026, 5, 1)

/** The mapping of an installed record on rows of a test, sent as the system sends them; every body must fit its schema. */
export async function rowMapper(system: string, record: string, keyedHash?: (text: string) => string) {
  const registry = await loadRegistry('mappings', keyedHash ? { keyedHash } : {})
  const mapping = registry.system(system)?.records.get(record)?.mapping
  if (!mapping) throw new Error(`${system}/${record} does not work`)
  const { format, rows = '', form } = mapping.read
  return (list: readonly object[], around: object = {}): MappedSource[] => {
    const sources = decodeText(Buffer.from(messageOf()), mapping.read).records
    const mapped = sources.map((source) => mapping.map(source, { receivedAtMs: RECEIVED }))
    for (const { kind, body } of mapped.flatMap(({ records }) => records)) {
      const issues = body === null ? [] : bodyIssues(kind, body)
      if (issues.length > 0) throw new Error(JSON.stringify(issues))
    }
    return mapped

    function messageOf(): string {
      if (format === 'ndjson') return list.map((row) => JSON.stringify(row)).join('\n')
      const json = JSON.stringify(rows === '' ? list : withList(around, rows.split('.'), list))
      return format === 'form' ? `${form?.field}=${encodeURIComponent(json)}` : json
    }
  }
}

function withList(around: object, [name = '', ...rest]: readonly string[], list: unknown): object {
  const inner = (around as Record<string, object>)[name] ?? {}
  return { ...around, [name]: rest.length === 0 ? list : withList(inner, rest, list) }
}

/** The body of the record of a kind; nothing where there is none. */
export const bodyOf = (source: MappedSource | undefined, kind: Kind): Body | undefined =>
  source?.records.find((record) => record.kind === kind)?.body ?? undefined
