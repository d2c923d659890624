import { subtractDecimal } from '#core/decimal.ts'
import { type FindingDraft, figure } from '#core/findings/draft.ts'
import { sentenceOf } from '#core/findings/sentences.ts'
import { type LoadedYield, loadYields } from '#flow/balance/load-yields.ts'
import { aboutOf, type Judged, type Judging, ownRecords } from './judging.ts'

/** Judges transformations: whether so much can come of so much. */
export async function judgeYields({ pool, on }: Judging, ids: readonly string[]): Promise<Judged> {
  const loaded = await loadYields(pool, ids, on)
  const own = await ownRecords(pool, ids)
  const known = loaded.filter(({ isPartial }) => !isPartial)
  return { drafts: known.map((one) => draftOf(one, own.has(one.record.id))), also: [] }
}

function draftOf({ record, ...one }: LoadedYield, isOurs: boolean): FindingDraft {
  const { into, outOf, least, most } = one
  const isAbove = one.verdict === 'above'
  return {
    kind: 'balance_off',
    subject: `yield:${record.id}`,
    holds: isOurs && (isAbove || one.verdict === 'below'),
    // Meat that did not come of these animals came of others.
    severity: isAbove ? 'serious' : 'warning',
    about: aboutOf(record.body),
    numbers: [
      ...figure('in', into, 'KGM'),
      ...figure('out', outOf, 'KGM'),
      ...figure('difference', into !== null && outOf !== null ? subtractDecimal(outOf, into) : null, 'KGM'),
      ...figure('yield', one.yield, '%'),
      ...figure('least', least, '%'),
      ...figure('most', most, '%'),
    ],
    sentence: sentenceOf(isAbove ? 'yield_above' : 'yield_below', {
      ...{ in: into, out: outOf, least, most },
      yield: one.yield,
    }),
    evidence: one.evidence,
  }
}
