import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { Client, type ConnectConfig, type SFTPWrapper } from 'ssh2'
import { AdapterError } from '#adapters/adapter.ts'
import type { RemoteParts } from '#adapters/files/places/open.ts'
import { within } from '#adapters/files/places/within.ts'

export interface SftpSession {
  readonly sftp: SFTPWrapper
  readonly hostKey: string
  /** Aborted as soon as the connection is no more, with an AdapterError as the reason. */
  readonly lost: AbortSignal
  close(): void
}

/** What servers of the years before 2015 have and nothing else. */
const OLD = {
  kex: ['diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1'],
  serverHostKey: ['ssh-rsa', 'ssh-dss'],
  cipher: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  hmac: ['hmac-sha1', 'hmac-sha1-96'],
} as const

const KEEP_ALIVE_MS = 15_000

/**
 * Connects, compares the key of the host with the one that is expected, and logs in.
 * @param expected fingerprint; null: whichever it shows, where the settings let the first one be trusted
 * @throws AdapterError
 */
export async function openSession(parts: RemoteParts, expected: string | null): Promise<SftpSession> {
  const { settings, connect, host, port, limits, signal } = parts
  const wanted = settings.hostKey ?? expected
  const socket = await connect.open({ host, port })
  // Small questions and answers: put together they would wait 40 ms for each other.
  socket.setNoDelay(true)
  const client = new Client()
  const seen: { hostKey: string | null } = { hostKey: null }
  const lost = lossOf(client)
  try {
    const ready = new Promise<void>((resolve) => client.once('ready', () => resolve()))
    client.connect({
      ...loginOf(parts, socket),
      hostVerifier: (key: Buffer) => {
        seen.hostKey = fingerprintOf(key)
        return wanted === null ? settings.trustFirstHostKey : wanted === seen.hostKey
      },
    })
    answerPrompts(client, parts.secrets['password'])
    const bounds = { timeoutMs: limits.timeoutMs, signal, lost }
    await within(bounds, 'login', ready)
    const sftp = await within(bounds, 'SFTP', subsystemOf(client))
    return { sftp, hostKey: seen.hostKey ?? '', lost, close: () => end(client, socket) }
  } catch (error) {
    end(client, socket)
    throw refused(error, seen.hostKey, wanted, parts)
  }
}

/** As OpenSSH shows it. */
const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

function loginOf({ user, secrets, settings, limits }: RemoteParts, sock: Socket): ConnectConfig {
  const { password, privateKey, passphrase } = secrets
  return {
    sock,
    username: user,
    ...(password === undefined ? {} : { password }),
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(passphrase === undefined ? {} : { passphrase }),
    tryKeyboard: password !== undefined,
    readyTimeout: limits.timeoutMs,
    keepaliveInterval: KEEP_ALIVE_MS,
    keepaliveCountMax: 2,
    ...(settings.oldAlgorithms
      ? {
          algorithms: {
            kex: { append: [...OLD.kex], prepend: [], remove: [] },
            serverHostKey: { append: [...OLD.serverHostKey], prepend: [], remove: [] },
            cipher: { append: [...OLD.cipher], prepend: [], remove: [] },
            hmac: { append: [...OLD.hmac], prepend: [], remove: [] },
          },
        }
      : {}),
  }
}

/** Servers that ask for the password as a question. */
function answerPrompts(client: Client, password: string | undefined): void {
  client.on('keyboard-interactive', (_name, _text, _language, prompts, finish) =>
    finish(prompts.map(() => password ?? '')),
  )
}

function lossOf(client: Client): AbortSignal {
  const over = new AbortController()
  const lose = (error: unknown): void => {
    // Only the first reason counts: what comes after it is its consequence.
    if (!over.signal.aborted) over.abort(error)
  }
  client.on('error', lose)
  client.on('end', () => lose(new AdapterError('retry', 'the host ended the connection')))
  client.on('close', () => lose(new AdapterError('retry', 'the connection was lost')))
  return over.signal
}

const subsystemOf = (client: Client): Promise<SFTPWrapper> =>
  new Promise((resolve, reject) =>
    client.sftp((error, sftp) =>
      error
        ? reject(
            new AdapterError('config', 'the host has no SFTP for this account', {
              setting: '/settings/protocol',
              cause: error,
            }),
          )
        : resolve(sftp),
    ),
  )

function end(client: Client, socket: Socket): void {
  client.end()
  // A host that does not answer would keep the connection open.
  socket.destroy()
}

function refused(
  error: unknown,
  seen: string | null,
  wanted: string | null,
  { settings, secrets }: RemoteParts,
): AdapterError {
  const setting = '/settings/hostKey'
  if (seen !== null && wanted !== null && wanted !== seen)
    return new AdapterError('auth', `the host has another key, ${seen}`, { setting })
  if (seen !== null && wanted === null && !settings.trustFirstHostKey)
    return new AdapterError('config', `no fingerprint is set; the host has ${seen}`, { setting })
  if (error instanceof AdapterError) return error
  const { level, message } = error as { level?: string; message?: string }
  if (level === 'client-authentication')
    return new AdapterError('auth', 'the host does not let the user in', {
      setting: secrets['password'] === undefined ? '/secrets/privateKey' : '/secrets/password',
    })
  if (message?.includes('privateKey') || message?.includes('passphrase') || message?.includes('private key'))
    return new AdapterError('auth', 'the private key cannot be read', { setting: '/secrets/privateKey' })
  if (message !== undefined && NO_SSH.test(message))
    return new AdapterError('config', 'no algorithm that both sides have, or no SSH at this port', {
      setting: '/settings/port',
      cause: error,
    })
  const lost =
    seen === null ? 'the connection was lost before the host said who it is' : 'the connection was lost'
  return new AdapterError('retry', lost, { cause: error })
}

/** Words of the library for what the same try would meet again. */
const NO_SSH = /no matching|identification|incompatible/i
