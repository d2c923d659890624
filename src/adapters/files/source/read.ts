import { AdapterError, type AdapterParts, type Page } from '#adapters/adapter.ts'
import { openPlace } from '#adapters/files/places/open.ts'
import { createPace, type Pace } from '#adapters/ports/pace.ts'
import { type Look, lookAt } from './look.ts'
import { packagePages } from './package-pages.ts'
import { type PageToken, pagesOf, type Work } from './pages.ts'
import { validPlan } from './plan.ts'
import type { FilesSettings } from './settings.ts'
import { settle } from './settle.ts'
import { sharePlace } from './shared.ts'
import { type FilesState, readState, TAKEN_MAX } from './state.ts'

type Parts = AdapterParts<FilesSettings>
type FilesPage = Page<FilesState>

/** A file that may be finished so soon is waited for; others are met at the next reading. */
const WAIT_MAX_MS = 60_000
/** A timer may end a moment before its time by the clock. */
const TIMER_SLACK_MS = 5

/** Files that are finished and not read yet. @throws AdapterError */
export async function* readFiles(parts: Parts, stored: FilesState | null): AsyncGenerator<FilesPage> {
  const known = readState(stored)
  const plan = validPlan(parts.settings)
  if (parts.signal.aborted) throw new AdapterError('retry', 'the work has to end')
  const place = await openPlace(parts, known.hostKey ?? null)
  const shared = sharePlace(place, parts.signal)
  const release = shared.hold()
  const problems: AdapterError[] = []
  const work: Work = { parts, shared, plan, problem: (error) => void problems.push(error) }
  try {
    yield* looks(work, pinned(work, known), known)
  } finally {
    release()
  }
  const [first] = problems
  if (first)
    throw new AdapterError(
      first.class,
      problems.length > 1 ? `${first.message} (and ${problems.length - 1} more)` : first.message,
      {
        ...(first.setting === undefined ? {} : { setting: first.setting }),
        cause: first,
      },
    )
}

/** The key that was seen first stays in the state, where the settings name none. */
function pinned({ parts: { settings }, shared: { place } }: Work, known: FilesState): FilesState {
  const { hostKey: _, ...rest } = known
  return settings.hostKey !== undefined || place.hostKey === null ? rest : { ...rest, hostKey: place.hostKey }
}

async function* looks(work: Work, from: FilesState, stored: FilesState): AsyncGenerator<FilesPage> {
  const { parts, shared, plan } = work
  const pace = createPace(parts.limits.requestsPerSecond, parts.clock)
  const given = { state: stored, pages: 0 }
  let state = from
  let hasWaited = false
  for (let isFirst = true; ; isFirst = false) {
    const look = await lookAt(parts, shared.place, plan, state)
    if (isFirst) await settleLate(work, look)
    state = told(parts, look, look.state)
    checkRoom(parts, look)
    const before = given.pages
    for await (const page of readyPages(work, look, state, pace)) {
      state = page.state
      given.state = state
      given.pages++
      yield page
    }
    if (parts.signal.aborted) throw new AdapterError('retry', 'the work has to end')
    if (look.more && given.pages > before) continue
    if (look.waitMs === null || look.waitMs > WAIT_MAX_MS || hasWaited) break
    hasWaited = true
    await parts.clock.pause(look.waitMs + TIMER_SLACK_MS)
    if (parts.signal.aborted) throw new AdapterError('retry', 'the work has to end')
  }
  if (isWorthAPage(given.state, state))
    yield { contentType: 'application/octet-stream', bytes: null, state, name: 'look' }
}

async function* readyPages(work: Work, look: Look, from: FilesState, pace: Pace): AsyncGenerator<FilesPage> {
  let state = from
  for (const file of look.ready) {
    await pace.take(1)
    if (work.parts.signal.aborted) return
    let isRead = false
    const { package: packages } = work.parts.settings
    const pages = packages ? packagePages(work, file, state, packages) : pagesOf(work, file, state)
    for await (const page of pages) {
      state = page.state
      isRead = true
      yield page
    }
    // One that changed has to be seen unchanged anew.
    if (!isRead) state = withoutLook(state, file.mark)
  }
}

function withoutLook(state: FilesState, mark: string): FilesState {
  const { [mark]: _, ...looks } = state.looks
  return { ...state, looks }
}

/** What was stored, and could not be put away before the hub or the connection ended. */
async function settleLate({ parts, shared, problem }: Work, look: Look): Promise<void> {
  if (parts.settings.after === 'leave') return
  for (const file of look.taken) {
    try {
      await settle(parts, shared.place, file, false)
    } catch (error) {
      if (!(error instanceof AdapterError) || error.class === 'retry') throw error
      problem(error)
      return
    }
  }
}

/** Says once how many files fit nothing. */
function told(parts: Parts, { unfit }: Look, state: FilesState): FilesState {
  if (unfit === (state.unfit ?? 0)) return state
  if (unfit > 0) parts.log.warn({ files: unfit }, 'files fit no pattern of the settings and are left alone')
  return { ...state, unfit }
}

function checkRoom({ settings }: Parts, { taken, ready }: Look): void {
  if (settings.after !== 'leave' || taken.length + ready.length <= TAKEN_MAX) return
  throw new AdapterError(
    'config',
    `more than ${TAKEN_MAX} files stand in the folder: have them archived or deleted once they are read`,
    { setting: '/settings/after' },
  )
}

/** Files that went away alone are no reason for a page: the next one tells of them. */
function isWorthAPage(given: FilesState, now: FilesState): boolean {
  const core = ({ looks, hostKey, unfit }: FilesState): string => JSON.stringify({ looks, hostKey, unfit })
  return core(given) !== core(now)
}

/** Archives or deletes a file once its last page is stored; a page of another run is met by the next reading. */
export async function acknowledgeFile(parts: Parts, page: FilesPage, refused: boolean): Promise<void> {
  const token = page.token as PageToken | undefined
  if (!token) return
  const { file, isLast, outcome, shared } = token
  if (refused) outcome.refused = true
  const { after, failedFolder } = parts.settings
  if (!isLast || (after === 'leave' && !(outcome.refused && failedFolder !== undefined))) return
  // A connection over which a file comes is not waited for: whoever reads that may be waiting for this.
  if (shared.isOpen() && shared.place.isFree()) {
    const release = shared.hold()
    try {
      await settle(parts, shared.place, file, outcome.refused)
    } finally {
      release()
    }
    return
  }
  const own = await openPlace(parts, page.state.hostKey ?? null)
  try {
    await settle(parts, own, file, outcome.refused)
  } finally {
    own.close()
  }
}
