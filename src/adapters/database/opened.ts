import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import { AdapterError } from '#adapters/adapter.ts'
import type { DatabaseParts } from './session.ts'

/**
 * A checked connection to the host of the settings.
 * @throws AdapterError with the host or the port as what is to blame
 */
export async function openSocket({ connect, settings }: DatabaseParts, usualPort: number): Promise<Socket> {
  try {
    const socket = await connect.open({ host: settings.host, port: settings.port ?? usualPort })
    socket.setNoDelay(true)
    // A driver that is done with it listens no more, and unheard an error ends the process.
    socket.on('error', () => {})
    // By this name Node checks a certificate where a driver names none, as for an address; else it would be that of "localhost".
    return Object.assign(socket, { _host: settings.host })
  } catch (error) {
    if (!(error instanceof AdapterError) || error.setting !== undefined) throw error
    const setting = error.message === 'ECONNREFUSED' ? '/settings/port' : '/settings/host'
    throw new AdapterError(error.class, error.message, { setting, cause: error })
  }
}

/** TLS options of Node by the settings; the name that the certificate must have is that of the host, not of an address. */
export function tlsOptions({ settings }: DatabaseParts): {
  ca?: string
  rejectUnauthorized: boolean
  servername?: string
} {
  const { mode, ca } = settings.tls
  return {
    rejectUnauthorized: mode === 'verify',
    ...(ca === undefined ? {} : { ca }),
    ...(isIP(settings.host) === 0 ? { servername: settings.host } : {}),
  }
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|HOSTNAME_MISMATCH/

/** What an error of TLS or of the connection means, before anything of the database itself is looked at; null where it is neither. */
export function connectionFailure(error: unknown): AdapterError | null {
  if (error instanceof AdapterError) return error
  const code = codeOf(error)
  if (CERTIFICATE.test(code))
    return new AdapterError('config', `the certificate of the server is not trusted: ${code}`, {
      setting: '/settings/tls/ca',
      cause: error,
    })
  if (/^ERR_SSL|^EPROTO|^ERR_TLS/.test(code))
    return new AdapterError('config', `no encrypted connection: ${code}`, {
      setting: '/settings/tls/mode',
      cause: error,
    })
  if (/^E[A-Z]+$/.test(code) && code !== 'ER')
    return new AdapterError('retry', code === 'ETIMEDOUT' ? 'no answer in time' : code, { cause: error })
  return null
}

/** The code of an error, as drivers and Node give it; empty where it has none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const CLOSE_MS = 500

/** Lets a driver say goodbye, for a moment, where there is still someone to say it to. */
export async function goodbye(say: () => Promise<unknown>, socket: Socket | null): Promise<void> {
  if (socket?.destroyed) return
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS)
  })
  const said = say().then(
    () => {},
    () => {},
  )
  await Promise.race([said, late])
  clearTimeout(timer)
  socket?.destroy()
}
