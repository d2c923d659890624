import { hash } from 'node:crypto'
import { codesOf, recordCode } from '#core/lineage/codes.ts'
import { type Edge, edgesOf } from '#core/lineage/edges.ts'
import { otherCodes } from '#core/lineage/other-codes.ts'
import type { Body } from '#core/model/body.ts'
import { canonicalJson } from '#core/model/canonical-json.ts'
import type { Kind } from '#core/model/kinds.ts'
import type { Status } from '#core/model/record.ts'
import { type Cuts, cutPersonal, type Taken } from '#core/model/taken-values.ts'

/**
 * The content of a version, as it is stored and compared. Everything that is needed later is taken from the body here, so that the
 * body itself does not live until COMMIT: a batch of 500 trades keeps 1 MB of text instead of tens of thousands of objects.
 */
export interface Content {
  /**
   * Canonical JSON of the body in UTF-8, without flags and recordedAt: neither a changed flag nor a new upload time is a new version.
   * Encoded once, for the digest and for the store.
   */
  readonly bytes: Buffer
  /** SHA-256 over status and bytes, one character for each byte: a text is cheaper to make and to compare than 32 bytes of memory. */
  readonly hash: string
  /** What of it is of persons, where that is to be sealed; null: nothing. */
  readonly taken?: Cuts | Taken | null
  readonly flags: readonly string[]
  readonly recorded: string | null
  readonly occurredAtMs: number | null
  readonly region: string | null
  readonly productClass: string | null
  readonly codes: readonly string[]
  readonly edges: readonly Edge[]
  readonly quantity: string | null
  readonly unit: string | null
}

const VOID_MARK = Buffer.from('void\n')

const digest = (status: Status, bytes: Buffer): string =>
  hash('sha256', status === 'active' ? bytes : Buffer.concat([VOID_MARK, bytes]), 'binary')

/** Content of a version from its body; its bytes live as long as `encode` says. @param seals whether what is of persons is to be sealed */
export function contentOf(
  { kind, id }: { readonly kind: Kind; readonly id: string },
  body: Body,
  status: Status,
  seals = false,
  encode: (text: string) => Buffer = Buffer.from,
): Content {
  const { flags, recordedAt } = body
  const text = canonicalJson(withoutOuter(body))
  const bytes = encode(text)
  const recorded = recordedAt ? canonicalJson(recordedAt) : null
  const own = recordCode(kind, id, body)
  const occurred = body.occurredAt ? Date.parse(body.occurredAt.at) : Number.NaN
  return {
    bytes,
    hash: digest(status, bytes),
    ...(seals ? { taken: cutPersonal(kind, { body: text, recorded }, body, bytes) } : {}),
    flags,
    recorded,
    occurredAtMs: Number.isNaN(occurred) ? null : occurred,
    region: body.region?.code ?? null,
    productClass: body.product?.class ?? null,
    codes: allCodes(kind, id, body, own),
    edges: status === 'active' ? edgesOf(kind, body, own) : NO_EDGES,
    quantity: body.quantity?.value ?? null,
    unit: body.quantity?.unit ?? null,
  }
}

/** The hash alone that the content of a body has. */
export const contentHash = (body: Body, status: Status): string =>
  digest(status, Buffer.from(canonicalJson(withoutOuter(body))))

const NO_EDGES: readonly Edge[] = []

/** A body without what lies in columns of its own. A copy with names that have no value is made in one piece, one without the names member by member. */
function withoutOuter(body: Body): unknown {
  const inner = { ...body, flags: undefined }
  return body.recordedAt === undefined ? inner : { ...inner, recordedAt: undefined }
}

function allCodes(kind: Kind, id: string, body: Body, own: string | null): string[] {
  const codes = codesOf(body)
  for (const code of otherCodes(kind, id, body)) codes.push(code)
  if (own !== null) codes.push(own)
  return codes
}

/** Body of a stored version, put together again from its columns. */
export function bodyOf(text: string, flags: readonly string[], recorded: string | null): Body {
  const body = JSON.parse(text) as Body
  body.flags = [...flags] as Body['flags']
  if (recorded) body.recordedAt = JSON.parse(recorded)
  return body
}
