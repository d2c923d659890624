import type { Trade } from '#cli/bench/trades.ts'

/** A source of trades with a channel over it, and the same read by nothing but the client library. */
export interface ChannelSource {
  /** As in `adapter:` of a channel. */
  readonly adapter: string
  readonly title: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly secrets?: Readonly<Record<string, string>>
  readonly allowAddress: readonly string[]
  readonly folders?: readonly string[]
  /** Record of jiaxing-wholesale that its pages are of. */
  readonly record: string
  readonly rows: number
  /** What the client library is. */
  readonly bareTitle: string
  /** Reads everything once by the client library alone, and gives how many rows came. */
  readonly bare: () => Promise<number>
  close(): Promise<void>
}

/** Opens a source over so many trades. */
export type OpenSource = (make: () => Trade, rows: number, place: SourcePlace) => Promise<ChannelSource>

export interface SourcePlace {
  /** A folder of the bench's own. */
  readonly folder: string
  /** A PostgreSQL of the bench's own. */
  readonly databaseUrl: string
}

/** What is logged while it is measured. */
export const QUIET = { info: () => {}, warn: () => {} }

/** The channel over a source as its system.yaml would name it. */
export const declaredOf = ({ adapter, settings, record }: ChannelSource) => ({
  name: `bench-${adapter}`,
  title: { zh: adapter, en: adapter },
  adapter,
  record,
  settings: settings as never,
})
/** What an operator would set of it. */
export const setOf = ({ allowAddress }: ChannelSource) => ({
  isOn: true,
  settings: {},
  limits: { pageRows: 2000 },
  allowAddress,
  rhythm: null,
})
