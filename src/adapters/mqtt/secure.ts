import type { Socket } from 'node:net'
import { connect as connectTls, createSecureContext } from 'node:tls'
import { AdapterError, type AdapterParts } from '#adapters/adapter.ts'
import type { MqttSettings } from './settings.ts'

type Parts = AdapterParts<MqttSettings>

/** Codes of TLS that say the certificate of the other side is the reason. */
const NOT_TRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_(?!HAS_EXPIRED)|INVALID_CA)/

/** Secrets of TLS that cannot be read, by pointer. */
export function unreadableSecrets({ secrets }: Pick<Parts, 'secrets'>): string[] {
  const { ca, certificate, key } = secrets
  const wrong: string[] = []
  if (ca !== undefined && !readable({ ca })) wrong.push('/secrets/ca')
  if (certificate !== undefined && !readable({ cert: certificate })) wrong.push('/secrets/certificate')
  if (key !== undefined && !readable({ key })) wrong.push('/secrets/key')
  if (wrong.length === 0 && (certificate === undefined) !== (key === undefined))
    wrong.push(key === undefined ? '/secrets/key' : '/secrets/certificate')
  if (wrong.length === 0 && certificate !== undefined && !readable({ cert: certificate, key }))
    wrong.push('/secrets/key')
  return wrong
}

function readable(options: Parameters<typeof createSecureContext>[0]): boolean {
  try {
    createSecureContext(options)
    return true
  } catch {
    return false
  }
}

/** TLS over a connection that the port has checked, with the name of the host proven by the certificate. */
export function secured(socket: Socket, parts: Parts): Promise<Socket> {
  const { settings, secrets, limits } = parts
  return new Promise((resolve, reject) => {
    const tls = connectTls({
      socket,
      host: settings.host,
      ...(/^[\d.]+$|:/.test(settings.host) ? {} : { servername: settings.host }),
      ...(secrets['ca'] === undefined ? {} : { ca: secrets['ca'] }),
      ...(secrets['certificate'] === undefined
        ? {}
        : { cert: secrets['certificate'], key: secrets['key'] ?? '' }),
    })
    const settle = (error: AdapterError | null): void => {
      clearTimeout(timer)
      tls.off('error', failed).off('close', closed).off('secureConnect', done)
      // Whatever else it emits while it closes is heard by nobody.
      tls.on('error', () => {})
      if (!error) {
        resolve(tls)
        return
      }
      tls.destroy()
      socket.destroy()
      reject(error)
    }
    const failed = (error: Error): void => settle(tlsError(error))
    const closed = (): void =>
      settle(
        new AdapterError('retry', 'the connection ended before it was secure', { setting: '/settings/tls' }),
      )
    const done = (): void => settle(null)
    const timer = setTimeout(
      () => settle(new AdapterError('retry', `no secure connection within ${limits.timeoutMs} ms`)),
      limits.timeoutMs,
    )
    tls.once('error', failed).once('close', closed).once('secureConnect', done)
  })
}

/** What an error of TLS means. The texts of OpenSSL name no secret, its codes say enough. */
export function tlsError(error: Error): AdapterError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return new AdapterError('config', 'the certificate of the broker is for another name', {
      setting: '/settings/host',
    })
  if (code === 'CERT_HAS_EXPIRED')
    return new AdapterError('source', 'the certificate of the broker has expired', {
      setting: '/settings/host',
    })
  if (NOT_TRUSTED.test(code))
    return new AdapterError('config', `the certificate of the broker is not trusted (${code})`, {
      setting: '/secrets/ca',
    })
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code))
    return new AdapterError('config', 'the broker does not speak TLS at this port', {
      setting: '/settings/tls',
    })
  if (/ALERT|CERTIFICATE_REQUIRED/.test(code))
    return new AdapterError('auth', `the broker refuses the certificate (${code})`, {
      setting: '/secrets/certificate',
    })
  return new AdapterError('retry', `the connection ended before it was secure (${code})`, {
    setting: '/settings/tls',
  })
}
