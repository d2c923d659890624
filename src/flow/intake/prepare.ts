import type { Issue } from '#core/issue.ts'
import { TooManyEdges } from '#core/lineage/edges.ts'
import type { CompiledMapping, MappedRecord, MappedSource, UntoldRecord } from '#core/mapping/mapping.ts'
import { RECORD_ID_MAX } from '#core/model/identity.ts'
import type { SourceRecord, SourceValue } from '#core/source.ts'
import type { DriftNotes } from '#flow/drift/message-drift.ts'
import { contentOf } from './content.ts'
import type { PreparedRecord, PreparedSource } from './prepared.ts'

/** What mapping made of the records of a message. */
export interface Prepared {
  readonly sources: PreparedSource[]
  /** Decoded values of the source records that are rejected, or may be when they are decided, by their place: they are kept for a person to mend. */
  readonly rejectedValues: ReadonlyMap<number, SourceValue>
  /** Whether records of this mapping refer to lots that must have a record of their own. */
  readonly expectsLots: boolean
}

/** What preparing shares with others, and whom it tells. */
export interface PreparingWith {
  /** Of the message that the records are a part of. */
  readonly edges?: EdgeBudget
  readonly notes?: Pick<DriftNotes, 'note'>
  /** Whether what is of persons is sealed when it is stored. */
  readonly seals?: boolean
  /** Makes the bytes of contents, which must live until COMMIT. */
  readonly encode?: (text: string) => Buffer
}

/** Maps the decoded records of a message; one that decoding or mapping refuses is carried as rejected among its neighbours. */
export function prepareSources(
  records: readonly SourceRecord[],
  mapping: CompiledMapping,
  receivedAtMs: number,
  { edges = edgeBudget(), notes, seals = false, encode }: PreparingWith = {},
): Prepared {
  const context = { receivedAtMs }
  const sources: PreparedSource[] = []
  const rejectedValues = new Map<number, SourceValue>()
  for (const record of records) {
    const mapped = mapping.map(record, context)
    const source = prepared(mapped, edges, { path: record.path, seals, encode })
    sources.push(source)
    // A rejected record is kept whole; its names may hold what the store does not take. One without its order may yet be refused.
    if (source.rejected || source.records.some(({ lacksOrderAt }) => lacksOrderAt !== undefined))
      rejectedValues.set(mapped.index, record.value)
    notes?.note(record, mapped)
  }
  return { sources, rejectedValues, expectsLots: mapping.expectsLots === true }
}

/** How a source is prepared, beside what was mapped. */
interface PreparedAs extends Pick<PreparingWith, 'seals'> {
  readonly path?: string
  readonly encode?: PreparingWith['encode'] | undefined
}

/**
 * A mapped source with the content of its records in the place of their bodies. One that the store could not take is rejected here,
 * so that it never fails the transaction of its neighbours.
 */
export function prepared(
  { index, key, rejected, issues, records, untold = [], whole }: MappedSource,
  edges: EdgeBudget,
  { path, seals = false, encode }: PreparedAs = {},
): PreparedSource {
  const ofWhole = whole ? { whole } : {}
  const refused = (issue: Issue): PreparedSource => ({
    index,
    path,
    key,
    rejected: true,
    issues: [issue, ...issues],
    records: [],
    ...ofWhole,
  })
  if (rejected) return { index, path, key, rejected, issues, records: [], ...ofWhole }
  if (records.some(({ id }) => id.length > RECORD_ID_MAX)) return refused(KEY_TOO_LONG)
  try {
    const contents = records.map((record) => preparedRecord(record, seals, encode))
    for (const { content } of contents) edges.left -= content?.edges.length ?? 0
    if (edges.left < 0) return refused(tooManyEdges(`the message makes more than ${MESSAGE_EDGES_MAX} edges`))
    return {
      index,
      path,
      key,
      rejected,
      issues,
      records: [...contents, ...untold.map(untoldRecord)],
      ...ofWhole,
    }
  } catch (error) {
    if (error instanceof TooManyEdges) return refused(tooManyEdges(error.message))
    throw error
  }
}

/** Edges that the records of one message may still make. Writing them holds up every other writer, so they are bounded like its bytes. */
export interface EdgeBudget {
  left: number
}
const MESSAGE_EDGES_MAX = 50_000
export const edgeBudget = (): EdgeBudget => ({ left: MESSAGE_EDGES_MAX })

const KEY_TOO_LONG: Issue = {
  path: '',
  code: 'E_NO_KEY',
  reason: `the key makes an identifier of more than ${RECORD_ID_MAX} characters`,
  fix: 'Send a key of few short parts.',
}
const tooManyEdges = (reason: string): Issue => ({
  path: '',
  code: 'E_SCHEMA',
  reason,
  fix: 'Send one record for each lot that goods went into, and fewer of them in one message.',
})

const untoldRecord = ({ kind, id, key, void: ended, order, lacksOrderAt }: UntoldRecord): PreparedRecord => ({
  kind,
  id,
  key,
  operation: 'untold',
  ended: ended ?? TOLD_NO_MORE,
  order: order ?? null,
  lacksOrderAt,
  content: null,
  expected: undefined,
})

const TOLD_NO_MORE = { reason: '来源记录已不再含此内容 · Its source record tells it no more' }

const preparedRecord = (
  { kind, id, key, operation, body, void: ended, order, lacksOrderAt, expected }: MappedRecord,
  seals: boolean,
  encode: ((text: string) => Buffer) | undefined,
): PreparedRecord => ({
  kind,
  id,
  key,
  operation,
  ended,
  order: order ?? null,
  lacksOrderAt,
  content: body && contentOf({ kind, id }, body, operation === 'void' ? 'void' : 'active', seals, encode),
  expected,
})
