import type { Words } from './words.ts'

/** What `system.yaml` says of an outside system. */
export interface SystemFile {
  readonly system: string
  readonly title: Words
  readonly department?: Words
  /** GB/T 2260 code of the area that it serves. */
  readonly region?: string
  readonly adapter: (typeof ADAPTERS)[number]
  /** Records by name. */
  readonly records: Readonly<Record<string, SystemRecord>>
  /** What its sender wants to read; the hub's own receipt where it is not said. */
  readonly answer?: SystemAnswer
}

export interface SystemRecord {
  /** File of the mapping, in the same folder. */
  readonly mapping: string
  /** Content types that the record is accepted in. */
  readonly accepts: readonly string[]
  /** Most records in one message. */
  readonly maxRecords?: number
}

/** A fixed text for a message that was taken, and for one that was not. */
export interface SystemAnswer {
  readonly contentType: string
  readonly accepted: string
  readonly refused: string
}

export const ADAPTERS = ['push', 'pull', 'soap', 'files', 'database', 'mqtt'] as const
