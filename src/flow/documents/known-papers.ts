import { CHINA_OFFSET_MINUTES, DAY_MS, MINUTE_MS } from '#core/calendar.ts'
import { documentTypeOn, namesBefore2026, QUARANTINE_2026 } from '#core/documents/document-form.ts'
import type { DocumentType } from '#core/documents/document-type.ts'
import type { NamedGoods } from '#core/documents/goods-match.ts'
import type { IssuedPaper } from '#core/documents/judge-paper.ts'
import { mentionedPapers, plateDigest } from '#core/documents/mentioned-paper.ts'
import { beginningOf, type PaperBeginning } from '#core/documents/paper-beginning.ts'
import { documentCode } from '#core/lineage/codes.ts'
import { type Mentioning, mentioning } from '#core/lineage/node-state.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Status } from '#core/model/record.ts'
import { documentIssue, issuesIt, isUntold, typeIssued } from '#flow/trace/document-issue.ts'
import type { DocumentIssue } from '#flow/trace/document-parts.ts'
import {
  type Beyond,
  type Counting,
  type KnownType,
  type MentionRow,
  type OwnRow,
  readBeyond,
  readOwn,
} from '#store/document-mentions.ts'
import type { UseQuestion } from '#store/document-uses.ts'
import { tracedRecords } from '#store/lots.ts'
import type { Reader } from '#store/sighted.ts'
import { bestOf, isRefund, issuedPaper } from './issued-paper.ts'

/** A paper that somebody asks for; the number is normalised. */
export interface AskedPaper {
  readonly number: string
  /** Null: of any type. */
  readonly type: DocumentType | null
  /** System that issued it, where several issue the same numbers. */
  readonly system?: string | undefined
  /** `YYYY-MM-DD`. */
  readonly on: string
  /** When it is asked, where that is on this day: milliseconds since 1970. */
  readonly nowMs?: number | undefined
  /** Goods that come under it; of several papers of its number that of these speaks. */
  readonly goods?: NamedGoods | undefined
  /** Whether free texts of its sender are given as they are; else masked. */
  readonly full?: boolean | undefined
}

/** A paper as its own records tell of it. */
export interface KnownPaper {
  readonly asked: AskedPaper
  readonly own: readonly Mentioning[]
  /** What the records of the paper itself say, in the order read. */
  readonly issues: readonly DocumentIssue[]
  readonly best: DocumentIssue | undefined
  /** Null where no record of the paper itself is known. */
  readonly paper: IssuedPaper | null
  /** By its own records; null where none is known. */
  readonly beginning: PaperBeginning | null
  readonly question: UseQuestion
}

/** What was read of the log beyond the table; further questions of the same answer are asked with it. */
export interface Snapshot {
  readonly beyond: Beyond
  readonly rows: readonly MentionRow[]
  /** How it was asked: own records of each paper, and what counts of the log. */
  readonly most: number
  readonly counting: Counting
}

/** The papers as their own records tell of them; `most` bounds these for each, and `reader` what is seen. */
export async function knownPapers(
  hub: Reader,
  asked: readonly AskedPaper[],
  most: number,
  reader: Reader,
  counting: Counting,
): Promise<{ readonly known: readonly KnownPaper[]; readonly snapshot: Snapshot }> {
  const codes = asked.map(({ number }) => documentCode(number))
  const beyond = await readBeyond(hub, codes, reader, counting)
  const snapshot = { beyond, rows: mentionsBeyond(beyond, new Set(codes)), most, counting }
  const own = Map.groupBy(await readOwn(reader, codes, beyond, snapshot.rows, most), ({ n }) => n - 1)
  const known: KnownPaper[] = []
  for (const [n, one] of asked.entries())
    known.push(await ofPaper(reader, one, { code: codes[n] as string, n, rows: own.get(n) ?? [], most }))
  return { known, snapshot }
}

/** Types under which records may name a paper of this type: sources go on saying 产品A of the certificate of 2026. */
function typesMeant(type: DocumentType): string[] {
  return [...new Set([type, documentTypeOn(type, QUARANTINE_2026), 'unknown', 'other'])]
}

/** Types under which uses of a paper of this type may name it: what says 产品A of a certificate of 2026 mostly has no day of issue that tells. */
export const typesOfUses = (type: DocumentType): string[] => [...typesMeant(type), ...namesBefore2026(type)]

const mentionsBeyond = ({ versions }: Beyond, codes: ReadonlySet<string>): MentionRow[] =>
  versions.flatMap(({ recordId, version, kind, system, status, body }) =>
    mentionedPapers({ ...JSON.parse(body), kind, system })
      .filter(({ code }) => codes.has(code))
      .map((paper) => ({ ...paper, recordId, version, kind, system, status })),
  )

async function ofPaper(
  reader: Reader,
  asked: AskedPaper,
  {
    code,
    n,
    rows,
    most,
  }: { readonly code: string; readonly n: number; readonly rows: readonly OwnRow[]; readonly most: number },
): Promise<KnownPaper> {
  const records = await tracedRecords(
    reader,
    rows.map(({ recordId, kind, status, voidToldAt: _, ...row }) => ({
      ...row,
      id: recordId,
      kind: kind as Kind,
      status: status as Status,
    })),
  )
  const types = asked.type === null ? null : typesMeant(asked.type)
  const told = mentioning(code, records).filter(
    (one) =>
      issuesIt(one) &&
      (types === null || types.includes(typeIssued(one))) &&
      (asked.system === undefined || asked.system === one.record.system),
  )
  // What went back under a voucher says nothing of its issue, unless nothing else is known.
  const [refunds, sales] = [told.filter(isRefund), told.filter((one) => !isRefund(one))]
  const own = [...sales, ...refunds]
  const issues = own.map((one) => documentIssue(one, asked.on, asked.full))
  const best = bestOf(own, sales.length > 0 ? issues.slice(0, sales.length) : issues, asked.goods)
  const voidToldAt = rows.find(({ recordId }) => recordId === best?.record)?.voidToldAt ?? null
  const isWhole = rows.length < most
  const paper = best === undefined ? null : issuedPaper(own, issues, best, { isWhole, voidToldAt })
  const speaking = own.filter((_, n) => {
    const { type, status } = issues[n] as DocumentIssue
    return type === best?.type && status === best.status
  })
  const beginning = speaking.length === 0 ? null : beginningOf(speaking)
  return {
    ...{ asked, own, issues, best, paper, beginning },
    question: questionOf(asked, { code, n, paper, types, beginning }),
  }
}

/** Vouchers are written when goods are sold, and these may have come in before. */
const OF_TRADES: ReadonlySet<DocumentType> = new Set<DocumentType>(['sales_voucher', 'purchase_voucher'])

/** Clocks of two systems differ, and a lorry is written down at a gate and at a counter: of one that came in before midnight one of them tells after it. Decided by us. */
const SOON_MS = 30 * MINUTE_MS

/** Since when a load may be one that is asked about now, where that was yesterday. */
function justBefore(nowMs: number): string | null {
  const intoDayMs = (nowMs + CHINA_OFFSET_MINUTES * MINUTE_MS) % DAY_MS
  return intoDayMs < SOON_MS ? new Date(nowMs - SOON_MS).toISOString() : null
}

function questionOf(
  { on, type, nowMs }: AskedPaper,
  {
    code,
    n,
    paper,
    types,
    beginning,
  }: Pick<KnownPaper, 'paper' | 'beginning'> & Pick<UseQuestion, 'code' | 'n' | 'types'>,
): UseQuestion {
  return {
    n,
    code,
    ...(paper === null ? { types, former: formerOf(type) } : { types: usedAs(type, paper), former: null }),
    on,
    justBefore: nowMs === undefined ? null : justBefore(nowMs),
    issued: paper === null || OF_TRADES.has(paper.type) ? null : paper.issuedOn,
    until: paper?.validUntil ?? null,
    inside: paper?.territory === 'within_province' ? (paper.province ?? '') : null,
    plate: paper?.vehicle ? plateDigest(paper.vehicle) : null,
    beginning,
    // What the seller tells of his own voucher is the sale itself, or that some went back.
    isSoldAsSent: beginning?.isVoucher ?? false,
  }
}

/** Where nobody tells of its issue, what was used in 2026 under a name of before may have been used under the certificate of 2026. */
function formerOf(type: DocumentType | null): UseQuestion['former'] {
  const types = type === null ? [] : namesBefore2026(type)
  return types.length === 0 ? null : { types, since: QUARANTINE_2026 }
}

/** Whether a paper that records name so may be the one that is asked for. */
export const mayBe = ({ types, former }: UseQuestion, { type, lastOn }: KnownType): boolean =>
  types === null ||
  types.includes(type) ||
  (former?.types.includes(type) === true && lastOn !== null && lastOn >= former.since)

/** Of several papers that bear one number, those uses count that may mean the one that is answered for; null: all. */
function usedAs(asked: DocumentType | null, { type, papers }: IssuedPaper): string[] | null {
  if (asked !== null) return typesOfUses(asked)
  return !isUntold(type) && papers > 1 ? typesOfUses(type) : null
}
