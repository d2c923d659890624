import { X509Certificate } from 'node:crypto'
import type { Server } from 'node:tls'
import type { Logger } from 'pino'
import { serverOptions, type TlsParts } from '#api/tls.ts'
import type { Settings } from './settings.ts'
import { readTls } from './tls.ts'

const LOOK_MS = 60_000

/**
 * Takes over a renewed certificate without a stop: new connections have it, those that are open stay. Files that cannot be used, such as
 * half of a pair, are told in the log once and the certificate before them stays. Authorities of clients are read at the start alone.
 */
export function followTls(
  server: Server,
  {
    settings,
    used,
    log,
  }: {
    readonly settings: Pick<Settings, 'tlsCert' | 'tlsKey' | 'tlsClientCa'>
    readonly used: TlsParts
    readonly log: Logger
  },
): { look(): Promise<void>; stop(): void } {
  let known = used
  let toldOf = ''
  const look = async (): Promise<void> => {
    try {
      const read = await readTls(settings, Date.now())
      toldOf = ''
      if (!read || (read.cert.equals(known.cert) && read.key.equals(known.key))) return
      server.setSecureContext(serverOptions(read))
      known = read
      log.info({ validTo: new X509Certificate(read.cert).validTo }, 'a renewed certificate is used')
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (reason !== toldOf)
        log.error({ reason }, 'the renewed certificate cannot be used; the one before it stays')
      toldOf = reason
    }
  }
  const timer = setInterval(() => void look(), LOOK_MS)
  timer.unref()
  return { look, stop: () => clearInterval(timer) }
}
