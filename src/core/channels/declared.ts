import type { Words } from '#core/mapping/words.ts'
import type { Kind } from '#core/model/kinds.ts'

/** What a system.yaml says of a channel: what is the same wherever the system is installed. */
export interface DeclaredChannel {
  readonly name: string
  readonly title: Words
  readonly adapter: string
  /** The record of pages that name none. */
  readonly record?: string
  /** How often it is read, such as `5m`. */
  readonly every?: string
  /** When it is read, as a cron expression in China time; in place of `every`. */
  readonly cron?: string
  /** For the adapter; every value is text until its schema has read it. */
  readonly settings: Plain
  /** The kind whose records are the rows that the source counts, one for each, by the hour of the event. */
  readonly counts?: Kind
  /** The scan of keys that finds what was deleted at the source. */
  readonly scan?: DeclaredScan
}

export interface DeclaredScan {
  readonly cron: string
  /** Largest share of the active records, in percent, that may be missing at once; more is an error and no delete. */
  readonly fusePercent: number
  /** Most records that may be missing at once, beside the share. */
  readonly fuseRecords?: number
}

/** YAML without its places. */
export type Plain = { readonly [name: string]: PlainValue }
export type PlainValue = string | readonly PlainValue[] | Plain

/** Adapters that a channel may name. */
export const CHANNEL_ADAPTERS = ['pull', 'soap', 'files', 'database', 'mqtt'] as const

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of `30s`, `5m`, `2h` or `1d`; null where the text is none of these, or longer than 31 days. */
export function durationMs(text: string): number | null {
  const [, digits = '', unit = ''] = /^([1-9]\d{0,4})([smhd])$/.exec(text) ?? []
  const ms = Number(digits) * (UNITS[unit] ?? Number.NaN)
  return ms <= 31 * 86_400_000 ? ms : null
}
