import { type FindingDraft, figure } from '#core/findings/draft.ts'
import { sentenceOf } from '#core/findings/sentences.ts'
import { lotCode } from '#core/lineage/codes.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Region } from '#core/model/values.ts'
import { regionsMeant } from '#flow/matching/markets-meant.ts'
import { readEndedTests } from '#store/case-findings.ts'
import { readNewestVersions } from '#store/newest-versions.ts'
import { aboutOf, goodsName, type Judged, type Judging, ownRecords } from './judging.ts'

/**
 * Judges tests: a finding for each that failed, until its case releases the goods or is closed. What the instrument only suspects goes to the
 * laboratory, and is none.
 */
export async function judgeTests({ pool }: Judging, ids: readonly string[]): Promise<Judged> {
  const records = await readNewestVersions(pool, ids)
  const own = await ownRecords(pool, ids)
  const ended = await readEndedTests(pool, ids)
  const told = ids.flatMap((id) => records.get(id) ?? [])
  const regions = await regionsMeant(
    pool,
    told.map(({ body }) => body),
  )
  return {
    drafts: told.map((record, n) => draftOf(record, own.has(record.id) && !ended.has(record.id), regions[n])),
    also: [],
  }
}

/** @param region of the market that it names without one */
function draftOf(
  { id, version, status, body }: TracedRecord,
  isPending: boolean,
  region: Region | undefined,
): FindingDraft {
  const { test, lots = [] } = body
  const value = test?.value
  return {
    kind: 'test_failed',
    subject: `test:${id}`,
    holds: isPending && status === 'active' && test?.verdict === 'fail',
    // A quick test is a reason to stop the sale, that of a laboratory is final.
    severity: test?.screening === false ? 'critical' : 'serious',
    about: {
      ...aboutOf(region ? { ...body, region } : body),
      ...(lots.length > 0
        ? { lots: lots.map(({ role, scheme, value: code }) => ({ role, scheme, value: code })) }
        : {}),
    },
    numbers: [
      ...figure('value', value ?? null, test?.unit),
      ...figure('positive', test?.positive ?? null),
      ...figure('sampled', test?.sampled ?? null),
    ],
    sentence: sentenceOf('test_failed', {
      goods: [goodsName(body), ...lots.slice(0, 1).map((lot) => lotCode(lot.scheme, lot.value))].join(' '),
      item: test?.item ?? '-',
      day: body.occurredAt?.at.slice(0, 10) ?? '-',
    }),
    evidence: [{ id, version }],
  }
}
