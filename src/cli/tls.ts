import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { TlsParts } from '#api/tls.ts'
import { pemBlocks } from '#core/pki/certificate.ts'
import { StartRefusal } from '#store/refusal.ts'
import type { Settings } from './settings.ts'

type TlsSettings = Pick<Settings, 'tlsCert' | 'tlsKey' | 'tlsClientCa'>

/**
 * What the API needs to serve TLS; undefined where HUB_TLS_CERT is not set. Refuses to start where a file cannot be used, the key is not that of the
 * certificate, or the certificate is over.
 */
export async function readTls(settings: TlsSettings, nowMs: number): Promise<TlsParts | undefined> {
  const { tlsCert, tlsKey } = settings
  if (tlsCert === undefined || tlsKey === undefined) return undefined
  const [cert, key] = await Promise.all([readFile(tlsCert), readFile(tlsKey)])
  const own = readOr(tlsCert, () => new X509Certificate(cert))
  const secret = readOr(tlsKey, () => createPrivateKey(key))
  if (!own.checkPrivateKey(secret))
    throw new StartRefusal(
      'tls_key',
      { zh: 'HUB_TLS_KEY 不是 HUB_TLS_CERT 的私钥。', en: 'HUB_TLS_KEY is not the key of HUB_TLS_CERT.' },
      { zh: '请核对两个文件。', en: 'Check the two files.' },
    )
  if (Date.parse(own.validTo) <= nowMs)
    throw new StartRefusal(
      'tls_expired',
      { zh: `HUB_TLS_CERT 已于 ${own.validTo} 过期。`, en: `HUB_TLS_CERT has expired on ${own.validTo}.` },
      { zh: '请换用新证书。', en: 'Put a new certificate in its place.' },
    )
  return { cert, key, clientAuthorities: await readAuthorities(settings) }
}

/** Authorities of client certificates beside the hub's own, of HUB_TLS_CLIENT_CA. */
export async function readAuthorities({ tlsClientCa }: TlsSettings): Promise<X509Certificate[]> {
  if (tlsClientCa === undefined) return []
  const blocks = pemBlocks(await readFile(tlsClientCa, 'utf8'), 'CERTIFICATE')
  const read = blocks.map((der) => readOr(tlsClientCa, () => new X509Certificate(der)))
  if (read.length > 0 && read.every(({ ca }) => ca)) return read
  throw unusable(tlsClientCa)
}

function readOr<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch {
    throw unusable(path)
  }
}

const unusable = (path: string): StartRefusal =>
  new StartRefusal(
    'tls_file',
    { zh: `${path} 不是可用的 PEM 文件。`, en: `${path} is no file of PEM that can be used.` },
    {
      zh: 'HUB_TLS_CERT 与 HUB_TLS_CLIENT_CA 为证书（后者为 CA 证书），HUB_TLS_KEY 为不加密的私钥。',
      en: 'HUB_TLS_CERT and HUB_TLS_CLIENT_CA hold certificates (the second those of authorities), HUB_TLS_KEY a key that is not encrypted.',
    },
  )
