import { voidedSince } from '#core/documents/judge-paper.ts'
import { finding, type SaidFinding } from '#core/documents/said-finding.ts'
import { EVIDENCE_MAX, type FindingDraft, figure } from '#core/findings/draft.ts'
import type { FindingKind } from '#core/findings/finding-kinds.ts'
import { sentenceOf } from '#core/findings/sentences.ts'
import type { TracedRecord } from '#core/lineage/traced-record.ts'
import type { Body } from '#core/model/body.ts'
import type { FindingNumber } from '#core/model/finding-parts.ts'
import type { Snapshot } from '#flow/documents/known-papers.ts'
import { type LoadedPaper, loadPapers } from '#flow/documents/load-papers.ts'
import { figuresOf } from '#flow/trace/read-document.ts'
import { readUsesAbout, type UsesAbout } from '#store/document-uses.ts'
import { readNewestVersions, readTransformationsOf } from '#store/newest-versions.ts'
import { aboutOf, type Judged, type Judging, leadOf, ownRecords } from './judging.ts'

const OWN_READ = 20

/** What is wrong with the use of a paper, by the reason that says so, and the uses that it is about. */
const KINDS: readonly (readonly [kind: FindingKind, reason: SaidFinding['code'], about: UsesAbout])[] = [
  ['paper_void', 'void', 'all'],
  ['paper_expired', 'uses_expired', 'expired'],
  ['paper_before_issue', 'uses_before_issue', 'beforeIssue'],
  ['paper_territory', 'uses_outside', 'outside'],
  ['paper_overused', 'over_used', 'all'],
  ['paper_used_twice', 'used_twice', 'all'],
  ['paper_other_goods', 'uses_other_goods', 'otherGoods'],
]

/** Kinds of findings that papers may have. */
export const PAPER_KINDS: readonly FindingKind[] = KINDS.map(([kind]) => kind)

/** Judges papers by all records that use them: four statements, and two more where something is wrong. */
export async function judgePapers({ pool, on }: Judging, codes: readonly string[]): Promise<Judged> {
  const asked = codes.map((code) => ({ number: code.slice('doc:'.length), type: null, on }))
  const { papers, snapshot } = await loadPapers(pool, asked, OWN_READ, pool, 'near')
  const wrong = papers.map(reasonsOf)
  const uses = await usesOf(papers, wrong, pool, snapshot)
  const bodies = await readNewestVersions(
    pool,
    uses.flat().map(({ recordId }) => recordId),
  )
  const users = uses.map(
    (rows) => (about: UsesAbout) =>
      rows
        .flatMap((row) => (row.about === about ? (bodies.get(row.recordId) ?? []) : []))
        .filter(({ status }) => status === 'active'),
  )
  const leads = users.map((of) => leadOf(of('all')))
  const own = await ownRecords(
    pool,
    leads.flatMap((lead) => lead?.id ?? []),
  )
  const drafts = papers.flatMap((paper, n) => {
    const lead = leads[n]
    const isOurs = lead !== undefined && own.has(lead.id)
    return draftsOf(paper, isOurs ? (wrong[n] ?? []) : [], users[n] ?? (() => []))
  })
  const also = (await readTransformationsOf(pool, codes)).map((id) => `yield:${id}`)
  return { drafts, also }
}

function reasonsOf(loaded: LoadedPaper): SaidFinding[] {
  const { paper, usage } = loaded
  const { found } = figuresOf(loaded)
  return [
    // Numbers of the day and reason are the source's words, and stand in its record.
    ...(paper?.isVoid && usage.records > 0 ? [finding('void', { since: voidedSince(paper), why: '' })] : []),
    // A paper that goes with one batch to several places is used as it may be.
    ...found.filter(({ code, severity }) => code !== 'used_twice' || severity === 'warn'),
  ].filter(({ code }) => KINDS.some(([, reason]) => reason === code))
}

/** Where the paper was used last at a market or the like: there somebody has to look. */
const marketOf = (users: readonly TracedRecord[]): TracedRecord | undefined =>
  users
    .filter(({ kind, status }) => kind !== 'dispatch' && status === 'active')
    .sort((a, b) => (placeInTime(a) < placeInTime(b) ? -1 : 1))
    .at(-1)

const placeInTime = ({ id, body }: TracedRecord): string => `${body.occurredAt?.at ?? ''} ${id}`

function usesOf(
  papers: readonly LoadedPaper[],
  wrong: readonly (readonly SaidFinding[])[],
  pool: Judging['pool'],
  { beyond, rows }: Snapshot,
): Promise<Awaited<ReturnType<typeof readUsesAbout>>[]> {
  return Promise.all(
    papers.map(({ question, otherGoods }, n) => {
      const found = KINDS.filter(([, reason]) => wrong[n]?.some(({ code }) => code === reason))
      // The first of all uses decides which hub finds.
      const abouts = [...new Set(['all' as const, ...found.map(([, , about]) => about)])]
      return found.length === 0
        ? []
        : readUsesAbout(pool, question, beyond, rows, { abouts, most: EVIDENCE_MAX, otherGoods })
    }),
  )
}

function draftsOf(
  loaded: LoadedPaper,
  wrong: readonly SaidFinding[],
  users: (about: UsesAbout) => readonly TracedRecord[],
): FindingDraft[] {
  const { asked, type, question } = loaded
  const { number } = asked
  const { compared } = figuresOf(loaded)
  const numbers: FindingNumber[] = compared
    ? [
        ...figure('stated', compared.stated, compared.unit),
        ...figure('used', compared.used, compared.unit),
        ...figure('left', compared.left, compared.unit),
      ]
    : []
  return KINDS.map(([kind, code, about]) => {
    const reason = wrong.find((one) => one.code === code)
    const meant = reason ? users(about) : []
    const where = marketOf(meant) ?? leadOf(meant)
    return {
      kind,
      subject: question.code,
      holds: reason !== undefined,
      about: where
        ? {
            ...aboutOf(where.body),
            ...dayOf(where.body),
            documents: [{ role: 'upstream' as const, type, number }],
          }
        : { documents: [] },
      numbers: [...numbers, ...figure('records', reason?.values['count'] ?? null)],
      sentence: sentenceOf('paper', { number, en: reason?.en ?? '', zh: reason?.zh ?? '' }),
      evidence: meant.map(({ id, version }) => ({ id, version })),
    }
  })
}

/** The day of a record, whose time says when it was written down rather than when the paper was used. */
const dayOf = ({ occurredAt }: Body): Pick<Body, 'occurredAt'> =>
  occurredAt === undefined
    ? {}
    : { occurredAt: { at: `${occurredAt.at.slice(0, 10)}T00:00:00+08:00`, precision: 'day' } }
