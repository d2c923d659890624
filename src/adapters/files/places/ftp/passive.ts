import type { Socket } from 'node:net'
import { connect as startTls, TLSSocket } from 'node:tls'
import { type FTPContext, FTPError, type FTPResponse } from 'basic-ftp'
import { AdapterError } from '#adapters/adapter.ts'
import type { RemoteParts } from '#adapters/files/places/open.ts'

/**
 * Opens the connection over which a file or a listing goes: through the port that checks addresses, and always to the machine of the
 * control connection. The address that an answer to PASV names is not looked at, so no server leads the hub elsewhere.
 */
export function passiveThrough({ connect }: RemoteParts): (ftp: FTPContext) => Promise<FTPResponse> {
  let extended = true
  return async (ftp) => {
    const host = ftp.socket.remoteAddress
    if (host === undefined) throw new AdapterError('retry', 'the connection was lost')
    const answer = extended ? await extendedOrNull(ftp) : null
    extended = answer !== null
    const given = answer ?? (await ftp.request('PASV'))
    const port = portIn(given.message, answer !== null)
    const socket = await connect.open({ host: host.replace(/^::ffff:/i, ''), port })
    ftp.dataSocket = ftp.socket instanceof TLSSocket ? tlsOver(ftp, ftp.socket, socket) : socket
    return given
  }
}

/** EPSV, which names no address at all (RFC 2428); null where the server knows only PASV. */
async function extendedOrNull(ftp: FTPContext): Promise<FTPResponse | null> {
  try {
    return await ftp.request('EPSV')
  } catch (error) {
    if (error instanceof FTPError && error.code >= 500) return null
    throw error
  }
}

const EXTENDED = /\(([!-~])\1\1(\d{1,5})\1\)/
const PLAIN = /(?<![\d,])\d{1,3}(?:,\d{1,3}){3},(\d{1,3}),(\d{1,3})(?![\d,])/

function portIn(message: string, isExtended: boolean): number {
  const found = (isExtended ? EXTENDED : PLAIN).exec(message)
  const port = !found ? 0 : isExtended ? Number(found[2]) : Number(found[1]) * 256 + Number(found[2])
  if (port < 1 || port > 65_535)
    throw new AdapterError('source', 'the host names no port for its passive connection')
  return port
}

/** Many servers take a connection only when it goes on with the session of the control connection. */
function tlsOver(ftp: FTPContext, control: TLSSocket, socket: Socket): TLSSocket {
  const session = ftp.tlsSessionStore ?? control.getSession()
  const secure = startTls({ ...ftp.tlsOptions, socket, ...(session ? { session } : {}) })
  secure.on('session', (next) => {
    ftp.tlsSessionStore = next
  })
  return secure
}
