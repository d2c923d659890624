import { AdapterError, type AdapterParts, type Page } from '#adapters/adapter.ts'
import { FileGone } from '#adapters/files/places/port.ts'
import type { Source } from '#adapters/push/xlsx/source.ts'
import { PACKED_TYPE, packingOf } from './content-type.ts'
import type { Found } from './look.ts'
import { type Member, openPacked, PackedRefused } from './packed.ts'
import type { Fit, Plan } from './plan.ts'
import type { FilesSettings } from './settings.ts'
import { isAs } from './settle.ts'
import type { SharedPlace } from './shared.ts'
import { HELD_BYTES, heldBytes, piecesOfSource, spooled } from './spool.ts'
import { type FilesState, withMembers, withTaken } from './state.ts'

export interface Work {
  readonly parts: AdapterParts<FilesSettings>
  readonly shared: SharedPlace
  readonly plan: Plan
  /** What keeps a file from being read while others go on. */
  readonly problem: (error: AdapterError) => void
}

/** What `acknowledge` needs to know of a page. */
export interface PageToken {
  readonly file: Found
  /** Whether the file is done with this page. */
  readonly isLast: boolean
  /** Of all pages of the file: whether one could not be read. */
  readonly outcome: { refused: boolean }
  readonly shared: SharedPlace
}

export type FilesPage = Page<FilesState>

/** The pages of one file. None: it went away, is another one by now, or cannot be read; then its state is not moved. */
export async function* pagesOf(work: Work, file: Found, state: FilesState): AsyncGenerator<FilesPage> {
  const { maxBytes } = work.parts.limits
  if (file.size > maxBytes) {
    work.problem(
      new AdapterError('source', `a file has ${file.size} bytes, and ${maxBytes} are the most`, {
        setting: '/limits/maxBytes',
      }),
    )
    return
  }
  try {
    if (file.size === 0) yield pageOf(work, file, withTaken(state, file.mark), { bytes: null })
    else if (packingOf(file.name) !== null) yield* packedPages(work, file, state)
    else yield* plainPages(work, file, state)
  } catch (error) {
    if (!(error instanceof FileGone)) throw error
  }
}

interface Given {
  readonly bytes: Page['bytes']
  readonly fit?: Fit
  readonly contentType?: string
  readonly member?: string
  readonly isLast?: boolean
  readonly outcome?: { refused: boolean }
}

export function pageOf(work: Work, file: Found, state: FilesState, given: Given): FilesPage {
  const { fit = file.fit, member, isLast = true, outcome = { refused: false } } = given
  const { after, failedFolder } = work.parts.settings
  // Where nothing is done with a file that was read, the next one is read while it is stored.
  const token: PageToken | undefined =
    after === 'leave' && failedFolder === undefined
      ? undefined
      : { file, isLast, outcome, shared: work.shared }
  return {
    ...(fit.record === undefined ? {} : { record: fit.record }),
    contentType: given.contentType ?? fit.contentType ?? 'application/octet-stream',
    bytes: given.bytes,
    state,
    name: member === undefined ? file.name : `${file.name}/${member}`,
    ...(token ? { token } : {}),
  }
}

async function* plainPages(work: Work, file: Found, state: FilesState): AsyncGenerator<FilesPage> {
  if (file.fit.contentType === null) {
    work.problem(
      new AdapterError('config', 'the extension of a file tells no content type: name it with its pattern', {
        setting: '/settings/files',
      }),
    )
    return
  }
  const { place } = work.shared
  const next = withTaken(state, file.mark)
  if (file.size > HELD_BYTES && work.parts.settings.finished === 'stable') {
    // One that changes meanwhile is waited for from then on, and those behind it are not.
    yield pageOf(work, file, next, { bytes: streamed(work, file) })
    return
  }
  if (file.size > HELD_BYTES) {
    yield* spooledPage(work, file, next)
    return
  }
  const bytes = await heldBytes(place.read(file.path, file.size), file.size)
  if (bytes && isAs(file, await place.stat(file.path))) yield pageOf(work, file, next, { bytes })
}

/** A large file that is told to be finished: it is read whole before it is handed on, so that one that goes on changing holds up no other. */
async function* spooledPage(work: Work, file: Found, next: FilesState): AsyncGenerator<FilesPage> {
  const { place } = work.shared
  const source = await spooled(place.read(file.path, file.size), file.size)
  if (source && isAs(file, await place.stat(file.path))) {
    const held = sharedSource(source, work.parts.signal)
    yield pageOf(work, file, next, { bytes: held.streamed(piecesOfSource(source)) })
    return
  }
  source?.close()
  work.problem(
    new AdapterError(
      'retry',
      `${file.name} changed while it was read; the others are read · 读取时文件仍在变化`,
    ),
  )
}

/** The bytes of a large file as they come. One that is another file at its end makes the page fail: it is read anew. */
function streamed({ shared }: Work, file: Found): AsyncIterable<Uint8Array> {
  const release = shared.hold()
  const { place } = shared
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      let length = 0
      for await (const piece of place.read(file.path)) {
        length += piece.length
        if (length > file.size) break
        yield piece
      }
      if (length !== file.size || !isAs(file, await place.stat(file.path)))
        throw new AdapterError('retry', 'a file changed while it was read')
    } catch (error) {
      throw error instanceof FileGone
        ? new AdapterError('retry', 'a file went away while it was read', { cause: error })
        : error
    } finally {
      release()
    }
  }
  return pieces()
}

async function* packedPages(work: Work, file: Found, state: FilesState): AsyncGenerator<FilesPage> {
  const packing = packingOf(file.name) ?? 'zip'
  const { place } = work.shared
  const source = await spooled(place.read(file.path, file.size), file.size)
  if (!source) return
  const held = sharedSource(source, work.parts.signal)
  const release = held.hold()
  try {
    if (!isAs(file, await place.stat(file.path))) return
    try {
      const { signal, limits } = work.parts
      const members = await openPacked(source, packing, file.name, { signal, maxBytes: limits.maxBytes })
      yield* memberPages(work, file, state, members, held)
    } catch (error) {
      if (!(error instanceof PackedRefused)) throw error
      work.parts.log.warn({ file: file.name }, `an archive is not read: ${error.message}`)
      yield pageOf(work, file, withTaken(state, file.mark), {
        bytes:
          source.length <= HELD_BYTES ? source.read(0, source.length) : held.streamed(piecesOfSource(source)),
        fit: { ...file.fit, record: file.fit.record ?? work.plan.firstRecord },
        contentType: PACKED_TYPE[packing],
      })
    }
  } finally {
    release()
  }
}

interface Wanted {
  readonly member: Member
  readonly fit: Fit
  /** How many members of the archive are done with it. */
  readonly done: number
}

async function* memberPages(
  work: Work,
  file: Found,
  state: FilesState,
  members: readonly Member[],
  held: HeldSource,
): AsyncGenerator<FilesPage> {
  const wanted = wantedMembers(work, file, members)
  const last = wanted.at(-1)
  if (!last) {
    work.parts.log.warn({ file: file.name }, 'no member of an archive fits')
    yield pageOf(work, file, withTaken(state, file.mark), { bytes: null })
    return
  }
  const outcome = { refused: false }
  const done = state.within?.mark === file.mark ? state.within.members : 0
  for (const one of wanted) {
    if (one.done <= done && one !== last) continue
    const { member, fit } = one
    const next = one === last ? withTaken(state, file.mark) : withMembers(state, file.mark, one.done)
    const bytes =
      member.length === 0
        ? null
        : member.length <= HELD_BYTES
          ? await heldBytes(member.open(), member.length)
          : held.streamed(member.open())
    yield pageOf(work, file, next, { bytes, fit, member: member.name, isLast: one === last, outcome })
  }
}

function wantedMembers({ plan }: Work, file: Found, members: readonly Member[]): Wanted[] {
  // A gzip has one, and its name is that of the file.
  if (packingOf(file.name) === 'gzip') return members.map((member) => ({ member, fit: file.fit, done: 1 }))
  return members.flatMap((member, index) => {
    const steps = member.name.split('/')
    if (steps.some((step) => step.startsWith('.') || step === '__MACOSX')) return []
    const fit = plan.fitMember(member.name, file.fit)
    return fit && fit.contentType !== null ? [{ member, fit, done: index + 1 }] : []
  })
}

export interface HeldSource {
  hold(): () => void
  /** Pieces that keep the source open until they are read. */
  streamed(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

/** A spooled file that pages in pieces go on reading after the reading has gone on. */
export function sharedSource(source: Source, signal: AbortSignal): HeldSource {
  let holders = 0
  const close = (): void => {
    signal.removeEventListener('abort', close)
    source.close()
  }
  signal.addEventListener('abort', close, { once: true })
  const hold = (): (() => void) => {
    holders++
    return () => {
      if (--holders === 0) close()
    }
  }
  return {
    hold,
    streamed(pieces) {
      const release = hold()
      return (async function* () {
        try {
          yield* pieces
        } finally {
          release()
        }
      })()
    },
  }
}
