import type { Pool } from 'pg'
import { FINDING_RULES, isFindingKind, isPending } from '#core/findings/finding-kinds.ts'
import type { Body } from '#core/model/body.ts'
import { readCasesOf } from '#store/case-findings.ts'
import type { FindingRecord } from '#store/findings.ts'

/** Findings as the API gives them, with the cases of what they are of; without a pool cases are not told. */
export async function findingViews(pool: Pool | null, found: readonly FindingRecord[], nowMs: number) {
  const read = found.map((one) => ({ ...one, body: JSON.parse(one.body) as Body }))
  const subjects = read.flatMap(({ body }) => body.subject ?? [])
  const cases = pool === null ? new Map<string, string[]>() : await readCasesOf(pool, subjects)
  return read.map((one) => viewOf(one, cases.get(one.body.subject ?? '') ?? [], nowMs))
}

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
