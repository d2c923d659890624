import { type LotBalance, lotBalance } from '#core/balance/lot-balance.ts'
import { compareDecimal, multiplyDecimal, negateDecimal } from '#core/decimal.ts'
import { type FindingDraft, figure } from '#core/findings/draft.ts'
import type { FindingSeverity } from '#core/findings/finding-kinds.ts'
import { sentenceOf } from '#core/findings/sentences.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import type { FindingNumber } from '#core/model/finding-parts.ts'
import { type LoadedLot, loadLots } from '#flow/balance/load-lots.ts'
import { readTransformationsOf } from '#store/newest-versions.ts'
import { aboutOf, type Judged, type Judging, leadOf, ownRecords } from './judging.ts'

/** More than a tenth of what came in is no error of weighing; decided by us. */
const GRAVE = '0.1'

/** How grave it is that so much more went out than came in. */
export const severityOfOver = (over: string, came: string): FindingSeverity =>
  compareDecimal(over, multiplyDecimal(came, GRAVE)) > 0 ? 'serious' : 'warning'

/** Judges whether more went out of lots than came into them. What was found of a lot of which not all was read stays as it is. */
export async function judgeLots({ pool, on }: Judging, codes: readonly string[]): Promise<Judged> {
  const lots = await loadLots(pool, codes, on)
  const leads = lots.map(({ records }) => leadOf(records))
  const own = await ownRecords(
    pool,
    leads.flatMap((lead) => lead?.id ?? []),
  )
  const drafts = lots.flatMap((lot, n) => {
    const lead = leads[n]
    const isOurs = lead !== undefined && own.has(lead.id)
    return lot.isPartial ? [] : [draftOf(lot, lotBalance(lot.facts), isOurs ? whereOut(lot, lead) : null)]
  })
  return { drafts, also: (await readTransformationsOf(pool, codes)).map((id) => `yield:${id}`) }
}

/** The record by which the goods last went out: there somebody has to look. */
function whereOut({ facts, records }: LoadedLot, lead: TracedRecord): Body {
  const out = facts
    .filter(({ flow }) => flow === 'sold' || flow === 'sent' || flow === 'used')
    .sort((a, b) => (`${a.day} ${a.record}` < `${b.day} ${b.record}` ? -1 : 1))
    .at(-1)
  return (records.find(({ id }) => id === out?.record) ?? lead).body
}

/** The figures of a balance, for a finding. */
export function balanceFigures(balance: LotBalance): FindingNumber[] {
  const unit = balance.unit ?? undefined
  return [
    ...figure('in', balance.in, unit),
    ...figure('out', balance.out, unit),
    ...figure('difference', balance.left === null ? null : negateDecimal(balance.left), unit),
    ...figure('tolerance', balance.tolerance, unit),
  ]
}

function draftOf({ code, facts }: LoadedLot, balance: LotBalance, lead: Body | null): FindingDraft {
  const over = balance.left === null ? null : negateDecimal(balance.left)
  const isOver = balance.verdict === 'over' && lead !== null
  const lots = lead?.lots?.filter(({ role }) => role === 'subject') ?? []
  const days = facts.flatMap(({ day }) => day ?? []).sort()
  const lastOn = days.at(-1)
  return {
    kind: 'balance_off',
    subject: code,
    holds: isOver,
    ...(isOver && over !== null && balance.in !== null ? { severity: severityOfOver(over, balance.in) } : {}),
    about: {
      ...(lead ? aboutOf(lead) : {}),
      ...(lastOn === undefined
        ? {}
        : { occurredAt: { at: `${lastOn}T00:00:00+08:00`, precision: 'day' as const } }),
      lots: lots.slice(0, 1).map(({ role, scheme, value }) => ({ role, scheme, value })),
    },
    numbers: balanceFigures(balance),
    sentence: sentenceOf('lot_over', {
      lot: code.slice(code.indexOf(':') + 1),
      in: balance.in,
      out: balance.out,
      over,
      unit: balance.unit,
    }),
    evidence: facts
      .filter(({ record }) => record.startsWith('urn:'))
      .map(({ record, version }) => ({ id: record, version })),
  }
}
