import type { PackageManifest } from './manifest.ts'
import { PackageRefused } from './reasons.ts'

/** How far the packages of a system are read. */
export interface PackageState {
  readonly sequence: number
  /** Digest of its manifest, and so of all its files. */
  readonly sha256: string
  /** Files of it that are taken, of so many. */
  readonly done: number
  readonly files: number
}

/** What is done with a package that does not follow the one before. */
export interface SequenceWish {
  /** One that is older than the last: refused, or passed over with a warning. It is never read, for what it says is outdated. */
  readonly older: 'refuse' | 'skip'
  /** One before which others are missing. */
  readonly gap: 'refuse' | 'warn'
}

export interface PackageTurn {
  /** Number of its first file that is still to be taken; all of them where it is done. */
  readonly from: number
  readonly warning: 'older' | 'gap' | null
}

/**
 * What is to be read of a package, by what was read before. The first package of all may have any number.
 * @throws PackageRefused `older`, `gap` or `twin`
 */
export function turnOf(
  { sequence, files }: Pick<PackageManifest, 'sequence' | 'files'>,
  sha256: string,
  before: PackageState | null,
  { older, gap }: SequenceWish,
): PackageTurn {
  if (before === null) return { from: 0, warning: null }
  const at = `${sequence}, after ${before.sequence}`
  if (sequence === before.sequence) {
    if (sha256 !== before.sha256) throw new PackageRefused('twin', at)
    return { from: before.done, warning: null }
  }
  if (sequence < before.sequence) {
    if (older === 'refuse') throw new PackageRefused('older', at)
    return { from: files.length, warning: 'older' }
  }
  // The rest of a package that was begun and is not there any more is missing as well.
  if (sequence === before.sequence + 1 && before.done === before.files) return { from: 0, warning: null }
  if (gap === 'refuse') throw new PackageRefused('gap', at)
  return { from: 0, warning: 'gap' }
}
