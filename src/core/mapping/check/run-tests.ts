import type { CompiledMapping, MappedSource } from '#core/mapping/mapping.ts'
import type { SourceRecord } from '#core/source.ts'
import { type Difference, differences } from './contains.ts'
import type { ExpectedFile, ExpectedRecord } from './expected.ts'

/** One sample of a mapping: what decoding made of it, or why it was refused, and what is expected. */
export interface MappingCase {
  readonly name: string
  readonly sources: readonly SourceRecord[] | { readonly refused: string; readonly at?: string }
  readonly expected: ExpectedFile
}

/** What one sample came to. No failures: it came out as expected. */
export interface CaseResult {
  readonly name: string
  readonly failures: readonly string[]
}

/** Runs the samples of a mapping against what is expected of them. Pure: bytes are read and decoded by the caller. */
export function runMappingTests(
  mapping: CompiledMapping,
  cases: readonly MappingCase[],
  receivedAtMs: number,
): CaseResult[] {
  return cases.map((one) => ({ name: one.name, failures: failuresOf(mapping, one, receivedAtMs) }))
}

function failuresOf(
  mapping: CompiledMapping,
  { sources, expected }: MappingCase,
  receivedAtMs: number,
): string[] {
  const { refused } = expected
  if ('refused' in sources) {
    if (refused === undefined) return [`the message was refused: ${sources.refused}`]
    if (refused.code !== sources.refused)
      return [`the message was refused with ${sources.refused}, not ${refused.code}`]
    return refused.at === undefined || refused.at === sources.at
      ? []
      : [`the message was refused at ${sources.at}, not at ${refused.at}`]
  }
  if (refused !== undefined) return [`the message was read, but ${refused.code} was expected`]
  const failures: string[] = []
  const mapped = sources.map((source) => mapping.map(source, { receivedAtMs }))
  if (mapped.length !== expected.received)
    failures.push(`${mapped.length} records were received, not ${expected.received}`)
  const rejected = mapped.filter((source) => source.rejected).length
  if (rejected !== expected.rejected)
    failures.push(`${rejected} records were rejected, not ${expected.rejected}`)
  for (const record of expected.records) {
    const found = mapped[record.index]
    const wrong = found === undefined ? ['it is missing'] : recordFailures(record, found)
    failures.push(...wrong.map((failure) => `record ${record.index}: ${failure}`))
  }
  return failures
}

function recordFailures(expected: ExpectedRecord, found: MappedSource): string[] {
  const failures = differences(expected.key, found.key, 'key').map(tell)
  if (expected.result === 'rejected') return [...failures, ...rejectionFailures(expected, found)]
  if (found.rejected) return [...failures, `it was rejected: ${JSON.stringify(found.issues)}`]
  const operation = expected.result === 'voided' ? 'void' : 'upsert'
  for (const record of found.records) {
    if (record.operation !== operation)
      failures.push(`${record.kind} is ${record.operation}, not ${operation}`)
  }
  for (const kind of expected.kinds ?? []) {
    if (!found.records.some((record) => record.kind === kind)) failures.push(`no ${kind}`)
  }
  return [...failures, ...flagFailures(expected, found), ...fieldFailures(expected, found)]
}

/** Several parts of a key may be missing; any of them is the reason. Of other faults it is the one that is told first. */
function rejectionFailures(expected: ExpectedRecord, { rejected, issues }: MappedSource): string[] {
  if (!rejected) return ['it was not rejected']
  const [first] = issues
  const found =
    first?.code === 'E_NO_KEY' ? issues.filter(({ code }) => code === first.code) : issues.slice(0, 1)
  if (found.some(({ path, code }) => path === expected.field && code === expected.code)) return []
  return [`rejected for ${first?.code} at ${first?.path}, not for ${expected.code} at ${expected.field}`]
}

function flagFailures({ flags = [], notFlags = [] }: ExpectedRecord, { records }: MappedSource): string[] {
  const found = new Set<string>(records.flatMap((record) => record.body?.flags ?? []))
  // Whether a lot has a record is for the store to say; here it counts that the mapping expects one.
  if (records.some((record) => record.expected !== undefined)) found.add('W_DANGLING_REF')
  return [
    ...flags.filter((flag) => !found.has(flag)).map((flag) => `the flag ${flag} is missing`),
    ...notFlags
      .filter((flag) => found.has(flag) && flag !== 'W_DANGLING_REF')
      .map((flag) => `the flag ${flag} is wrong`),
  ]
}

function fieldFailures({ fields = {}, of = {} }: ExpectedRecord, { records }: MappedSource): string[] {
  const failures: string[] = []
  for (const [name, value] of Object.entries(fields)) {
    const tries = records.map(({ kind, body }) =>
      differences(value, (body as Record<string, unknown> | null)?.[name], `${kind}.${name}`),
    )
    if (!tries.some((found) => found.length === 0)) failures.push(...(tries[0] ?? []).map(tell))
  }
  for (const [kind, wanted] of Object.entries(of)) {
    const record = records.find((one) => one.kind === kind)
    failures.push(...differences(wanted, record?.body, kind).map(tell))
  }
  return failures
}

const tell = ({ at, expected, found }: Difference): string =>
  `${at} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`
