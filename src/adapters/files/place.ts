import { lstat, mkdir, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'

/** A folder that may not be written to. `reason` says why; it is safe to show. */
export class FolderRefused extends Error {
  override readonly name = 'FolderRefused'
  readonly reason: string

  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

const DEPTH_MAX = 20

/** The setting by which the operator allows folders: files are written below the ones, and read below the others. */
export type RootsSetting = 'HUB_DROP_FOLDERS' | 'HUB_PICKUP_FOLDERS'

/**
 * The real path of a folder below one of the roots, made where it is not there. Below the root no symbolic link is followed, so that
 * whoever may make one there leads nothing out of it.
 * @param roots absolute folders that the operator allows
 * @throws FolderRefused; errors of the file system come as they are
 */
export async function placeBelow(
  roots: readonly string[],
  folder: string,
  named: RootsSetting = 'HUB_DROP_FOLDERS',
): Promise<string> {
  const path = await walkBelow(roots, folder, named, async (missing) => {
    await mkdir(missing).catch(unlessThere)
    return 'go on'
  })
  return path ?? folder
}

/**
 * As `placeBelow`, and null where the folder is not there.
 * @throws FolderRefused; errors of the file system come as they are
 */
export async function existingBelow(
  roots: readonly string[],
  folder: string,
  named: RootsSetting,
  realOf: RealOf = realpath,
): Promise<string | null> {
  return await walkBelow(roots, folder, named, async () => 'end', realOf)
}

/** The real path of a root. */
export type RealOf = (root: string) => Promise<string>

/** Asks for each root once: the roots are the operator's, only what is below them may be another's. */
export function realRoots(): RealOf {
  const known = new Map<string, string>()
  return async (root) => {
    const real = known.get(root) ?? (await realpath(root))
    known.set(root, real)
    return real
  }
}

async function walkBelow(
  roots: readonly string[],
  folder: string,
  named: RootsSetting,
  missing: (path: string) => Promise<'go on' | 'end'>,
  realOf: RealOf = realpath,
): Promise<string | null> {
  const { root, steps } = stepsBelow(roots, folder, named)
  const real = await realOf(root)
  let path = join(real, ...steps)
  if (await isStraight(path)) return path
  path = real
  for (const step of steps) {
    path = join(path, step)
    const found = await stateOf(path)
    if (found === 'link') throw new FolderRefused(`${path} is a symbolic link`)
    if (found === 'other') throw new FolderRefused(`${path} is no folder`)
    if (found === 'none' && (await missing(path)) === 'end') return null
  }
  if ((await realpath(path)) !== path) throw new FolderRefused(`${folder} leads out of ${root}`)
  return path
}

/** The usual case in two calls at once: a path that is its own real one leads through no link. */
async function isStraight(path: string): Promise<boolean> {
  const [real, state] = await Promise.all([realpath(path).catch(() => null), stateOf(path).catch(() => null)])
  return real === path && state === 'folder'
}

/** The root that a folder lies below, and the names on the way. Nothing is read. @throws FolderRefused */
export function stepsBelow(
  roots: readonly string[],
  folder: string,
  named: RootsSetting = 'HUB_DROP_FOLDERS',
): { readonly root: string; readonly steps: readonly string[] } {
  if (roots.length === 0) throw new FolderRefused(`${named} names no folder, so none may be used`)
  if (!isAbsolute(folder) || folder.includes('\0')) throw new FolderRefused('the folder is an absolute path')
  if (folder.split(sep).includes('..')) throw new FolderRefused('the folder has no ".." in it')
  for (const root of roots) {
    const inner = relative(root, folder)
    if (inner.startsWith('..') || isAbsolute(inner)) continue
    const steps = inner === '' ? [] : inner.split(sep)
    if (steps.length > DEPTH_MAX) throw new FolderRefused(`at most ${DEPTH_MAX} folders below the root`)
    return { root, steps }
  }
  throw new FolderRefused(`the folder is below none of ${named} (${roots.join(', ')})`)
}

async function stateOf(path: string): Promise<'folder' | 'link' | 'other' | 'none'> {
  try {
    const state = await lstat(path)
    return state.isSymbolicLink() ? 'link' : state.isDirectory() ? 'folder' : 'other'
  } catch (error) {
    if (isCode(error, 'ENOENT')) return 'none'
    throw error
  }
}

const unlessThere = (error: unknown): void => {
  if (!isCode(error, 'EEXIST')) throw error
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
