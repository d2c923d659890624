import type { AdapterParts } from '#adapters/adapter.ts'
import { type FilePlace, joinPath, type Standing } from '#adapters/files/places/port.ts'
import type { Fit, Plan } from './plan.ts'
import type { FilesSettings } from './settings.ts'
import { type FilesState, markOf } from './state.ts'

/** A file that stands in the folder and fits a pattern. */
export interface Found {
  readonly name: string
  readonly path: string
  readonly size: number
  readonly mtimeMs: number | null
  readonly mark: string
  readonly fit: Fit
}

export interface Look {
  /** Finished and not read yet, in order. */
  readonly ready: readonly Found[]
  /** Read already. */
  readonly taken: readonly Found[]
  /** Files that fit no pattern. */
  readonly unfit: number
  /** Milliseconds until a file may be finished that is not yet; null: there is none. */
  readonly waitMs: number | null
  /** Whether there are more, which are looked at when these are done. */
  readonly more: boolean
  readonly state: FilesState
}

/** Files that are followed at a time: each has its look in the state, which is written with every page. */
const FOLLOWED_MAX = 2000
/** Listings tell times in seconds, and a marker is written behind its file. */
const MARKER_SLACK_MS = 2000

/** What is in the folder now, against what is known of it. */
export async function lookAt(
  { settings, clock, signal }: Pick<AdapterParts<FilesSettings>, 'settings' | 'clock' | 'signal'>,
  place: FilePlace,
  plan: Plan,
  known: FilesState,
): Promise<Look> {
  const listed = (await place.list(settings.folder)).filter(
    ({ kind, name }) => kind === 'file' && !name.startsWith('.'),
  )
  const markers = new Map(listed.map((one) => [one.name, one]))
  const isMarker = (name: string): boolean => settings.finished === 'marker' && name.endsWith(settings.marker)
  const found: Found[] = []
  let unfit = 0
  for (const one of listed) {
    if (isMarker(one.name) || isTemporaryName(settings.temporary, one.name)) continue
    const fit = plan.fit(one.name)
    if (fit && !signal.aborted) found.push(await foundOf(place, settings.folder, one, fit))
    else if (!fit) unfit++
  }
  const taken = new Set(known.taken)
  const fresh = found.filter(({ mark }) => !taken.has(mark))
  const complete =
    settings.finished === 'marker'
      ? fresh.filter((file) => hasMarker(file, markers.get(file.name + settings.marker)))
      : fresh
  const inOrder = complete.sort(byOrder(settings.order))
  const followed = inOrder.slice(0, FOLLOWED_MAX)
  const standing = new Set(found.map(({ mark }) => mark))
  const state = { ...known, taken: known.taken.filter((mark) => standing.has(mark)) }
  const base = {
    taken: found.filter(({ mark }) => taken.has(mark)),
    unfit,
    more: inOrder.length > followed.length,
  }
  if (settings.finished !== 'stable')
    return { ...base, ready: followed, waitMs: null, state: { ...state, looks: {} } }
  return { ...base, ...stableOf(followed, state, clock.now(), settings.stableSeconds * 1000) }
}

/** A listing that tells no exact time is followed by a question for each file. */
async function foundOf(place: FilePlace, folder: string, one: Standing, fit: Fit): Promise<Found> {
  const path = joinPath(folder, one.name)
  const facts = one.mtimeMs === null ? await place.stat(path) : one
  const { size, mtimeMs } = facts ?? one
  const file = { name: one.name, size, mtimeMs }
  return { ...file, path, fit, mark: markOf(file) }
}

const isTemporaryName = (temporary: readonly string[], name: string): boolean =>
  temporary.some((one) => name.startsWith(one) || name.endsWith(one))

/** A marker that is older than its file is of what stood there before. */
const hasMarker = (file: Found, marker: Standing | undefined): boolean =>
  marker !== undefined &&
  (marker.mtimeMs === null || file.mtimeMs === null || marker.mtimeMs + MARKER_SLACK_MS >= file.mtimeMs)

/** Those that were seen as they are long enough ago; what is seen for the first time is noted. */
function stableOf(
  files: readonly Found[],
  known: FilesState,
  nowMs: number,
  stableMs: number,
): Pick<Look, 'ready' | 'waitMs' | 'state'> {
  const ready: Found[] = []
  const looks: Record<string, number> = {}
  let waitMs: number | null = null
  for (const file of files) {
    // A clock that was put back must not make a file wait for what was once the time.
    const seenMs = Math.min(known.looks[file.mark] ?? nowMs, nowMs)
    looks[file.mark] = seenMs
    const leftMs = seenMs + stableMs - nowMs
    if (leftMs <= 0) ready.push(file)
    else waitMs = Math.min(waitMs ?? leftMs, leftMs)
  }
  return { ready, waitMs, state: { ...known, looks } }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function byOrder(order: FilesSettings['order']): (a: Found, b: Found) => number {
  if (order === 'name') return (a, b) => byText(a.name, b.name)
  if (order === 'date')
    return (a, b) => byText(a.fit.match.date ?? '', b.fit.match.date ?? '') || byText(a.name, b.name)
  return (a, b) => (a.mtimeMs ?? 0) - (b.mtimeMs ?? 0) || byText(a.name, b.name)
}
