import type { Pool } from 'pg'
import { compareDecimal, subtractDecimal } from '#core/decimal.ts'
import { DOCUMENT_TYPES, type DocumentType } from '#core/documents/document-type.ts'
import { checkDocumentUse } from '#core/documents/document-validity.ts'
import { placesOfUse } from '#core/documents/places-of-use.ts'
import { HubError } from '#core/errors.ts'
import { documentCode } from '#core/lineage/codes.ts'
import { massOf, massUsed, usesOf } from '#core/lineage/document-use.ts'
import { documentTypeOf, type Mentioning, mentioning } from '#core/lineage/node-state.ts'
import { recordSummary } from '#core/lineage/record-summary.ts'
import { normaliseCode } from '#core/text.ts'
import { readMentions } from '#store/lots.ts'
import { dayAsked } from './day-asked.ts'
import { dayOf, documentIssue, issuesIt, isUntold, knownType } from './document-issue.ts'
import type { DocumentAnswer, DocumentIssue, DocumentUse } from './schema.ts'

const USES_READ = 5000
const USES_LISTED = 200

export interface DocumentRequest {
  /** A type of document, or `any`. */
  readonly type: string
  readonly number: string
  /** `YYYY-MM-DD`; the day of `nowMs` in China where absent. */
  readonly on?: string
  readonly nowMs: number
}

/**
 * Whether a paper is valid on a day, what mass it states and how much was put into trade under it, and by whom.
 * Asked for one type, records whose source does not know the type count too and are marked; a paper of the same number but of another
 * type does not. HubError `not_found` where no record names such a paper, `invalid_request` for an unknown type or day.
 */
export async function readDocument(pool: Pool, request: DocumentRequest): Promise<DocumentAnswer> {
  const number = normaliseCode(request.number)
  const on = dayAsked(request.on, request.nowMs)
  const mentions = await readPaper(pool, number, typeAsked(request.type))
  const issues = mentions.list.filter(issuesIt).map((mentioned) => documentIssue(mentioned, on))
  const best = bestOf(issues)
  const uses = usesOf(mentions.list)
  const used = massUsed(uses)
  const stated = statedOf(mentions.list, best)
  const over = used && stated ? subtractDecimal(used.value, stated) : null
  return {
    number,
    type: best?.type ?? knownType(documentTypeOf(mentions.list)),
    on,
    verdict: best?.verdict ?? 'unknown',
    issues,
    statedKg: stated,
    usedKg: used?.value ?? null,
    countedKind: used?.kind ?? null,
    overKg: over && compareDecimal(over, '0') > 0 ? over : null,
    uses: uses
      .slice(0, USES_LISTED)
      .map((use) => useOf(use, used?.counted.has(use.record.id) ?? false, best)),
    moreUses: mentions.more || uses.length > USES_LISTED,
  }
}

function typeAsked(type: string): DocumentType | null {
  if (type === 'any') return null
  if (Object.hasOwn(DOCUMENT_TYPES, type)) return type as DocumentType
  throw new HubError('invalid_request', {
    detail: `"${type.slice(0, 60)}" is no type of document`,
    members: { known: ['any', ...Object.keys(DOCUMENT_TYPES)] },
  })
}

async function readPaper(
  pool: Pool,
  number: string,
  type: DocumentType | null,
): Promise<{ list: Mentioning[]; more: boolean }> {
  if (number === '' || number.length > 200 || number.includes('\0')) throw new HubError('invalid_request')
  const code = documentCode(number)
  const { records, more } = await readMentions(pool, [code], { at: null, perCode: USES_READ })
  const all = mentioning(code, records.get(code) ?? [])
  const list = all.filter(({ mention }) => {
    const known = mention.document?.type ?? 'unknown'
    return type === null || known === type || isUntold(known)
  })
  if (list.length > 0) return { list, more: more.has(code) }
  const types = [...new Set(all.map(({ mention }) => mention.document?.type ?? 'unknown'))]
  throw new HubError('not_found', {
    detail: all.length > 0 ? 'the number is known for other types only' : 'no record names this paper',
    ...(types.length > 0 ? { members: { known: types } } : {}),
  })
}

const VERDICT_ORDER: readonly DocumentIssue['verdict'][] = [
  'valid',
  'expired',
  'not_yet_issued',
  'unknown',
  'void',
]

/** The record that speaks for the paper: of known type before unknown, alive before void. */
const bestOf = (issues: readonly DocumentIssue[]): DocumentIssue | undefined =>
  [...issues].sort(
    (a, b) =>
      Number(a.typeUnknown) - Number(b.typeUnknown) ||
      VERDICT_ORDER.indexOf(a.verdict) - VERDICT_ORDER.indexOf(b.verdict),
  )[0]

/** Mass on the paper; a voucher states what was sold with it, a paper that came out of a slaughter nothing that can be summed. */
function statedOf(mentions: readonly Mentioning[], best: DocumentIssue | undefined): string | null {
  const own = mentions.find(({ record, mention }) => record.id === best?.record && mention.role !== 'output')
  return own ? massOf(own.record.body) : null
}

function useOf({ record }: Mentioning, counted: boolean, issue: DocumentIssue | undefined): DocumentUse {
  const { body } = record
  const usedOn = body.occurredAt && dayOf(body.occurredAt.at)
  const flags =
    issue?.issuedOn && usedOn
      ? checkDocumentUse({
          type: issue.type,
          issuedOn: dayOf(issue.issuedOn.at),
          usedOn,
          ...(issue.validUntil ? { validUntil: issue.validUntil } : {}),
          ...placesOfUse(body),
        })
      : []
  return {
    record: record.id,
    kind: record.kind as DocumentUse['kind'],
    system: record.system,
    status: record.status,
    occurredAt: body.occurredAt ?? null,
    massKg: massOf(body),
    counted,
    summary: recordSummary(body),
    flags: [...flags],
  }
}
