import { isIP } from 'node:net'
import { Client, FTPError } from 'basic-ftp'
import { AdapterError } from '#adapters/adapter.ts'
import type { RemoteParts } from '#adapters/files/places/open.ts'
import { within } from '#adapters/files/places/within.ts'
import { passiveThrough } from './passive.ts'

/** A logged-in control connection, and what its server can do. */
export interface FtpSession {
  readonly client: Client
  /** Listings with exact times (RFC 3659). */
  readonly hasMlst: boolean
}

/** @throws AdapterError */
export async function openFtpSession(parts: RemoteParts): Promise<FtpSession> {
  const { settings, connect, host, port, limits, signal } = parts
  const client = new Client(limits.timeoutMs)
  const { ftp } = client
  client.prepareTransfer = passiveThrough(parts)
  const bounds = { timeoutMs: limits.timeoutMs, signal }
  try {
    // Names in another encoding go over the wire as bytes; who asks for them encodes.
    ftp.encoding = settings.encoding === 'utf-8' ? 'utf8' : 'latin1'
    const socket = await connect.open({ host, port })
    socket.setNoDelay(true)
    ftp.socket = socket
    await within(bounds, 'welcome', welcome(client))
    if (settings.protocol === 'ftps') await within(bounds, 'TLS', secured(client, parts))
    await within(bounds, 'login', login(client, parts))
    return { client, hasMlst: await within(bounds, 'login', prepared(client, settings)) }
  } catch (error) {
    client.close()
    throw ftpError('login', error)
  }
}

const welcome = (client: Client): Promise<void> =>
  client.ftp.handle(undefined, (answer, task) => {
    if (answer instanceof Error) task.reject(answer)
    else if (answer.code >= 200 && answer.code < 300) task.resolve(undefined)
    else task.reject(new FTPError(answer))
  }) as Promise<void>

async function secured(client: Client, { host, settings }: RemoteParts): Promise<void> {
  const setting = '/settings/protocol'
  try {
    await client.useTLS({
      host,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
      minVersion: 'TLSv1.2',
    })
  } catch (error) {
    if (error instanceof FTPError)
      throw new AdapterError('config', `the host has no TLS (answer ${error.code})`, { setting })
    const code = codeOf(error)
    if (CERTIFICATE.test(code))
      throw new AdapterError('config', `the certificate of the host is not valid here: ${code}`, {
        setting: settings.ca === undefined ? '/settings/host' : '/settings/ca',
      })
    throw error
  }
}

/** Codes by which TLS of Node refuses a certificate. */
const CERTIFICATE = /CERT|SELF_SIGNED|ALTNAME|ISSUER|CRL|PEM|UNABLE_TO/

async function login(client: Client, { user, secrets, settings }: RemoteParts): Promise<void> {
  try {
    if (settings.encoding === 'utf-8') await client.sendIgnoringError('OPTS UTF8 ON')
    await client.login(user, secrets['password'] ?? '')
  } catch (error) {
    if (error instanceof FTPError && (error.code === 530 || error.code === 331 || error.code === 332))
      throw new AdapterError('auth', `the host does not let the user in (answer ${error.code})`, {
        setting: '/secrets/password',
      })
    throw error
  }
}

async function prepared(client: Client, { protocol, encoding }: RemoteParts['settings']): Promise<boolean> {
  const features = await client.features()
  if (encoding === 'utf-8') await client.sendIgnoringError('OPTS UTF8 ON')
  await client.send('TYPE I')
  if (protocol === 'ftps') {
    await client.sendIgnoringError('PBSZ 0')
    // Without it files would go over the wire as they are.
    await client.send('PROT P')
  }
  const hasMlst = features.has('MLST')
  client.availableListCommands = hasMlst ? ['MLSD'] : ['LIST -a', 'LIST']
  return hasMlst
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

/** What an answer or error of FTP means for a channel. The words of the server are not repeated: they may hold anything. */
export function ftpError(what: string, error: unknown): AdapterError {
  if (error instanceof AdapterError) return error
  if (error instanceof FTPError) {
    const detail = `${what}: answer ${error.code}`
    if (error.code === 530)
      return new AdapterError('auth', detail, { setting: '/secrets/password', cause: error })
    if (error.code === 550 || error.code === 553)
      return new AdapterError('config', detail, { setting: '/settings/folder', cause: error })
    return new AdapterError(error.code < 500 ? 'retry' : 'source', detail, { cause: error })
  }
  const isSlow = error instanceof Error && error.message.startsWith('Timeout')
  const code = codeOf(error)
  return new AdapterError(
    'retry',
    `${what}: ${isSlow ? 'no answer in time' : /^[A-Z]\w+$/.test(code) ? code : 'the connection was lost'}`,
    {
      cause: error,
    },
  )
}
