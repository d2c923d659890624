import { counted, inNumber } from '#core/in-number.ts'
import type { Issue } from '#core/issue.ts'
import type { CompiledMapping, MappedSource } from '#core/mapping/mapping.ts'
import { inChinese } from '#core/mapping/reasons.ts'
import { type Words, words } from '#core/mapping/words.ts'
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
  readonly failures: readonly Words[]
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
): Words[] {
  const { refused } = expected
  if ('refused' in sources) return refusalFailures(sources, refused)
  if (refused !== undefined)
    return [
      words(
        `the message was read, but ${refused.code} was expected`,
        `报文可以读取，而应以 ${refused.code} 拒收`,
      ),
    ]
  const failures: Words[] = []
  const mapped = sources.map((source) => mapping.map(source, { receivedAtMs }))
  if (mapped.length !== expected.received)
    failures.push(
      words(
        `${counted(mapped.length, 'record')} ${inNumber(mapped.length, 'was', 'were')} received, not ${expected.received}`,
        `收到 ${mapped.length} 条记录，应为 ${expected.received} 条`,
      ),
    )
  const rejected = mapped.filter((source) => source.rejected).length
  if (rejected !== expected.rejected)
    failures.push(
      words(
        `${counted(rejected, 'record')} ${inNumber(rejected, 'was', 'were')} rejected, not ${expected.rejected}`,
        `退回 ${rejected} 条，应为 ${expected.rejected} 条`,
      ),
    )
  for (const [i, record] of expected.records.entries()) {
    if (!Number.isInteger(record.index)) {
      failures.push(noIndex(i))
      continue
    }
    const found = mapped[record.index]
    const wrong = found === undefined ? [words('it is missing', '缺失')] : recordFailures(record, found)
    failures.push(
      ...wrong.map(({ en, zh }) => words(`record ${record.index}: ${en}`, `第 ${record.index} 条：${zh}`)),
    )
  }
  return failures
}

const noIndex = (i: number): Words =>
  words(
    `records.${i} of the expected file has no "index": say which record of the sample it is, from 0`,
    `期望文件 records.${i} 缺少“index”：请写明它是样例的第几条记录（从 0 起）`,
  )

function refusalFailures(
  { refused, at }: { readonly refused: string; readonly at?: string },
  wanted: ExpectedFile['refused'],
): Words[] {
  if (wanted === undefined) return [words(`the message was refused: ${refused}`, `报文被拒收：${refused}`)]
  if (wanted.code !== refused)
    return [
      words(
        `the message was refused with ${refused}, not ${wanted.code}`,
        `报文以 ${refused} 拒收，应为 ${wanted.code}`,
      ),
    ]
  return wanted.at === undefined || wanted.at === at
    ? []
    : [
        words(
          `the message was refused at ${at}, not at ${wanted.at}`,
          `报文在 ${at} 处拒收，应为 ${wanted.at}`,
        ),
      ]
}

function recordFailures(expected: ExpectedRecord, found: MappedSource): Words[] {
  const failures = differences(expected.key, found.key, 'key').map(tell)
  if (expected.result === 'rejected') return [...failures, ...rejectionFailures(expected, found)]
  if (found.rejected) return [...failures, wasRejected(found.issues)]
  const operation = expected.result === 'voided' ? 'void' : 'upsert'
  for (const record of found.records) {
    if (record.operation !== operation) failures.push(isNot(record.kind, record.operation, operation))
  }
  for (const kind of expected.kinds ?? []) {
    if (!found.records.some((record) => record.kind === kind))
      failures.push(words(`no ${kind}`, `缺少 ${kind}`))
  }
  return [...failures, ...flagFailures(expected, found), ...fieldFailures(expected, found)]
}

function wasRejected(issues: readonly Issue[]): Words {
  const chinese = JSON.stringify(issues.map(inChinese))
  return words(`it was rejected: ${JSON.stringify(issues)}`, `被退回：${chinese}`)
}

/** Several parts of a key may be missing; any of them is the reason. Of other faults it is the one that is told first. */
function rejectionFailures(expected: ExpectedRecord, { rejected, issues }: MappedSource): Words[] {
  if (!rejected) return [words('it was not rejected', '未被退回')]
  const [first] = issues
  const found =
    first?.code === 'E_NO_KEY' ? issues.filter(({ code }) => code === first.code) : issues.slice(0, 1)
  if (found.some(({ path, code }) => path === expected.field && code === expected.code)) return []
  return [
    words(
      `rejected for ${first?.code} at ${first?.path}, not for ${expected.code} at ${expected.field}`,
      `因 ${first?.path} 处的 ${first?.code} 退回，应为 ${expected.field} 处的 ${expected.code}`,
    ),
  ]
}

function flagFailures({ flags = [], notFlags = [] }: ExpectedRecord, { records }: MappedSource): Words[] {
  const found = new Set<string>(records.flatMap((record) => record.body?.flags ?? []))
  // Whether a lot has a record is for the store to say; here it counts that the mapping expects one.
  if (records.some((record) => record.expected !== undefined)) found.add('W_DANGLING_REF')
  return [
    ...flags
      .filter((flag) => !found.has(flag))
      .map((flag) => words(`the flag ${flag} is missing`, `缺少标记 ${flag}`)),
    ...notFlags
      .filter((flag) => found.has(flag) && flag !== 'W_DANGLING_REF')
      .map((flag) => words(`the flag ${flag} is wrong`, `不应有标记 ${flag}`)),
  ]
}

function fieldFailures({ fields = {}, of = {} }: ExpectedRecord, { records }: MappedSource): Words[] {
  const failures: Words[] = []
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

const tell = ({ at, expected, found }: Difference): Words =>
  isNot(at, JSON.stringify(found), JSON.stringify(expected))

const isNot = (what: string, found: string | undefined, wanted: string | undefined): Words =>
  words(`${what} is ${found}, not ${wanted}`, `${what} 为 ${found}，应为 ${wanted}`)
