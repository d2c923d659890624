import { Value } from 'typebox/value'
import { afterEach } from 'vitest'
import type { ChannelLimits, Page } from '#adapters/adapter.ts'
import { PagingState } from '#adapters/paging/state.ts'
import { pull } from '#adapters/pull/pull.ts'
import { PullSettings } from '#adapters/pull/settings/settings.ts'
import { adapterParts } from '#test/adapters/parts.ts'
import { type Asked, type Platform, startPlatform, type Told } from './platform.ts'

export type Row = Readonly<Record<string, unknown>>

export interface Pulled {
  readonly pages: readonly Page<PagingState>[]
  /** Ids of all rows in all pages, in order. */
  readonly ids: readonly string[]
  /** The state after the last page. */
  readonly state: PagingState | null
  readonly error: unknown
}

export interface PullOptions {
  readonly state?: PagingState | null
  readonly secrets?: Readonly<Record<string, string>>
  readonly limits?: Partial<ChannelLimits>
  readonly skewMs?: number
  /** Where the rows of an answer are, for the ids. */
  readonly rows?: (answer: never) => readonly Row[]
}

const running: Platform[] = []

/** A platform that ends with the test. */
export async function platformOf(
  answer: (asked: Asked, number: number) => Told | Promise<Told>,
): Promise<Platform> {
  const platform = await startPlatform(answer)
  running.push(platform)
  return platform
}

afterEach(async () => {
  for (const platform of running.splice(0)) await platform.stop()
})

/** What an adapter is handed, with settings that fit its schema. */
export function partsOf(platform: Platform, settings: object, options: PullOptions = {}) {
  const wrong = [...Value.Errors(PullSettings, settings)]
  if (wrong.length > 0) throw new Error(`settings: ${JSON.stringify(wrong)}`)
  return adapterParts<PullSettings>(pull, {
    settings,
    secrets: options.secrets ?? {},
    limits: options.limits ?? {},
    skewMs: options.skewMs ?? 0,
    allow: [`127.0.0.1/32:${platform.port}`],
  })
}

/** Reads to the end, or to the error. */
export async function pulled(
  platform: Platform,
  settings: object,
  options: PullOptions = {},
): Promise<Pulled> {
  const { rows = (answer: { rows: readonly Row[] }) => answer.rows } = options
  const { parts, close } = partsOf(platform, settings, options)
  const pages: Page<PagingState>[] = []
  const ids: string[] = []
  let { state = null } = options
  let error: unknown = null
  try {
    for await (const page of pull.read(parts, state)) {
      pages.push(page)
      state = JSON.parse(JSON.stringify(page.state)) as PagingState
      if (!Value.Check(PagingState, state))
        throw new Error(`a state of another form: ${JSON.stringify(state)}`)
      if (page.bytes === null) continue
      const answer = JSON.parse(Buffer.from(page.bytes as Uint8Array).toString()) as never
      ids.push(...rows(answer).map(({ id }) => String(id)))
    }
  } catch (caught) {
    error = caught
  } finally {
    close()
  }
  return { pages, ids, state, error }
}

/** Rows that are numbered from 1. */
export const numbered = (count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: `N${String(i + 1).padStart(3, '0')}` }))
export const idsOf = (rows: readonly Row[]): string[] => rows.map(({ id }) => String(id))
