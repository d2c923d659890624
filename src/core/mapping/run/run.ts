import type { Flag } from '#core/flags.ts'
import type { Issue } from '#core/issue.ts'
import type { ExpectedLot } from '#core/mapping/mapping.ts'
import { REASONS, type ReasonCode } from '#core/mapping/reasons.ts'
import type { PriceBand } from '#core/products/price-band.ts'
import type { ProductClass } from '#core/products/product-class.ts'
import { ENVELOPE, type SourceRecord, type SourceValue } from '#core/source.ts'
import { hasForbiddenCharacter } from '#core/text.ts'
import { FLAG_BITS } from './flag-bits.ts'

export type Row = { readonly [name: string]: SourceValue }

/**
 * State of the mapping of one source record. One is made for each mapping and used again for every record, so that the hot path
 * allocates only what leaves it. What the parts of one canonical record tell each other (the year, the class of the goods, the
 * unit of the line) is here too.
 */
export interface Run {
  /** Counts the source records. */
  serial: number
  source: SourceRecord
  row: Row
  /** Put before field names in places, while the members of a list are read: `sourceCodes.0.`. */
  prefix: string
  /** The field read last. */
  field: string
  flags: number
  rejected: boolean
  /** Canonical records that have come of the source record so far. */
  emitted: number
  /** Whether the source record makes its canonical records void. */
  isVoid: boolean
  issues: Issue[]
  /** How many of the issues reject. */
  refusals: number
  /** Texts of plain fields that differ from their value, by target. */
  raw: Record<string, string> | null
  /** Year and day (`YYYY-MM-DD`) in which codes of this record are read. */
  year: number
  day: string
  /** Time of receipt and the same time tomorrow, in the form of `When.at`. */
  now: string
  tomorrow: string
  /** Text of the unit of the line's quantity. */
  unit: string | undefined
  /** Kilograms of the line's quantity, for a price whose basis the amount tells. */
  massKg: string | undefined
  band: PriceBand | undefined
  productClass: ProductClass | undefined
  /** Lots of this record that another record is expected to have as its subject. */
  expected: ExpectedLot[] | null
  /** Fields that gave a value, while a trace is made. */
  seen: string[] | null
}

const LONGEST_VALUE = 200

/** What an issue says beside its code. */
export interface IssueParts {
  readonly target?: string
  /** The raw text; never given where it may be personal. */
  readonly value?: string | undefined
  /** The source field, where it is not the one read last. */
  readonly field?: string
  readonly rejects?: boolean
  /** How to mend it, where the reason alone does not tell: it has a twin among those of records. */
  readonly fix?: string | undefined
}

/** Notes that something is wrong with a field: marks the record, or rejects it. Said once for each place and code. */
export function note(run: Run, code: Flag, why: ReasonCode, parts: IssueParts): void {
  if (parts.rejects === true) run.rejected = true
  else run.flags |= FLAG_BITS[code]
  const path = placeOf(run, parts.field ?? run.field)
  for (const known of run.issues) if (known.path === path && known.code === code) return
  const { reason, fix } = REASONS[why]
  const issue: Issue = {
    path,
    code,
    ...(parts.value === undefined ? {} : { value: shown(parts.value) }),
    ...(parts.target === undefined ? {} : { target: parts.target }),
    reason: reason.en,
    fix: parts.fix ?? fix.en,
  }
  // Issues that reject stand before those that only mark.
  if (parts.rejects === true) run.issues.splice(run.refusals++, 0, issue)
  else run.issues.push(issue)
}

/** Where a field stands: in the record, or around the list. */
export function placeOf({ source, prefix }: Pick<Run, 'source' | 'prefix'>, field: string): string {
  const { envelope } = source
  return envelope !== undefined && field.startsWith(ENVELOPE)
    ? envelope.place(field.slice(ENVELOPE.length))
    : source.place(named(prefix + field))
}

/** The member of a list itself has no name behind its number. */
const named = (field: string): string => (field.endsWith('.') ? field.slice(0, -1) : field)

/** Cut, and without what no database keeps as text. */
const shown = (text: string): string => text.slice(0, LONGEST_VALUE).replaceAll('\0', '\ufffd').toWellFormed()

/** Keeps the text of a plain field beside its normalised value; one that no database takes (NUL, half a pair of surrogates) rejects. */
export function keepRaw(run: Run, target: string, text: string): void {
  if (hasForbiddenCharacter(text)) {
    note(run, 'E_ENCODING', 'destroyed', { target, rejects: true })
    return
  }
  run.raw ??= {}
  run.raw[target] = text
}
