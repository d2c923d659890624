import { hash } from 'node:crypto'
import { codesOf } from '#core/lineage/codes.ts'
import type { Body } from '#core/model/body.ts'
import { canonicalJson } from '#core/model/canonical-json.ts'
import type { Status } from '#core/model/record.ts'

/** The content of a version, as it is stored and compared. */
export interface Content {
  /** Canonical JSON of the body without flags and recordedAt: neither a changed flag nor a new upload time is a new version. */
  readonly text: string
  /** SHA-256 over status and text. */
  readonly hash: Buffer
  readonly flags: readonly string[]
  readonly recorded: string | null
  readonly occurredAtMs: number | null
  readonly region: string | null
  readonly productClass: string | null
  readonly codes: readonly string[]
  readonly body: Body
}

const digest = (status: Status, text: string): Buffer =>
  hash('sha256', status === 'active' ? text : `${status}\n${text}`, 'buffer')

/** Content of a version from its body. */
export function contentOf(body: Body, status: Status): Content {
  const { flags, recordedAt, ...rest } = body
  const text = canonicalJson(rest)
  const occurred = body.occurredAt ? Date.parse(body.occurredAt.at) : Number.NaN
  return {
    text,
    hash: digest(status, text),
    flags,
    recorded: recordedAt ? canonicalJson(recordedAt) : null,
    occurredAtMs: Number.isNaN(occurred) ? null : occurred,
    region: body.region?.code ?? null,
    productClass: body.product?.class ?? null,
    codes: codesOf(body),
    body,
  }
}

/** Body of a stored version, put together again from its columns. */
export function bodyOf(text: string, flags: readonly string[], recorded: string | null): Body {
  const body = JSON.parse(text) as Body
  body.flags = [...flags] as Body['flags']
  if (recorded) body.recordedAt = JSON.parse(recorded)
  return body
}
