import { type GoodsMove, goodsMoves } from '#core/balance/goods-move.ts'
import { isCode } from '#core/lineage/codes.ts'
import { mentionsOf } from '#core/lineage/mentions.ts'
import { UNMOVING } from '#core/lineage/untraced.ts'
import type { CanonicalRecord } from '#core/model/record.ts'
import { isPersonalNumber } from '#core/personal.ts'

/** What a finding is of, as a text: a graph code of a paper or lot, goods of a place and day, a record, or a source. */
export type Subject =
  | { readonly is: 'paper'; readonly code: string }
  | { readonly is: 'lot'; readonly code: string }
  | { readonly is: 'goods'; readonly site: string; readonly goods: string; readonly day: string }
  | { readonly is: 'test' | 'yield'; readonly record: string }

export const goodsSubject = ({ site, goods, day }: Pick<GoodsMove, 'site' | 'goods' | 'day'>): string =>
  `goods:${JSON.stringify([site, goods, day])}`

/** The parts of such a text; null for one that is none. */
export function readSubject(subject: string): Subject | null {
  const colon = subject.indexOf(':')
  const [prefix, value] = [subject.slice(0, colon), subject.slice(colon + 1)]
  switch (prefix) {
    case 'doc':
      return { is: 'paper', code: subject }
    case 'test':
    case 'yield':
      return { is: prefix, record: value }
    case 'goods': {
      const [site, goods, day] = JSON.parse(value) as [string, string, string]
      return { is: 'goods', site, goods, day }
    }
    default:
      return prefix === 'lot' || prefix.startsWith('local.') ? { is: 'lot', code: subject } : null
  }
}

/** Subjects that a version of a record bears on, and those of the moves that it makes. */
export function subjectsOf(record: CanonicalRecord): {
  readonly subjects: readonly string[]
  readonly moves: readonly GoodsMove[]
} {
  const { kind, id } = record
  // No finding is made of a finding.
  if (UNMOVING.has(kind)) return { subjects: [], moves: [] }
  const moves = goodsMoves(kind, id, record)
  return {
    moves,
    subjects: [
      ...codesNamed(record),
      ...moves.map(goodsSubject),
      ...(kind === 'test' ? [`test:${id}`] : []),
      ...(kind === 'transformation' ? [`yield:${id}`] : []),
    ],
  }
}

const DOCUMENT = 'doc:'

/** Whether findings may name a code: a number in the wrong field may be a person's, and goes into none. */
export const isSubjectCode = (code: string): boolean =>
  isCode(code) && !(code.startsWith(DOCUMENT) && isPersonalNumber(code.slice(DOCUMENT.length)))

/** A ticket has a code of its own, of which nobody tells anything else: of it only the papers that its goods came under. */
function codesNamed(record: CanonicalRecord): string[] {
  const isTicket = record.kind === 'sale' && record.saleKind === 'retail'
  return mentionsOf(record)
    .filter(({ role }) => !isTicket || role === 'upstream')
    .map(({ code }) => code)
    .filter(isSubjectCode)
}
