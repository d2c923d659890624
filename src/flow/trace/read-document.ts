import { addDecimal, compareDecimal, subtractDecimal } from '#core/decimal.ts'
import type { GoodsLeft, PaperLeft } from '#core/documents/compare-use.ts'
import { DOCUMENT_TYPES, type DocumentType } from '#core/documents/document-type.ts'
import { judgeOrders, type PaperOrder } from '#core/documents/judge-orders.ts'
import { judgePaper, judgeUsage } from '#core/documents/judge-paper.ts'
import type { Measure } from '#core/documents/measures.ts'
import type { PaperUsage } from '#core/documents/paper-usage.ts'
import { finding, type SaidFinding } from '#core/documents/said-finding.ts'
import { HubError } from '#core/errors.ts'
import { documentCode } from '#core/lineage/codes.ts'
import { codesOfAddress, SCANNED_MAX, scannedAddress } from '#core/lineage/scanned.ts'
import { normaliseCode } from '#core/text.ts'
import { candidatesOf } from '#flow/documents/candidates.ts'
import { mayBe, type Snapshot } from '#flow/documents/known-papers.ts'
import { type LoadedPaper, loadPapers, usageAtGate } from '#flow/documents/load-papers.ts'
import { numbersOf } from '#flow/documents/numbers-asked.ts'
import { ordersOn } from '#flow/documents/orders-on.ts'
import { readUsePlace, writeUsePlace } from '#flow/documents/use-place.ts'
import { signatureFindings, withSignatures } from '#flow/signatures/findings.ts'
import { signaturesOf } from '#flow/signatures/read-signatures.ts'
import { readKnownTypes } from '#store/document-mentions.ts'
import { listUses } from '#store/document-uses.ts'
import type { Reader } from '#store/sighted.ts'
import { dayAsked } from './day-asked.ts'
import { describeUses } from './describe-uses.ts'
import { isUntold, knownType } from './document-issue.ts'
import type { DocumentAnswer } from './schema.ts'

/** Records of the paper itself that are read; a voucher has one for each of its lines. */
const OWN_READ = 200
const SITES_LISTED = 100
const LOTS_LISTED = 100
export const USES_DEFAULT = 100
export const USES_MAX = 1000

export interface DocumentRequest {
  /** A type of document, or `any`. */
  readonly type: string
  readonly number: string
  /** `YYYY-MM-DD`; the day of `nowMs` in China where absent. */
  readonly on?: string | undefined
  /** System that tells of the paper, where several papers bear its number. */
  readonly system?: string | undefined
  /** Uses listed, 1 to 1,000, and where the list goes on. */
  readonly limit?: number | undefined
  readonly after?: string | undefined
  readonly nowMs: number
  /** Whether free texts of its sender are given as they are; else masked. */
  readonly full?: boolean | undefined
}

/**
 * Whether a paper is valid on a day, what it states, how much was put into trade under it, where and by whom, and what is wrong.
 * Asked for one type, records whose source does not know the type count too and are marked; a paper of the same number but of another
 * type does not. HubError `not_found` where no record names such a paper, `invalid_request` for an unknown type, day or cursor.
 */
export async function readDocument(
  hub: Reader,
  request: DocumentRequest,
  reader: Reader = hub,
): Promise<DocumentAnswer> {
  const [written = request.number] = await numbersOf(reader, [request.number])
  const number = numberAsked(written)
  const on = dayAsked(request.on, request.nowMs)
  const type = typeAsked(request.type)
  const code = documentCode(number)
  const [inForce, { papers, snapshot }] = await Promise.all([
    ordersOn(hub, [code], reader),
    loadPapers(hub, [{ number, type, on, system: request.system, full: request.full }], OWN_READ, reader),
  ])
  const orders = inForce.get(code) ?? []
  const loaded = papers[0] as LoadedPaper
  const { best, paper, usage, question } = loaded
  const signatures = await signaturesOf(hub, loaded.own, request.nowMs)
  const issues = withSignatures(loaded.issues, signatures)
  const { sent, takenIn } = await usageAtGate(hub, loaded, snapshot, reader)
  if (issues.length === 0 && usage.records === 0) await refuseUnknown(reader, loaded, snapshot)
  const limit = request.limit ?? USES_DEFAULT
  const after = request.after === undefined ? null : readUsePlace(request.after)
  const listed = await listUses(reader, question, snapshot.beyond, snapshot.rows, { after, limit: limit + 1 })
  const uses = listed.slice(0, limit)
  const last = listed.length > limit ? uses.at(-1) : undefined
  const { stated, usedKg, statedKg, overKg, found, whole, goods } = figuresOf(loaded)
  return {
    number,
    type: best?.type ?? type ?? knownType(await commonType(reader, loaded, snapshot)),
    on,
    verdict: best?.verdict ?? 'unknown',
    issues: [...issues],
    statedKg,
    usedKg,
    countedKind: usedKg === null ? null : (usage.sites[0]?.kind ?? null),
    overKg,
    stated,
    used: measuresOf(usage.used),
    sent: measuresOf(sent),
    takenIn: measuresOf(takenIn.used),
    left: whole,
    goods,
    sites: usage.sites.slice(0, SITES_LISTED).map(siteOf),
    siteCount: usage.sites.length,
    useCount: usage.records,
    orders: orders.map(orderTold),
    reasons: [
      ...judgeOrders(paper?.goods ?? [], NO_LOAD, orders),
      ...(paper === null
        ? [finding('not_issued', { uses: String(usage.records) })]
        : judgePaper(paper, { on })),
      ...signatureFindings(best && signatures.get(best.record)),
      ...found,
    ].map(reasonOf),
    candidates: candidatesOf(issues),
    uses: await describeUses(reader, uses, usage, best, paper?.province ?? null),
    moreUses: last !== undefined,
    next: last === undefined ? null : writeUsePlace({ day: last.day, record: last.recordId }),
  }
}

/** A number as it may be looked for, as it is written on the paper or in its QR code. @throws HubError `invalid_request` */
export function numberAsked(written: string): string {
  // What a scanner reads from a certificate is the address of its page.
  const number = normaliseCode(codesOfAddress(written)?.[0] ?? written)
  if (number === '' || number.length > (scannedAddress(written) ? SCANNED_MAX : 200) || number.includes('\0'))
    throw new HubError('invalid_request')
  return number
}

/** A type of document, null for any. @throws HubError `invalid_request` */
export function typeAsked(type: string): DocumentType | null {
  if (type === 'any') return null
  if (Object.hasOwn(DOCUMENT_TYPES, type)) return type as DocumentType
  throw new HubError('invalid_request', {
    detail: `"${type.slice(0, 60)}" is no type of document`,
    members: { known: ['any', ...Object.keys(DOCUMENT_TYPES)] },
  })
}

async function refuseUnknown(
  reader: Reader,
  { question }: LoadedPaper,
  { beyond, rows }: Snapshot,
): Promise<void> {
  const known = await readKnownTypes(reader, [question.code], beyond, rows)
  if (known.some((one) => mayBe(question, one))) return
  throw new HubError('not_found', {
    detail: known.length > 0 ? 'the number is known for other types only' : 'no record names this paper',
    ...(known.length > 0 ? { members: { known: known.map(({ type }) => type) } } : {}),
  })
}

/** The type by which most records name a paper that nobody is known to have issued. */
async function commonType(
  reader: Reader,
  { question }: LoadedPaper,
  { beyond, rows }: Snapshot,
): Promise<string> {
  const known = await readKnownTypes(reader, [question.code], beyond, rows)
  return (known.find(({ type }) => !isUntold(type)) ?? known[0])?.type ?? 'unknown'
}

const kilograms = (measures: readonly Measure[]): string | null =>
  measures.find(({ unit }) => unit === 'KGM')?.value ?? null

export const measuresOf = (measures: readonly Measure[]): DocumentAnswer['used'] =>
  measures.map(({ value, unit }) => ({ value, unit: unit as DocumentAnswer['used'][number]['unit'] }))

export const reasonOf = ({
  code,
  severity,
  values,
  en,
  zh,
  ask,
}: SaidFinding): DocumentAnswer['reasons'][number] => ({
  code,
  severity,
  values: { ...values },
  en,
  zh,
  ...(ask ? { ask: { ...ask } } : {}),
})

/** Stated against used, and what is wrong with the use. */
export function figuresOf({
  paper,
  type,
  usage,
  cameTo,
}: Pick<LoadedPaper, 'paper' | 'type' | 'usage' | 'cameTo'>) {
  const goods = paper?.goods ?? []
  const judged = judgeUsage({ type, goods }, usage, cameTo)
  const { stated, each, whole, isUnsure } = judged.left
  return {
    ...judged,
    stated: measuresOf(stated),
    statedKg: kilograms(stated),
    usedKg: kilograms(usage.used),
    overKg: overOf(isUnsure ? null : { stated, used: usage.used }, each),
    whole: measureLeft(whole),
    goods: each.map(goodsLeft),
  }
}

/** Kilograms used beyond what is stated: of one of the goods also where others are left; null for all where nobody knows. */
function overOf(all: Told | null, each: readonly GoodsLeft[]): string | null {
  const ofEach = each.reduce(
    (sum, { goods, used, isUnsure }) =>
      addDecimal(sum, (isUnsure ? null : beyond({ stated: goods.stated, used })) ?? '0'),
    '0',
  )
  const ofAll = all && beyond(all)
  if (ofAll !== null && compareDecimal(ofAll, ofEach) >= 0) return ofAll
  return compareDecimal(ofEach, '0') > 0 ? ofEach : null
}

interface Told {
  readonly stated: readonly Measure[]
  readonly used: readonly Measure[]
}

function beyond({ stated, used }: Told): string | null {
  const [most, kg] = [kilograms(stated), kilograms(used)]
  return most === null || kg === null || compareDecimal(kg, most) <= 0 ? null : subtractDecimal(kg, most)
}

export const measureLeft = (compared: PaperLeft['whole']): DocumentAnswer['left'] =>
  compared === null || compared === 'not_comparable'
    ? null
    : (measuresOf([{ value: compared.left, unit: compared.unit }])[0] ?? null)

const goodsLeft = ({ goods, used, compared }: GoodsLeft): DocumentAnswer['goods'][number] => ({
  name: goods.name,
  productClass: goods.productClass,
  productCode: goods.code,
  stated: measuresOf(goods.stated),
  used: measuresOf(used),
  left: measureLeft(compared),
})

/** Nobody says which of the goods are asked for. */
const NO_LOAD = { productClass: null, productCode: null, name: null }

const orderTold = ({ kind, since, case: of, record, likely, lots, covered }: PaperOrder) => ({
  kind,
  since,
  case: of,
  record,
  likely,
  lots: lots.slice(0, LOTS_LISTED),
  lotCount: lots.length,
  covered,
})

const siteOf = ({
  site,
  siteName,
  kind,
  records,
  measures,
  firstOn,
  lastOn,
}: PaperUsage['sites'][number]) => ({
  site,
  name: siteName,
  kind,
  records,
  used: measuresOf(measures),
  firstOn,
  lastOn,
})
