/** Where a reading can die: with a page that is read and not stored, stored for all that it knows, or stored and not acknowledged. */
export const PLACES = ['before COMMIT is sent', 'after COMMIT is sent', 'after COMMIT'] as const
export type Place = (typeof PLACES)[number]

/** What the process that reads is told. */
export interface ReaderStart {
  readonly databaseUrl: string
  readonly system: string
  readonly channel: string
  readonly folders: readonly string[]
}
