import { FolderRefused } from './place.ts'
import { checkPath } from './places/port.ts'
import type { PlaceSettings } from './places/settings.ts'

/** Secrets that a folder on another host may need. */
export const REMOTE_SECRETS = ['password', 'privateKey', 'passphrase', 'ca'] as const
export type RemoteSecrets = Readonly<Partial<Record<(typeof REMOTE_SECRETS)[number], string>>>

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/
const OPTIONS = ['hostKey', 'encoding', 'oldAlgorithms'] as const
const PORTS = { sftp: 22, ftp: 21, ftps: 21 } as const

/** A folder on another host, without what is secret about it. */
export type RemoteAddress = PlaceSettings & {
  readonly protocol: keyof typeof PORTS
  readonly host: string
  readonly port: number
  readonly user: string
}

/** Whether an address is one of a folder on another host. */
export const isRemoteFolder = (url: string): boolean => /^(sftp|ftps?):/i.test(url)

/**
 * Reads `sftp://user@host:22/folder?hostKey=SHA256:…`, `ftps://…` and `ftp://…`. The path is absolute; `/~/in` is the folder `in` where
 * the account begins. Further: `encoding=gb18030` for names on old FTP servers, `oldAlgorithms=true` for old SFTP servers.
 * @throws FolderRefused
 */
export function readRemoteFolder(text: string): RemoteAddress {
  const url = URL.canParse(text) ? new URL(text) : null
  const protocol = url?.protocol.slice(0, -1) as keyof typeof PORTS
  if (!url || !Object.hasOwn(PORTS, protocol)) throw new FolderRefused('not an address of sftp, ftps or ftp')
  if (url.hostname === '') throw new FolderRefused('the address names no host')
  if (url.password !== '') throw new FolderRefused('no password in the address: it goes into "secrets"')
  const user = decoded(url.username)
  if (user === '' || /\p{Cc}/u.test(user))
    throw new FolderRefused('the address names no user: sftp://user@host/folder')
  return {
    protocol,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || PORTS[protocol],
    user,
    folder: folderOf(decoded(url.pathname)),
    trustFirstHostKey: false,
    ...optionsOf(url, protocol),
  }
}

function folderOf(path: string): string {
  try {
    checkPath(path)
  } catch (error) {
    throw new FolderRefused(error instanceof Error ? error.message : 'the path cannot be used')
  }
  if (path === '/~' || path === '/~/') return '.'
  const folder = path.startsWith('/~/') ? path.slice(3) : path
  return folder === '' ? '/' : folder.replace(/(.)\/+$/, '$1')
}

function optionsOf(
  { searchParams }: URL,
  protocol: RemoteAddress['protocol'],
): Pick<PlaceSettings, 'hostKey' | 'encoding' | 'oldAlgorithms'> {
  for (const name of searchParams.keys())
    if (!(OPTIONS as readonly string[]).includes(name))
      throw new FolderRefused(`"${name}" is not known: ${OPTIONS.join(', ')}`)
  // A plus sign of the fingerprint is a blank to a URL.
  const hostKey = searchParams.get('hostKey')?.replaceAll(' ', '+')
  if (hostKey !== undefined && !FINGERPRINT.test(hostKey))
    throw new FolderRefused('hostKey is SHA256: and 43 letters, as ssh-keygen -l shows it')
  if (protocol === 'sftp' && hostKey === undefined)
    throw new FolderRefused('the address has no hostKey=SHA256:…, by which the host is known')
  const encoding = searchParams.get('encoding') ?? 'utf-8'
  if (encoding !== 'utf-8' && encoding !== 'gb18030') throw new FolderRefused('encoding is utf-8 or gb18030')
  return {
    ...(hostKey === undefined ? {} : { hostKey }),
    encoding,
    oldAlgorithms: searchParams.get('oldAlgorithms') === 'true',
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new FolderRefused('the address has a % without two hexadecimal digits')
  }
}
