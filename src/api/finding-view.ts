import { FINDING_RULES, isFindingKind, isPending } from '#core/findings/finding-kinds.ts'
import type { Body } from '#core/model/body.ts'
import { maskedRecord } from '#core/model/masked-record.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { readCasesOf } from '#store/case-findings.ts'
import type { FindingRecord } from '#store/findings.ts'
import type { Reader } from '#store/sighted.ts'

/**
 * Findings as the API gives them, with those cases of what they are of that the reader sees.
 * @param full whether what may be of a person is given as it is, else masked
 */
export async function findingViews(
  reader: Reader,
  found: readonly FindingRecord[],
  { nowMs, full }: { readonly nowMs: number; readonly full: boolean },
) {
  const read = found.map((one) => ({ ...one, body: JSON.parse(one.body) as Body }))
  const subjects = read.flatMap(({ body }) => body.subject ?? [])
  const cases = await readCasesOf(reader, subjects)
  return read.map(({ body, ...one }) =>
    viewOf({ ...one, body: full ? body : maskedFinding(body) }, cases.get(body.subject ?? '') ?? [], nowMs),
  )
}

const maskedFinding = (body: Body): Body =>
  maskedRecord({ kind: 'finding', ...body } as unknown as CanonicalRecord) as unknown as Body

function viewOf(
  { id, version, foundAt, changedAt, body }: Omit<FindingRecord, 'body'> & { readonly body: Body },
  cases: readonly string[],
  nowMs: number,
) {
  const kind = body.findingKind ?? ''
  const [en, zh] = isFindingKind(kind) ? FINDING_RULES[kind].title : [kind, kind]
  const { dueAt = null } = body
  return {
    id,
    version,
    findingKind: kind,
    title: { en, zh },
    severity: body.severity,
    state: body.state,
    isOverdue: isPending(body.state ?? '') && dueAt !== null && Date.parse(dueAt.at) < nowMs,
    subject: body.subject ?? null,
    cases,
    occurredAt: body.occurredAt,
    foundAt: new Date(foundAt).toISOString(),
    changedAt: new Date(changedAt).toISOString(),
    dueAt,
    owner: body.owner ?? null,
    decidedBy: body.decidedBy ?? null,
    sentence: body.sentence ?? null,
    numbers: body.numbers ?? [],
    region: body.region ?? null,
    sites: body.sites ?? [],
    lots: body.lots ?? [],
    documents: body.documents ?? [],
    product: body.product ?? null,
    evidence: body.evidence ?? [],
    note: body.note ?? null,
  }
}
