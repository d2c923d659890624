import { compareDecimal } from '#core/decimal.ts'
import { addDays } from '#core/documents/civil-day.ts'
import { type Compared, leftOf, mostLeft, type Uses, withMore } from '#core/documents/compare-use.ts'
import type { DocumentType } from '#core/documents/document-type.ts'
import { judgeOrders, type PaperOrder } from '#core/documents/judge-orders.ts'
import {
  gateVerdict,
  type IssuedPaper,
  judgeLoad,
  judgePaper,
  type Load,
  typeTitle,
} from '#core/documents/judge-paper.ts'
import { kindCode } from '#core/documents/mentioned-paper.ts'
import { goodsMeant, namesOf } from '#core/documents/paper-goods.ts'
import type { PaperUsage } from '#core/documents/paper-usage.ts'
import { requiredDocuments } from '#core/documents/required-documents.ts'
import { finding, type SaidFinding } from '#core/documents/said-finding.ts'
import { HubError } from '#core/errors.ts'
import { normalisePlate } from '#core/identifiers/plate.ts'
import { documentCode } from '#core/lineage/codes.ts'
import { type KnownProduct, lookupProduct } from '#core/products/lookup.ts'
import { parseQuantity } from '#core/units/quantity.ts'
import { signatureFindings } from '#flow/signatures/findings.ts'
import { type SignatureView, signaturesOf } from '#flow/signatures/read-signatures.ts'
import { dayAsked } from '#flow/trace/day-asked.ts'
import { knownType } from '#flow/trace/document-issue.ts'
import { figuresOf, measureLeft, measuresOf, numberAsked, reasonOf } from '#flow/trace/read-document.ts'
import { type KnownType, readKnownTypes } from '#store/document-mentions.ts'
import type { Reader } from '#store/sighted.ts'
import { candidatesOf } from './candidates.ts'
import { mayBe } from './known-papers.ts'
import { type LoadedPaper, loadPapers } from './load-papers.ts'
import { numbersOf } from './numbers-asked.ts'
import { ordersOn } from './orders-on.ts'
import type { PaperAnswer, PaperQuestion, PapersAnswer } from './schema.ts'

/** Records of each paper that are read: a gate asks for papers of one load, not for vouchers of a whole day. */
const OWN_READ = 20

/**
 * Judges papers at a gate: what is wrong with each, what of it is left, and what to ask whoever brings the goods. All are answered by
 * five to ten statements however many they are; the orders in force are read beside the papers, over a second connection where the caller has one. Two loads under one paper in one check share what is left of it.
 * HubError `invalid_request` for a number that is none; a day that is none is told of its paper alone. @param full whether free texts of senders are given as they are
 */
export async function checkPapers(
  hub: Reader,
  questions: readonly PaperQuestion[],
  nowMs: number,
  reader: Reader = hub,
  full = false,
): Promise<PapersAnswer> {
  const numbers = await numbersOf(
    reader,
    questions.map(({ number }) => number),
  )
  const loads = questions.map(loadOf)
  const today = dayAsked(undefined, nowMs)
  const asked = questions.map(({ type = null, on, system }, n) => ({
    number: askedIn(numbers[n] as string, n),
    type,
    on: dayAsked(isDay(on) ? on : undefined, nowMs),
    nowMs: on === undefined || on === today ? nowMs : undefined,
    system,
    full,
    goods: loads[n]?.goods,
  }))
  const [orders, { papers, snapshot }] = await Promise.all([
    ordersOn(
      hub,
      asked.map(({ number }) => documentCode(number)),
      reader,
    ),
    loadPapers(hub, asked, OWN_READ, reader, 'all', 'at_gate'),
  ])
  const unseen = papers.filter(isUnseen).map(({ question }) => question.code)
  const [known, signatures] = await Promise.all([
    unseen.length > 0 ? readKnownTypes(reader, [...new Set(unseen)], snapshot.beyond, snapshot.rows) : [],
    signaturesOf(
      hub,
      papers.flatMap(({ own }) => own),
      nowMs,
    ),
  ])
  const types = Map.groupBy(known, ({ code }) => code)
  // A paper of which a caller sees no record is to him one that is not there.
  const isAbsent = (loaded: LoadedPaper): boolean =>
    reader !== hub && isUnseen(loaded) && !types.has(loaded.question.code)
  const taken: Taken = new Map()
  return {
    papers: papers.map((loaded, n) =>
      answerOf(
        loaded,
        questions[n] as PaperQuestion,
        loads[n] as AskedLoad,
        types.get(loaded.question.code) ?? [],
        (isAbsent(loaded) ? undefined : orders.get(loaded.question.code)) ?? [],
        taken,
        signatures,
      ),
    ),
  }
}

const isDay = (on: string | undefined): boolean => on === undefined || addDays(on, 0) !== undefined

/** The number of a question; of many the place of the one that is none is told. */
function askedIn(written: string, n: number): string {
  try {
    return numberAsked(written)
  } catch (cause) {
    throw new HubError('invalid_request', {
      cause,
      issues: [
        {
          path: `/papers/${n}/number`,
          code: 'E_SCHEMA',
          reason: 'no number of a paper, or too long',
          fix: 'Send the number as it is written on the paper, or leave the paper out.',
        },
      ],
    })
  }
}

const isUnseen = ({ paper, usage }: LoadedPaper): boolean => paper === null && usage.records === 0

function answerOf(
  loaded: LoadedPaper,
  question: PaperQuestion,
  load: AskedLoad,
  types: readonly KnownType[],
  orders: readonly PaperOrder[],
  taken: Taken,
  signatures: ReadonlyMap<string, SignatureView>,
): PaperAnswer {
  const { asked, best, paper, usage, issues } = loaded
  const figures = figuresOf(loaded)
  const meant = goodsMeant(paper?.goods ?? [], load.goods)
  const { compared, isAtMost } = paper
    ? leftForLoad(paper, usage, meant, load, paperKey(loaded), taken)
    : { compared: null, isAtMost: false }
  const found: SaidFinding[] = judgeOrders(paper?.goods ?? [], load.goods, orders)
  if (!isDay(question.on)) found.push(finding('day_unread', { day: question.on ?? '', on: asked.on }))
  const signature = best && signatures.get(best.record)
  if (paper === null) found.push(unknownPaper(loaded, types))
  else {
    found.push(...signatureFindings(signature))
    found.push(...judgePaper(paper, { on: asked.on, province: provinceOf(question) }))
    found.push(...judgeLoad(paper, usage, compared, load))
    const isOverUsed = found.some(({ code }) => code === 'used_up' || code === 'more_than_left')
    found.push(
      ...(figures.ofGoods[meant ?? -1] ?? figures.found).filter(
        ({ code }) => AT_GATE.has(code) && !(isOverUsed && code === 'over_used'),
      ),
    )
  }
  const type = best?.type ?? asked.type ?? knownType(types[0]?.type ?? 'unknown')
  return {
    number: asked.number,
    type,
    title: typeTitle(type),
    on: asked.on,
    verdict: gateVerdict(paper !== null, found),
    status: best?.status ?? null,
    signature: signature?.state ?? 'none',
    issuer: best?.issuer ?? null,
    issuedOn: paper?.issuedOn ?? null,
    validUntil: paper?.validUntil ?? null,
    product: namesOf(paper?.goods ?? [], '、'),
    goods: figures.goods,
    stated: figures.stated,
    used: measuresOf(usage.used),
    left: isAtMost ? null : measureLeft(compared),
    reasons: found.map(reasonOf),
    ask: asksOf(found),
    needs: needsOf(load.known, type, asked.on),
    candidates: candidatesOf(issues),
  }
}

/** Loads of one check share what is left of a paper; several papers of one number are told apart by the system of each. */
const paperKey = ({ question, best, paper }: LoadedPaper): string =>
  [question.code, best?.type, paper !== null && paper.papers > 1 ? best?.system : ''].join(' ')

/** What others did under the paper is told at the gate only where it bears on this load. */
const AT_GATE: ReadonlySet<string> = new Set(['over_used', 'not_comparable'])

function unknownPaper({ usage, question }: LoadedPaper, types: readonly KnownType[]): SaidFinding {
  const others = types.flatMap((one) => (mayBe(question, one) ? [] : [one.type]))
  if (usage.records > 0) return finding('not_issued', { uses: String(usage.records) })
  if (others.length > 0) return finding('other_type', { types: others.join(', ') })
  return types.length > 0 ? finding('not_issued', { uses: '0' }) : finding('not_found')
}

const goodsOf = (product: string | undefined): KnownProduct | undefined =>
  product === undefined
    ? undefined
    : lookupProduct(/^\d{4,8}$/.test(product) ? { code: product } : { name: product })

/** A load with what is known of its goods. */
interface AskedLoad extends Load {
  readonly known: KnownProduct | undefined
}

function loadOf(question: PaperQuestion): AskedLoad {
  const known = goodsOf(question.product)
  const { quantity } =
    question.quantity === undefined
      ? { quantity: null }
      : parseQuantity(question.quantity, { unit: question.unit ?? '', default: '公斤' })
  return {
    known,
    site: question.site?.trim() ?? null,
    region: question.region ?? null,
    goods: {
      productClass: known?.class ?? null,
      productCode: kindCode(known),
      name: question.product ?? null,
    },
    unread: quantity?.value === null ? (question.quantity ?? null) : null,
    quantity: isLoad(quantity?.value) ? { value: quantity.value, unit: quantity.unit } : null,
    vehicle: question.plate === undefined ? null : normalisePlate(question.plate),
  }
}

/** Nothing, and less than nothing, is no load. */
const isLoad = (value: string | null | undefined): value is string =>
  value != null && compareDecimal(value, '0') > 0

/** Digits of the province of the market: of its region, else of its node code. */
function provinceOf({ region, site = '' }: PaperQuestion): string | null {
  if (region !== undefined) return region.slice(0, 2)
  return /^\d{9}$/.test(site) ? site.slice(0, 2) : null
}

/** Uses of each paper with the loads before this one in the same check. */
type Taken = Map<string, Uses>

/** What is left for a load. */
interface LeftForLoad {
  readonly compared: Compared | null
  /** Nobody knows how much is left, but that it is no more: what was used is known in no unit of the paper. */
  readonly isAtMost: boolean
}

/** Stated against used of the goods that the load is, and what is left of them after the loads before it in the same check. */
function leftForLoad(
  { goods }: IssuedPaper,
  usage: PaperUsage,
  meant: number | null,
  { quantity }: Load,
  paper: string,
  taken: Taken,
): LeftForLoad {
  const before = taken.get(paper) ?? usage
  const all = comparedOf(goods, usage, meant, quantity)
  const now = comparedOf(goods, before, meant, quantity).compared
  if (now === null || now.unit !== all.compared?.unit || quantity?.unit !== now.unit) return all
  // A load that is more than what is left is not let in, and takes nothing from those behind it.
  if (compareDecimal(quantity.value, now.left) <= 0) taken.set(paper, withMore(before, meant, quantity))
  return { ...all, compared: now }
}

function comparedOf(
  goods: IssuedPaper['goods'],
  uses: Uses,
  meant: number | null,
  quantity: Load['quantity'],
): LeftForLoad {
  const { stated: all, each, whole, forUntold } = leftOf(goods, uses)
  const compared = meant === null ? forUntold : (each[meant]?.compared ?? null)
  if (compared !== 'not_comparable' && (compared !== null || whole !== 'not_comparable'))
    return { compared, isAtMost: false }
  const stated = meant === null ? all : (each[meant]?.goods.stated ?? [])
  return { compared: quantity && mostLeft(stated, quantity.unit), isAtMost: true }
}

function asksOf(found: readonly SaidFinding[]): PaperAnswer['ask'] {
  const asks = new Map(found.flatMap(({ ask }) => (ask ? [[ask.en, { ...ask }]] : [])))
  return [...asks.values()]
}

function needsOf(goods: KnownProduct | undefined, type: DocumentType, on: string): PaperAnswer['needs'] {
  if (goods?.class === undefined) return []
  return requiredDocuments(goods.class, on)
    .filter((group) => !group.includes(type))
    .map((group) => group.map((one) => ({ type: one, title: typeTitle(one) })))
}
