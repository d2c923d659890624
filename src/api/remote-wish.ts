import Type from 'typebox'
import { isRemoteFolder, type RemoteSecrets, readRemoteFolder } from '#adapters/files/address.ts'
import { FolderRefused } from '#adapters/files/place.ts'
import type { Issue } from '#core/issue.ts'

const secret = (most: number, what: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: most, description: what }))
/** What opens a folder on another host, as a request gives it. */
export const remoteSecrets = Type.Object(
  {
    password: secret(400, 'Password of the account · 密码'),
    privateKey: secret(20_000, 'Private key for SFTP, PEM or OpenSSH · SFTP 私钥'),
    passphrase: secret(400, 'Passphrase of the private key · 私钥口令'),
    ca: secret(100_000, 'Issuer of an FTPS certificate, PEM · FTPS 证书的签发者'),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description:
      'What opens a folder on another host; sealed, never given back · 远程文件夹的凭证，加密保存，不再返回',
  },
)
interface SecretWish {
  readonly token?: string | null
  readonly secrets?: RemoteSecrets | null
}

/** What is wrong with a folder on another host, and with secrets of what is none. */
export function remoteIssues({ token, secrets }: SecretWish, url: string | null): Issue[] {
  if (url === null || !isRemoteFolder(url))
    return secrets ? [issue('/secrets', 'only for an address of sftp, ftps or ftp')] : []
  const issues = token ? [issue('/token', 'only for an address of https or http; give secrets')] : []
  try {
    readRemoteFolder(url)
    return issues
  } catch (error) {
    if (!(error instanceof FolderRefused)) throw error
    return [...issues, issue('/url', error.reason)]
  }
}

/** What is sealed of a wish: the token of a receiver, or the secrets of a folder as one text. Undefined: it stays as it is. */
export const sealedWish = ({ token, secrets }: SecretWish): string | null | undefined =>
  secrets ? JSON.stringify(secrets) : secrets === null ? null : token

/**
 * Whether what opens one address must not be sent to the other: a password is no token, and whoever may change the address would be told what is never
 * given back.
 */
export const areOtherSecrets = (former: string | null, url: string | null): boolean =>
  placeOf(former) !== placeOf(url)

/** Protocol, host and port. */
function placeOf(text: string | null): string | null {
  const url = URL.parse(text ?? '')
  return url && `${url.protocol}//${url.host}`
}

const issue = (path: string, reason: string): Issue => ({ path, code: 'E_SCHEMA', reason })
