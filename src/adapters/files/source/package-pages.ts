import { AdapterError } from '#adapters/adapter.ts'
import { checkFiles, type OpenedPackage, openPackage } from '#adapters/files/package/open.ts'
import { PackageRefused } from '#adapters/files/package/reasons.ts'
import { type PackageTurn, turnOf } from '#adapters/files/package/sequence.ts'
import { keySetting, type PackageSettings, trustOf } from '#adapters/files/package/settings.ts'
import { FileGone } from '#adapters/files/places/port.ts'
import { packingOf } from './content-type.ts'
import type { Found } from './look.ts'
import { type FilesPage, type HeldSource, pageOf, sharedSource, type Work } from './pages.ts'
import { isAs } from './settle.ts'
import { HELD_BYTES, heldBytes, spooled } from './spool.ts'
import { type FilesState, withPackage, withTaken } from './state.ts'

/**
 * The pages of one package, a file each, after all of it was checked: signature, names, digests, and its number against that of the one
 * before. None: it is refused, and stands where it is until a person acts; its state is not moved.
 */
export async function* packagePages(
  work: Work,
  file: Found,
  state: FilesState,
  settings: PackageSettings,
): AsyncGenerator<FilesPage> {
  const { signal, limits, secrets } = work.parts
  const trust = trustOf(settings, secrets, limits.maxBytes)
  const fault = faultOf(file, limits.maxBytes)
  if (fault) return work.problem(fault)
  try {
    const source = await spooled(work.shared.place.read(file.path, file.size), file.size)
    if (!source) return
    const held = sharedSource(source, signal)
    const release = held.hold()
    try {
      if (!isAs(file, await work.shared.place.stat(file.path))) return
      const opened = await openPackage(source, trust)
      const turn = turnOf(opened.manifest, opened.sha256, state.packages ?? null, settings)
      await checkFiles(opened, signal)
      if (signal.aborted) throw new AdapterError('retry', 'the work has to end')
      yield* filePages(work, file, state, { opened, turn, held })
    } finally {
      release()
    }
  } catch (error) {
    if (error instanceof PackageRefused) work.problem(refusalOf(error, file, settings))
    else if (!(error instanceof FileGone)) throw error
  }
}

function faultOf(file: Found, maxBytes: number): AdapterError | null {
  if (packingOf(file.name) !== 'zip')
    return new AdapterError(
      'source',
      'a file is no package: only what is signed is read from this folder · 不是离线包：此目录只读取已签名的文件',
    )
  if (file.size <= maxBytes) return null
  return new AdapterError(
    'source',
    `a package has ${file.size} bytes, and ${maxBytes} are the most · 离线包有 ${file.size} 字节，上限为 ${maxBytes}`,
    {
      setting: '/limits/maxBytes',
    },
  )
}

function refusalOf({ why, message }: PackageRefused, file: Found, settings: PackageSettings): AdapterError {
  const isKey = why === 'no_signature' || why === 'wrong_signature'
  return new AdapterError('source', `the package ${file.name} is refused: ${message}`, {
    ...(isKey ? { setting: keySetting(settings) } : {}),
  })
}

interface Turned {
  readonly opened: OpenedPackage
  readonly turn: PackageTurn
  readonly held: HeldSource
}

async function* filePages(
  work: Work,
  file: Found,
  from: FilesState,
  { opened: { manifest, sha256, read }, turn, held }: Turned,
): AsyncGenerator<FilesPage> {
  const { files, sequence } = manifest
  if (turn.warning) work.parts.log.warn({ file: file.name, sequence }, WARNINGS[turn.warning])
  if (turn.from >= files.length) {
    yield pageOf(work, file, withTaken(from, file.mark), { bytes: null })
    return
  }
  const outcome = { refused: false }
  let state = from
  for (const [i, one] of files.entries()) {
    if (i < turn.from) continue
    const isLast = i === files.length - 1
    state = withPackage(state, { sequence, sha256, done: i + 1, files: files.length })
    if (isLast) state = withTaken(state, file.mark)
    const pieces = read(one)
    const bytes =
      one.bytes === 0
        ? null
        : one.bytes <= HELD_BYTES
          ? await heldBytes(pieces, one.bytes)
          : held.streamed(pieces)
    const fit = { ...file.fit, record: one.record, contentType: one.contentType }
    yield pageOf(work, file, state, { bytes, fit, member: one.name, isLast, outcome })
  }
}

const WARNINGS = {
  older: 'a package is older than the last one and is passed over',
  gap: 'packages before this one are missing',
} as const
