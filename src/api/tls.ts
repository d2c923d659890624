import type { X509Certificate } from 'node:crypto'
import type { ServerOptions } from 'node:https'

/** With what the API serves TLS. */
export interface TlsParts {
  /** PEM, with the certificates between it and its authority. */
  readonly cert: Buffer
  readonly key: Buffer
  /** Authorities of client certificates beside the hub's own. */
  readonly clientAuthorities: readonly X509Certificate[]
}

const HANDSHAKE_MS = 8000

/**
 * Options of the server. Every client is asked for a certificate and may come without one: then a key tells who calls. What a certificate is worth is
 * judged with the request (client-certificate.ts), so that who is refused is told why; that he holds its key is proven in the handshake.
 */
export const serverOptions = ({ cert, key }: TlsParts): ServerOptions => ({
  cert,
  key,
  minVersion: 'TLSv1.2',
  honorCipherOrder: true,
  requestCert: true,
  rejectUnauthorized: false,
  handshakeTimeout: HANDSHAKE_MS,
})
