import { isPersonalCode, isPersonalNumber } from '#core/personal.ts'
import type { Body } from './body.ts'
import type { Kind } from './kinds.ts'
import type { CanonicalRecord } from './record.ts'
import { SHARING_CLASSES, sharedRecord } from './sharing.ts'

/** Everything but what is, or may be, of a person. */
const KEPT = SHARING_CLASSES.filter((one) => one !== 'personal')

/** A body without what is of a person: what a link that sees all but that would be given. Erasing once more changes nothing. */
export function erasedBody(kind: Kind, body: Body): Body {
  const { kind: _kind, ...rest } = sharedRecord({ ...body, kind } as unknown as CanonicalRecord, KEPT) ?? {}
  return rest as unknown as Body
}

/** The codes by which a record is found, without those of persons. */
export const erasedCodes = (codes: readonly string[]): string[] =>
  codes.filter((code) => {
    const at = code.indexOf(':')
    const [scheme, value] = [code.slice(0, at), code.slice(at + 1)]
    return !isPersonalCode({ scheme, value }) && !isPersonalNumber(value)
  })
