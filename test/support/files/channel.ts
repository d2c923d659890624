import type { ChannelLimits, Page, Taken } from '#adapters/adapter.ts'
import { files } from '#adapters/files/adapter.ts'
import type { FilesSettings } from '#adapters/files/source/settings.ts'
import type { FilesState } from '#adapters/files/source/state.ts'
import { adapterParts } from '#test/adapters/parts.ts'

export interface RunOptions {
  readonly settings: object
  readonly secrets?: Record<string, string>
  readonly folders?: readonly string[]
  readonly allow?: readonly string[]
  readonly limits?: Partial<ChannelLimits>
  readonly shortMs?: number
  readonly state?: FilesState | null
  /** The worker ends after so many pages: before COMMIT of the next one, and before the last one is acknowledged. */
  readonly killedAfter?: number
  /** Pages of which nothing can be read. */
  readonly refuses?: (page: Page) => boolean
  /** Before a page is acknowledged. */
  readonly before?: (page: Page) => Promise<void>
}

export interface Run {
  /** `name: bytes` of each page with bytes. */
  readonly read: readonly string[]
  readonly pages: readonly (Page<FilesState> & { readonly text: string })[]
  readonly state: FilesState | null
  readonly error: unknown
  readonly lines: readonly string[]
}

/** Reads a channel of files as the hub does: a page, its state, the acknowledgement, the next page. */
export async function runFiles(options: RunOptions): Promise<Run> {
  const made = adapterParts<FilesSettings>(files, {
    allow: ['127.0.0.1/32:1-65535'],
    ...options,
    limits: { timeoutMs: 3000, ...options.limits },
  })
  const pages: (Page<FilesState> & { text: string })[] = []
  let state = options.state ?? null
  let error: unknown = null
  const reading = files.read!(made.parts, state)[Symbol.asyncIterator]()
  try {
    while (pages.length !== options.killedAfter) {
      const { done, value: page } = await reading.next()
      if (done) break
      const text = await textOf(page.bytes)
      state = JSON.parse(JSON.stringify(page.state)) as FilesState
      pages.push({ ...page, text })
      if (pages.length === options.killedAfter) break
      await options.before?.(page)
      const refused = options.refuses?.(page) ?? false
      const taken: Taken = { receipt: 'R', state: refused ? 'refused' : 'done', received: 1, rejected: 0 }
      await files.acknowledge!(made.parts, page, taken)
    }
  } catch (caught) {
    error = caught
  }
  await reading.return?.(undefined)
  made.close()
  const read = pages.filter(({ bytes }) => bytes !== null).map(({ name, text }) => `${name}: ${text}`)
  return { read, pages, state, error, lines: made.lines }
}

async function textOf(bytes: Page['bytes']): Promise<string> {
  if (bytes === null) return ''
  if (bytes instanceof Uint8Array) return Buffer.from(bytes).toString()
  const pieces: Uint8Array[] = []
  for await (const piece of bytes) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}
