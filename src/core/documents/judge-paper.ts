import { regionsAgree } from '#core/balance/goods-site.ts'
import { compareDecimal } from '#core/decimal.ts'
import { unitWords } from '#core/lineage/words.ts'
import { type Compared, type GoodsLeft, leftOf, type PaperLeft } from './compare-use.ts'
import { DOCUMENT_TYPES, type DocumentType } from './document-type.ts'
import type { TerritoryRule } from './document-validity.ts'
import type { NamedGoods } from './goods-match.ts'
import { inUnit, type Measure } from './measures.ts'
import { differsFromAll, goodsMeant, namesOf, type PaperGoods } from './paper-goods.ts'
import type { PaperUsage } from './paper-usage.ts'
import { PAPER_FIELDS, type PaperField } from './required-fields.ts'
import { finding, type SaidFinding } from './said-finding.ts'
import { nameIn } from './site-use.ts'

/** What is known of one paper, from its own records. Days are `YYYY-MM-DD`. */
export interface IssuedPaper {
  readonly type: DocumentType
  readonly issuedOn: string | null
  /** Last valid day by the rule of its type, or by what it states where that is sooner or there is no rule. */
  readonly validUntil: string | null
  /** As the paper says. */
  readonly statedUntil: string | null
  readonly territory: TerritoryRule
  /** Digits of the province of issue. */
  readonly province: string | null
  readonly isVoid: boolean
  readonly voidedOn: string | null
  /** When the hub was told that it is void. */
  readonly voidToldOn: string | null
  /** Null where it is not told, or may name persons and is not to be seen. */
  readonly voidReason: string | null
  /** Systems whose record of the paper is void while that of another is not. */
  readonly voidIn: readonly string[]
  readonly isFormOutOfUse: boolean
  readonly missing: readonly PaperField[]
  /** What it is for; a voucher or promise may name several. */
  readonly goods: readonly PaperGoods[]
  readonly vehicle: string | null
  /** Different papers that bear the number. */
  readonly papers: number
}

/** What is wrong with a paper by itself on a day, and at a place where one is named (digits of its province). */
export function judgePaper(
  paper: IssuedPaper,
  asked: { readonly on: string; readonly province?: string | null },
): SaidFinding[] {
  const { issuedOn, validUntil, statedUntil, province } = paper
  const found: SaidFinding[] = []
  if (paper.isVoid) {
    const { voidReason: why } = paper
    found.push(
      finding('void', {
        since: voidedSince(paper),
        why: why === null ? '' : { value: why, en: `: ${why}`, zh: `，原因：${why}` },
      }),
    )
  }
  if (paper.voidIn.length > 0) found.push(finding('void_elsewhere', { systems: paper.voidIn.join(', ') }))
  if (validUntil !== null && asked.on > validUntil) found.push(finding('expired', { until: validUntil }))
  if (validUntil !== null && statedUntil !== null && statedUntil > validUntil)
    found.push(finding('validity_beyond_rule', { stated: statedUntil, until: validUntil }))
  if (issuedOn !== null && asked.on < issuedOn) found.push(finding('not_yet_issued', { issued: issuedOn }))
  const isInside = paper.territory === 'within_province'
  if (isInside && province !== null && asked.province && asked.province !== province)
    found.push(finding('outside_territory', { from: province, to: asked.province }))
  if (paper.papers > 1) found.push(finding('several_papers', { papers: String(paper.papers) }))
  if (paper.isFormOutOfUse) found.push(finding('form_out_of_use', { issued: issuedOn ?? '' }))
  if (paper.missing.length > 0) {
    const words = (language: 0 | 1, between: string) =>
      paper.missing.map((name) => PAPER_FIELDS[name][language]).join(between)
    found.push(finding('fields_missing', { fields: { en: words(0, ', '), zh: words(1, '、') } }))
  }
  return found
}

/** The day of which its source says so, else that on which the hub was told. */
export function voidedSince({
  voidedOn: on,
  voidToldOn: told,
}: Pick<IssuedPaper, 'voidedOn' | 'voidToldOn'>) {
  if (on !== null) return { value: on, en: ` on ${on}`, zh: `（${on}）` }
  return told === null ? '' : { value: told, en: `, as was told on ${told}`, zh: `（${told} 得知）` }
}

/** Papers that go with one transport: a second place that they are used at is a second transport. */
const ONE_TRANSPORT: ReadonlySet<DocumentType> = new Set<DocumentType>([
  'animal_A',
  'animal_B',
  'product_A',
  'product_B',
  'animal_2026',
  'product_2026',
])
const SITES_NAMED = 3

const sitesNamed = (sites: PaperUsage['sites']): string =>
  sites
    .slice(0, SITES_NAMED)
    .map((use) => nameIn(use) ?? use.site)
    .join(', ') + (sites.length > SITES_NAMED ? ' …' : '')

function measured(measures: readonly Measure[]) {
  const said = (unitOf: (unit: string) => string, between: string): string =>
    measures.map(({ value, unit }) => `${value} ${unitOf(unit)}`).join(between)
  return {
    value: said((unit) => unit, ', '),
    en: said((unit) => unitWords(unit).en, ', '),
    zh: said((unit) => unitWords(unit).zh, '、'),
  }
}

/** What is wrong with how a paper was used. */
export interface JudgedUsage {
  readonly found: readonly SaidFinding[]
  readonly left: PaperLeft
  /** Figures of the goods of which most was used beyond what is stated, else of the whole paper. */
  readonly compared: Compared | null
  /** What is wrong with the use of each of the goods alone. */
  readonly ofGoods: readonly (readonly SaidFinding[])[]
}

/**
 * More than it states of any of its goods, twice, too late, elsewhere, for other goods.
 * @param cameTo where goods came straight under the paper, as a gate counts it
 */
export function judgeUsage(
  paper: Pick<IssuedPaper, 'type' | 'goods'>,
  usage: PaperUsage,
  cameTo = usage.sites,
): JudgedUsage {
  const left = leftOf(paper.goods, usage)
  const ofGoods = left.each.map((one) =>
    comparedFindings(one, left.each.length > 1 ? namesOf([one.goods], '') : null),
  )
  const over = left.each
    .map(({ compared }, n) => ({ compared, found: ofGoods[n] ?? [] }))
    .sort((a, b) => compareDecimal(leftIn(a.compared), leftIn(b.compared)))
  const found: SaidFinding[] = over.flatMap((one) => one.found)
  const shared = left.forUntold
  const isOver = found.some(({ code }) => code === 'over_used')
  // Of none of the goods more than is stated, but of all together.
  if (!isOver && shared !== null && compareDecimal(shared.left, '0') < 0) found.push(overUsed(shared, null))
  if (left.isUnsure && found.length === 0) found.push(notComparable(left.stated, usage.used, null))
  if (cameTo.length > 1)
    found.push(
      finding(
        'used_twice',
        { count: String(cameTo.length), sites: sitesNamed(cameTo) },
        ONE_TRANSPORT.has(paper.type) ? 'warn' : 'note',
      ),
    )
  for (const [code, count] of [
    ['uses_expired', usage.expired],
    ['uses_before_issue', usage.beforeIssue],
    ['uses_outside', usage.outside],
    ['uses_other_goods', usage.otherGoods],
    ['uses_other_plate', usage.otherPlate],
  ] as const)
    if (count > 0) found.push(finding(code, { count: String(count) }))
  return { found, left, compared: figuresOf(isOver ? (over[0]?.compared ?? null) : left.whole), ofGoods }
}

const figuresOf = (compared: PaperLeft['whole']): Compared | null =>
  compared === 'not_comparable' ? null : compared

const leftIn = (compared: PaperLeft['whole']): string => figuresOf(compared)?.left ?? '0'

function comparedFindings(
  { goods, used, compared, isUnsure }: GoodsLeft,
  name: string | null,
): SaidFinding[] {
  if (compared === 'not_comparable' || isUnsure) return [notComparable(goods.stated, used, name)]
  return compared && compareDecimal(compared.left, '0') < 0 ? [overUsed(compared, name)] : []
}

const notComparable = (
  stated: readonly Measure[],
  used: readonly Measure[],
  name: string | null,
): SaidFinding =>
  finding('not_comparable', { ...ofNamed(name), stated: measured(stated), used: measured(used) })

const overUsed = (compared: Compared, name: string | null): SaidFinding =>
  finding('over_used', { ...ofNamed(name), ...compared })

/** Which of several goods, where it is not the whole paper. */
const ofNamed = (name: string | null) =>
  name === null ? {} : { of: { en: ` of ${name}`, zh: `（${name}）` } }

/** Goods at a gate. */
export interface Load {
  /** Code or name of the place, and its region where that is told (GB/T 2260). */
  readonly site: string | null
  readonly region: string | null
  readonly goods: NamedGoods & { readonly name: string | null }
  readonly quantity: Measure | null
  /** What was written in the place of a quantity, where it is none. */
  readonly unread: string | null
  readonly vehicle: string | null
}

/** What speaks against a load that comes under this paper, beside what is wrong with the paper itself. */
export function judgeLoad(
  paper: IssuedPaper,
  usage: PaperUsage,
  compared: Compared | null,
  load: Load,
): SaidFinding[] {
  return [
    ...leftFor(paper, usage, compared, load),
    ...usedElsewhere(paper.type, usage, load),
    ...otherGoods(paper, load),
    ...(paper.vehicle !== null && load.vehicle !== null && paper.vehicle !== load.vehicle
      ? [
          finding(
            'other_plate',
            { paper: masked(paper.vehicle), load: masked(load.vehicle) },
            ONE_TRANSPORT.has(paper.type) ? 'warn' : 'note',
          ),
        ]
      : []),
  ]
}

/** A plate names an owner: enough of it to compare with the one in sight. */
const masked = (plate: string): string => `${plate.slice(0, 2)}***${plate.slice(-2)}`

/** By its code, or by its name where the regions are not told to differ. */
const isHere = (load: Load) => (use: PaperUsage['sites'][number]) =>
  load.site !== null &&
  (use.site === load.site ||
    (nameIn(use) === load.site && (load.region === null || regionsAgree(use.region, load.region))))

function leftFor(
  { goods }: IssuedPaper,
  usage: PaperUsage,
  compared: Compared | null,
  { quantity, ...load }: Load,
): SaidFinding[] {
  if (compared === null) return []
  const { unit, left } = compared
  const isEmpty = compareDecimal(left, '0') <= 0
  const asked = quantity?.unit === unit ? quantity.value : null
  if (!isEmpty && asked === null) return notCompared({ quantity, ...load }, left, unit)
  if (!isEmpty && compareDecimal(asked as string, left) <= 0) return []
  // What was recorded here on this day may be this very load, so it does not speak against it.
  const meant = goodsMeant(goods, load.goods)
  const [here] = usage.sites
    .filter(isHere({ quantity, ...load }))
    .flatMap(
      ({ sameDay, sameDayOfGoods }) =>
        inUnit(meant === null ? sameDay : (sameDayOfGoods.get(meant) ?? []), unit) ?? [],
    )
  if (here !== undefined && compareDecimal(here, asked ?? '0') >= 0 && compareDecimal(here, '0') > 0)
    return compareDecimal(left, '0') < 0 ? [] : [finding('entered_here', { here, unit })]
  if (isEmpty) return [finding('used_up', { ...compared })]
  return [finding('more_than_left', { load: asked ?? '', left, unit })]
}

/** A load of which nobody can say whether it is more than what is left. */
function notCompared({ quantity, unread }: Load, left: string, unit: string): SaidFinding[] {
  if (unread !== null) return [finding('load_unread', { load: unread, left, unit })]
  if (quantity === null) return []
  return [finding('load_in_other_unit', { load: measured([quantity]), left, unit })]
}

function usedElsewhere(type: DocumentType, { sites }: PaperUsage, load: Load): SaidFinding[] {
  if (load.site === null || sites.length === 0 || sites.some(isHere(load))) return []
  const code = ONE_TRANSPORT.has(type) ? 'used_elsewhere' : 'shared_elsewhere'
  return [finding(code, { sites: sitesNamed(sites) })]
}

function otherGoods({ goods }: IssuedPaper, load: Load): SaidFinding[] {
  const differ = differsFromAll(goods, load.goods)
  if (differ === null) return []
  const { name, productCode, productClass } = load.goods
  return [
    finding(differ === 'class' ? 'other_goods' : 'other_kind', {
      paper: { en: namesOf(goods, ', ') ?? '', zh: namesOf(goods, '、') ?? '' },
      load: name ?? productCode ?? productClass ?? '',
    }),
  ]
}

export const GATE_VERDICTS = ['ok', 'warn', 'refuse', 'unknown'] as const
export type GateVerdict = (typeof GATE_VERDICTS)[number]

/** The word for the gate: unknown where the hub has no record of the paper itself, else the gravest finding. */
export function gateVerdict(isIssued: boolean, found: readonly SaidFinding[]): GateVerdict {
  if (found.some(({ severity }) => severity === 'refuse')) return 'refuse'
  if (!isIssued) return 'unknown'
  return found.some(({ severity }) => severity === 'warn') ? 'warn' : 'ok'
}

/** Title of a type in both languages. */
export const typeTitle = (type: DocumentType) => {
  const [en, zh] = DOCUMENT_TYPES[type]
  return { en, zh }
}
