import type { Body } from '#core/model/body.ts'
import type { DocumentPart, LotPart } from '#core/model/parts.ts'
import { documentCode, type GraphCode, lotCode } from './codes.ts'

/** In what part a record mentions a lot or a document, strongest first: what the record itself is, makes or is about, then the rest. */
export const MENTION_ROLES = ['self', 'output', 'subject', 'voucher', 'input', 'source', 'upstream'] as const
export type MentionRole = (typeof MENTION_ROLES)[number]

/** One place of a record that names a lot or a document. */
export interface Mention {
  readonly code: GraphCode
  readonly role: MentionRole
  readonly lot?: LotPart
  readonly document?: DocumentPart
  /** The record does not name the code; it is likely about the same goods. */
  readonly likely?: true
}

/** Every mention of a lot or a document in the body, in the order in which they stand there. */
export function mentionsOf(body: Body): Mention[] {
  const mentions: Mention[] = []
  const add = (
    lots: readonly LotPart[] | undefined,
    documents: readonly DocumentPart[] | undefined,
  ): void => {
    for (const lot of lots ?? []) mentions.push({ code: lotCode(lot.scheme, lot.value), role: lot.role, lot })
    for (const document of documents ?? []) {
      mentions.push({ code: documentCode(document.number), role: document.role, document })
      for (const number of document.sources ?? [])
        mentions.push({ code: documentCode(number), role: 'source' })
    }
  }
  add(body.lots, body.documents)
  add(body.input?.lots, body.input?.documents)
  add(body.output?.lots, body.output?.documents)
  return mentions
}

/** The strongest mention of a code in the body; undefined where it is not mentioned. */
export function mentionOf(body: Body, code: GraphCode): Mention | undefined {
  let best: Mention | undefined
  for (const mention of mentionsOf(body)) {
    if (mention.code !== code) continue
    if (!best || MENTION_ROLES.indexOf(mention.role) < MENTION_ROLES.indexOf(best.role)) best = mention
  }
  return best
}

/** Whether the record tells of these goods or this paper themselves, and not only of others that came with or from them. */
export const isAbout = (role: MentionRole): boolean =>
  role !== 'upstream' && role !== 'source' && role !== 'input'
