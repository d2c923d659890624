import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'
import { type FilePlace, joinPath } from '#adapters/files/places/port.ts'
import type { FilesSettings } from './settings.ts'
import type { Marked } from './state.ts'

/** A file that was read, by what is known of it. */
export interface Done extends Marked {
  readonly path: string
}

type Parts = Pick<AdapterParts<FilesSettings>, 'settings' | 'clock' | 'log'>

/**
 * Does with a file that is stored what the settings say. What stands there under its name but is another file by now is left alone.
 * @param refused whether nothing in it could be read
 * @throws AdapterError
 */
export async function settle(parts: Parts, place: FilePlace, file: Done, refused: boolean): Promise<void> {
  const { settings } = parts
  const failed = refused && settings.failedFolder !== undefined
  if (settings.after === 'leave' && !failed) return
  if (!isAs(file, await place.stat(file.path))) return
  // What could not be read is never deleted: where it has no folder of its own it goes to the archive.
  if (settings.after === 'delete' && !refused) await place.remove(file.path)
  else await moved(parts, place, file, failed ? '/settings/failedFolder' : '/settings/archiveFolder')
  if (settings.finished === 'marker') await place.remove(file.path + settings.marker)
}

/** Whether a file is still the one that was seen. Where a time is not told, its size decides. */
export const isAs = (
  seen: Marked,
  now: { readonly kind: string; readonly size: number; readonly mtimeMs: number | null } | null,
): boolean =>
  now !== null &&
  now.kind === 'file' &&
  now.size === seen.size &&
  (now.mtimeMs === null || seen.mtimeMs === null || now.mtimeMs === seen.mtimeMs)

async function moved(
  { settings, clock, log }: Parts,
  place: FilePlace,
  file: Done,
  setting: '/settings/failedFolder' | '/settings/archiveFolder',
): Promise<void> {
  const base = setting === '/settings/failedFolder' ? settings.failedFolder : settings.archiveFolder
  const folder = joinPath(whole(settings.folder, base ?? ''), chinaDay(clock.now()))
  try {
    await place.makeFolder(folder)
    const target = await movedTo(place, file, folder)
    // Between the look and the move somebody may have put another file there.
    if (target === null || isAs(file, await place.stat(target))) return
    await place.rename(target, file.path, 'new')
    log.warn({}, 'a file was replaced while it was archived: it was put back, to be read')
  } catch (error) {
    if (error instanceof AdapterError && error.class === 'config')
      throw new AdapterError('config', `a file cannot be moved: ${error.message}`, { setting, cause: error })
    throw error
  }
}

/** A folder of the settings: below that of the files, or by itself. */
export const whole = (folder: string, inner: string): string =>
  inner.startsWith('/') ? inner : joinPath(folder, inner)

const NAMES_MAX = 1000

/** Moves it under a name that nobody has; null where it is gone. */
async function movedTo(place: FilePlace, file: Done, folder: string): Promise<string | null> {
  for (let number = 1; number <= NAMES_MAX; number++) {
    const target = joinPath(folder, numbered(file.name, number))
    const outcome = await place.rename(file.path, target, 'new')
    if (outcome !== 'taken') return outcome === 'gone' ? null : target
  }
  throw new AdapterError('config', `${NAMES_MAX} files of this name are there`)
}

/** `a.xml`, `a.2.xml`, `a.3.xml`. */
const numbered = (name: string, number: number): string =>
  number === 1 ? name : name.replace(/(\.[^.]*)?$/, `.${number}$1`)

const CHINA_MS = 8 * 3_600_000
const chinaDay = (nowMs: number): string =>
  new Date(nowMs + CHINA_MS).toISOString().slice(0, 10).replaceAll('-', '')
