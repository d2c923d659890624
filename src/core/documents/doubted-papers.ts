import type { DocumentPart } from '#core/model/parts.ts'
import type { DocumentType } from './document-type.ts'
import { checkDocumentUse, hasRules } from './document-validity.ts'
import { type NamedRegions, placesOfPaper, placesUnderPaper } from './places-of-use.ts'

/** A paper that its record may not use like that; `doubt` names a reason in `core/mapping/reasons.ts`. */
export interface DoubtedPaper {
  readonly paper: DocumentPart
  /** Its place in the list. */
  readonly at: number
  readonly flag: 'W_DOC_EXPIRED' | 'W_DOC_TERRITORY'
  readonly doubt: 'doc_expired' | 'doc_territory'
}

const NONE: readonly DoubtedPaper[] = []

/**
 * What the rules of their dates say of the papers of one record. Papers under which goods came are judged by where they came from and arrived, and by the day
 * of arrival; the record that is the paper itself by where it was issued and the destination it names.
 * @param day of the record, `YYYY-MM-DD`
 */
export function doubtedPapers(
  papers: readonly DocumentPart[],
  named: NamedRegions,
  day: string,
): readonly DoubtedPaper[] {
  let found: DoubtedPaper[] | undefined
  for (let at = 0; at < papers.length; at++) {
    const paper = papers[at] as DocumentPart
    for (const flag of flagsOf(paper, named, day)) {
      found ??= []
      found.push({ paper, at, flag, doubt: flag === 'W_DOC_TERRITORY' ? 'doc_territory' : 'doc_expired' })
    }
  }
  return found ?? NONE
}

const NO_FLAGS: readonly DoubtedPaper['flag'][] = []

function flagsOf(paper: DocumentPart, named: NamedRegions, day: string): readonly DoubtedPaper['flag'][] {
  const { role, validUntil, issuedOn, number } = paper
  const type = paper.type as DocumentType
  if (role !== 'upstream' && role !== 'self') return NO_FLAGS
  if (!hasRules(type) && validUntil === undefined) return NO_FLAGS
  const { from, to } =
    role === 'self' ? placesOfPaper(type, named) : placesUnderPaper({ type, number }, named)
  const isInside = from === undefined || to === undefined || from === to
  if (isInside && validUntil === undefined && issuedOn === undefined) return NO_FLAGS
  return checkDocumentUse({
    type,
    issuedOn: issuedOn?.at.slice(0, 10) ?? day,
    usedOn: day,
    ...(validUntil === undefined ? {} : { validUntil: validUntil.at.slice(0, 10) }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  })
}
