import { isCode } from '#core/lineage/codes.ts'
import { mentionsOf } from '#core/lineage/mentions.ts'
import type { Body } from '#core/model/body.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { MatchType } from './score.ts'

/** Numbers of documents, vouchers and lots that a record names, each once, as graph codes. */
export function numbersOf(
  body: Body & { readonly kind?: Kind },
): { readonly code: string; readonly type: MatchType }[] {
  const found = new Map<string, MatchType>()
  // What the hub found of a number is no match of two sources.
  if (body.kind === 'finding') return []
  for (const { code, role, lot } of mentionsOf(body)) {
    if (!isCode(code)) continue
    const type = lot ? 'lot' : role === 'voucher' ? 'voucher' : 'document'
    if (!found.has(code) || type === 'voucher') found.set(code, type)
  }
  return [...found].map(([code, type]) => ({ code, type }))
}

/**
 * The source record that a canonical record came from, as far as its identifier tells: all but its kind. A bill and its payment share
 * their number because they are one bill; that is no match.
 */
export const sourceOf = (recordId: string): string =>
  recordId.slice(recordId.indexOf(':', 'urn:cnft:'.length) + 1)
