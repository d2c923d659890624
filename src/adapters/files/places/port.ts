import { AdapterError } from '#adapters/adapter.ts'

/** What stands in a folder. */
export interface Standing {
  readonly name: string
  /** `other`: a symbolic link, a device, a name that cannot be read. Nothing is done with it. */
  readonly kind: 'file' | 'folder' | 'other'
  /** In bytes. */
  readonly size: number
  /** Last change in milliseconds since 1970, always of the same fineness; null where a listing does not tell: `stat` does. */
  readonly mtimeMs: number | null
}

export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other'
  readonly size: number
  /** As in `Standing`; null where the place has no way to tell it. */
  readonly mtimeMs: number | null
}

/**
 * Folders on this machine or on another, in the same few words: reading, and writing so that nobody sees half a file.
 * A path is that of a folder as the settings give it, and names below it by `/`; `..` is refused. All of it ends by the signal, and
 * each wait by the limits of the channel. What it throws is an AdapterError or `FileGone`.
 */
export interface FilePlace {
  /** As a person calls it (`sftp://host:22`), without user and secret. */
  readonly address: string
  /** Fingerprint of the key that the host showed (`SHA256:…`); null where there is none. */
  readonly hostKey: string | null
  /** Whether it can take a call now, without waiting for the end of a file that is being read. */
  readonly isFree: () => boolean
  /** Everything in a folder, hidden files too. @throws AdapterError `config` where there is no such folder or it may not be read */
  list(folder: string): Promise<readonly Standing[]>
  /** Null: there is nothing. Links are not followed. */
  stat(path: string): Promise<FileFacts | null>
  /**
   * The bytes of a file, no faster than they are taken. The connection is only used while they are.
   * @param size bytes that are expected, which a place may give in one piece where they are few
   * @throws FileGone
   */
  read(path: string, size?: number): AsyncIterable<Uint8Array>
  /** Makes a folder and those above it, as far as they are not there. */
  makeFolder(folder: string): Promise<void>
  /**
   * Puts a file under another name. `new`: an other file of that name stays, and `taken` is the answer. `replace`: it is replaced, at
   * once where the place can. `gone`: there is no such file.
   */
  rename(from: string, to: string, how: 'new' | 'replace'): Promise<'done' | 'gone' | 'taken'>
  /** A file that is not there is removed. */
  remove(path: string): Promise<void>
  /** Writes the bytes under a hidden name of their own in the folder (`isTemporary`) and gives that name. */
  writeTemporary(folder: string, name: string, bytes: Uint8Array): Promise<string>
  close(): void
}

/** The file was there when the folder was listed and is not any more: no error, somebody took it. */
export class FileGone extends Error {
  override readonly name = 'FileGone'
}

const MARK = '.part'

/** A name that no receiver takes up. @param chance letters that no other writer has */
export const temporaryName = (name: string, chance: string): string => `.${name}.${chance}${MARK}`

/** Whether a name is one of `writeTemporary`; what a worker that died left behind has one. */
export const isTemporary = (name: string): boolean => name.startsWith('.') && name.endsWith(MARK)

export const joinPath = (folder: string, name: string): string =>
  folder === '' ? name : folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`

const PATH_MAX_BYTES = 1000

/**
 * Refuses a path that could lead out of its folder or end a command.
 * @throws AdapterError `config`
 */
export function checkPath(path: string, setting = '/settings/folder'): string {
  const wrong =
    Buffer.byteLength(path) > PATH_MAX_BYTES
      ? `has more than ${PATH_MAX_BYTES} bytes`
      : /\p{Cc}/u.test(path)
        ? 'has a control character'
        : path.split('/').includes('..')
          ? 'has ".." in it'
          : null
  if (wrong !== null) throw new AdapterError('config', `the path ${wrong}`, { setting })
  return path
}
