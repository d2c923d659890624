import { type LotBalance, lotBalance } from '#core/balance/lot-balance.ts'
import { compareDecimal, multiplyDecimal, negateDecimal } from '#core/decimal.ts'
import { type FindingDraft, figure } from '#core/findings/draft.ts'
import type { FindingSeverity } from '#core/findings/finding-kinds.ts'
import { sentenceOf } from '#core/findings/sentences.ts'
import { isSubjectCode } from '#core/findings/subjects.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import { unitWords } from '#core/lineage/words.ts'
import type { Body } from '#core/model/body.ts'
import type { FindingEvidence, FindingNumber } from '#core/model/finding-parts.ts'
import { type LoadedLot, loadLots } from '#flow/balance/load-lots.ts'
import { readTransformationsOf } from '#store/newest-versions.ts'
import { aboutOf, type Judged, type Judging, leadOf, ownRecords } from './judging.ts'

/** More than a tenth of what was there is no error of weighing; decided by us. */
const GRAVE = '0.1'

/** How grave it is that so much more went out than was there: what came in, and at a place what was left of the days before. */
export const severityOfOver = (over: string, was: string): FindingSeverity =>
  compareDecimal(over, multiplyDecimal(was, GRAVE)) > 0 ? 'serious' : 'warning'

/** Judges whether more went out of lots than came into them. What was found of a lot of which not all was read stays as it is. */
export async function judgeLots({ pool, on }: Judging, codes: readonly string[]): Promise<Judged> {
  const lots = await loadLots(pool, codes, on)
  const balances = lots.map((lot) => lotBalance(lot.facts, lot))
  const leads = lots.map(({ records }) => leadOf(records))
  const own = await ownRecords(
    pool,
    leads.flatMap((lead) => lead?.id ?? []),
  )
  const drafts = lots.flatMap((lot, n) => {
    const lead = leads[n]
    const isOurs = lead !== undefined && own.has(lead.id)
    return lot.isPartial
      ? []
      : [draftOf(lot, foundOf(lot, balances[n] as LotBalance), isOurs ? whereOut(lot, lead) : null)]
  })
  // What is found of lots together is found at the first of them.
  const firsts = balances.flatMap(({ together }) => together.flatMap(({ lots: [first] }) => first ?? []))
  const yields = (await readTransformationsOf(pool, codes)).map((id) => `yield:${id}`)
  return {
    drafts,
    also: [...yields, ...new Set(firsts.filter((code) => isSubjectCode(code) && !codes.includes(code)))],
  }
}

/** What is found of a lot. */
interface Found extends Pick<LotBalance, 'in' | 'out' | 'left' | 'tolerance' | 'unit'> {
  readonly isOver: boolean
  /** The lots of which it is found. */
  readonly lots: readonly string[]
}

/** Of lots that share a quantity more went out than came into all of them: that is found once, at the first of them. */
function foundOf({ code, codes }: LoadedLot, { unit, together, ...own }: LotBalance): Found {
  const over = together.filter(
    ({ verdict, lots: [first = ''] }) => verdict === 'over' && codes.includes(first),
  )
  const [worst] = over.sort((a, b) => compareDecimal(a.left ?? '0', b.left ?? '0'))
  if (worst) return { ...worst, unit, isOver: true }
  const isOver = own.verdict === 'over' && own.left !== null
  return { ...own, in: own.inMost ?? own.in, unit, isOver, lots: [code] }
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
export function balanceFigures(
  balance: Pick<LotBalance, 'in' | 'out' | 'left' | 'tolerance' | 'unit'>,
): FindingNumber[] {
  const unit = balance.unit ?? undefined
  return [
    ...figure('in', balance.in, unit),
    ...figure('out', balance.out, unit),
    ...figure('difference', balance.left === null ? null : negateDecimal(balance.left), unit),
    ...figure('tolerance', balance.tolerance, unit),
  ]
}

function draftOf(lot: LoadedLot, found: Found, lead: Body | null): FindingDraft {
  const { code, facts } = lot
  const over = found.left === null ? null : negateDecimal(found.left)
  const isOver = found.isOver && lead !== null
  const lots = lead?.lots?.filter(({ role }) => role === 'subject') ?? []
  const days = facts.flatMap(({ day }) => day ?? []).sort()
  const lastOn = days.at(-1)
  const unit = found.unit === null ? null : unitWords(found.unit)
  const figures = { in: found.in, out: found.out, over, unit }
  const names = found.lots.map((one) => one.slice(one.indexOf(':') + 1))
  return {
    kind: 'balance_off',
    subject: code,
    holds: isOver,
    ...(isOver && over !== null && found.in !== null ? { severity: severityOfOver(over, found.in) } : {}),
    about: {
      ...(lead ? aboutOf(lead) : {}),
      ...(lastOn === undefined
        ? {}
        : { occurredAt: { at: `${lastOn}T00:00:00+08:00`, precision: 'day' as const } }),
      lots: lots.slice(0, 1).map(({ role, scheme, value }) => ({ role, scheme, value })),
    },
    numbers: balanceFigures(found),
    sentence:
      names.length > 1
        ? sentenceOf('lots_over', { lots: names.join(', '), ...figures })
        : sentenceOf('lot_over', { lot: code.slice(code.indexOf(':') + 1), ...figures }),
    evidence: evidenceOf(lot, found),
  }
}

/** The records behind the figures, those of the lot first. */
function evidenceOf({ facts, others }: LoadedLot, { lots }: Found): FindingEvidence[] {
  const ofOthers = others
    .filter(({ codes }) => codes.some((code) => lots.includes(code)))
    .flatMap((one) => one.facts ?? [])
  const versions = new Map(
    [...facts, ...ofOthers]
      .filter(({ record }) => record.startsWith('urn:'))
      .map(({ record, version }) => [record, version]),
  )
  return [...versions].map(([id, version]) => ({ id, version }))
}
