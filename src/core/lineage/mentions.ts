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

const STRENGTH = new Map(MENTION_ROLES.map((role, i): [MentionRole, number] => [role, i]))

/** Of two mentions the stronger one comes first. */
export const byStrength = (a: Pick<Mention, 'role'>, b: Pick<Mention, 'role'>): number =>
  (STRENGTH.get(a.role) ?? 0) - (STRENGTH.get(b.role) ?? 0)

/** Of each code that the body mentions its strongest mention; of equally strong ones that which stands first. */
export function strongestMentions(body: Body): Map<GraphCode, Mention> {
  const strongest = new Map<GraphCode, Mention>()
  for (const mention of mentionsOf(body)) {
    const other = strongest.get(mention.code)
    if (!other || byStrength(mention, other) < 0) strongest.set(mention.code, mention)
  }
  return strongest
}

/** The strongest mention of a code in the body; undefined where it is not mentioned. */
export const mentionOf = (body: Body, code: GraphCode): Mention | undefined =>
  strongestMentions(body).get(code)

/** The other lots that the body names in the same part as a lot: its quantity is of all of them. */
export const lotsBeside = (body: Body, code: GraphCode, role: MentionRole): GraphCode[] =>
  [...strongestMentions(body).values()].flatMap((one) =>
    one.lot && one.role === role && one.code !== code ? one.code : [],
  )

/** Whether the record tells of these goods or this paper themselves, and not only of others that came with or from them. */
export const isAbout = (role: MentionRole): boolean =>
  role !== 'upstream' && role !== 'source' && role !== 'input'
