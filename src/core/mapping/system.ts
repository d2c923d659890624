import type { SystemAnswer } from '#core/answer/answer.ts'
import type { DeclaredChannel } from '#core/channels/declared.ts'
import type { ReceiverProtocol } from '#core/receiver/receiver.ts'
import type { Signing } from '#core/signing/signing.ts'
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
  readonly answer?: SystemAnswer | 'receipt'
  /** How its messages are signed, both ways. */
  readonly sign?: Signing
  /** How it is spoken to as a receiver, where it does not implement the hub's own contract. */
  readonly receiver?: ReceiverProtocol
  /** How it is read where it does not push. */
  readonly channels?: readonly DeclaredChannel[]
}

export interface SystemRecord {
  /** File of the mapping, in the same folder. */
  readonly mapping: string
  /** Content types that the record is accepted in. */
  readonly accepts: readonly string[]
  /** Most records in one message. */
  readonly maxRecords?: number
  /** In place of the answer of the system. */
  readonly answer?: SystemAnswer | 'receipt'
}

export const ADAPTERS = ['push', 'pull', 'soap', 'files', 'database', 'mqtt'] as const
