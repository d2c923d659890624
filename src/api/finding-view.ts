import { FINDING_RULES, isFindingKind, isPending } from '#core/findings/finding-kinds.ts'
import type { Body } from '#core/model/body.ts'
import type { FindingRecord } from '#store/findings.ts'

/** A finding as the API gives it. */
export function findingView({ id, version, foundAt, changedAt, body: text }: FindingRecord, nowMs: number) {
  const body = JSON.parse(text) as Body
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
