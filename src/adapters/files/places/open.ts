import { AdapterError, type ConnectPort } from '#adapters/adapter.ts'
import { openLocalPlace } from './local.ts'
import type { FilePlace } from './port.ts'
import type { PlaceSecrets, PlaceSettings } from './settings.ts'

export interface PlaceParts {
  readonly settings: PlaceSettings
  readonly secrets: PlaceSecrets
  readonly connect: ConnectPort
  /** Folders of this machine below which files may be. */
  readonly folders: readonly string[]
  readonly limits: { readonly timeoutMs: number }
  readonly signal: AbortSignal
}

export interface RemoteParts extends PlaceParts {
  readonly host: string
  readonly port: number
  readonly user: string
}

const USUAL_PORT = { sftp: 22, ftp: 21, ftps: 21 } as const

/**
 * Opens the place of the settings: connected, its host known, logged in. The caller closes it.
 * @param pinned fingerprint that was seen first, where the settings let it be trusted
 * @throws AdapterError which names the setting or secret to blame
 */
export async function openPlace(parts: PlaceParts, pinned: string | null = null): Promise<FilePlace> {
  const { protocol } = parts.settings
  if (protocol === 'local') return openLocalPlace(parts)
  const remote = remoteParts(parts, USUAL_PORT[protocol])
  // Their libraries are memory that a hub without such channels does without.
  if (protocol === 'sftp') return (await import('./sftp/place.ts')).openSftpPlace(remote, pinned)
  return (await import('./ftp/place.ts')).openFtpPlace(remote)
}

/** @throws AdapterError where host or user is missing */
function remoteParts(parts: PlaceParts, usualPort: number): RemoteParts {
  const { host, user, port = usualPort } = parts.settings
  if (host === undefined) throw new AdapterError('config', 'no host is set', { setting: '/settings/host' })
  if (user === undefined) throw new AdapterError('config', 'no user is set', { setting: '/settings/user' })
  return { ...parts, host, user, port, connect: blamingHost(parts.connect) }
}

/** An address that may not be used is that of the host. */
const blamingHost = (connect: ConnectPort): ConnectPort => ({
  open: (target) =>
    connect.open(target).catch((error: unknown) => {
      if (!(error instanceof AdapterError) || error.class !== 'config' || error.setting !== undefined)
        throw error
      throw new AdapterError('config', error.message, { setting: '/settings/host', cause: error })
    }),
})
