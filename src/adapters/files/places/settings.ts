import { type Static, Type } from 'typebox'
import type { Words } from '#adapters/adapter.ts'

const FINGERPRINT = '^SHA256:[A-Za-z0-9+/]{43}$'

/** Where files are; the same for a source and for a receiver. `check` and `openPlace` say what a protocol needs. */
export const placeProperties = {
  protocol: Type.Enum(['local', 'sftp', 'ftp', 'ftps'], {
    title: '方式 · Protocol',
    description:
      '本机目录、SFTP、FTP，或 FTP 加 TLS（显式） · A folder of this machine, SFTP, FTP, or FTP with explicit TLS',
  }),
  host: Type.Optional(
    Type.String({
      title: '主机 · Host',
      description: '本机目录不填 · Name or address; not for a folder of this machine',
      minLength: 1,
      maxLength: 253,
    }),
  ),
  port: Type.Optional(
    Type.Integer({
      title: '端口 · Port',
      description: '默认 SFTP 22、FTP 21 · 22 for SFTP and 21 for FTP where it is not set',
      minimum: 1,
      maximum: 65_535,
    }),
  ),
  user: Type.Optional(
    Type.String({
      title: '用户名 · User',
      description: '登录用户名 · Name of the account',
      minLength: 1,
      maxLength: 200,
    }),
  ),
  folder: Type.String({
    title: '目录 · Folder',
    description:
      '本机目录须为绝对路径，且在运维允许的目录之下 · The folder with the files; on this machine absolute and below a folder that the operator allows',
    minLength: 1,
    maxLength: 500,
  }),
  hostKey: Type.Optional(
    Type.String({
      title: '主机密钥指纹 · Host key',
      description:
        'SFTP 必填：SHA256:…，由对方提供；检查时会显示实际指纹 · Fingerprint of the SFTP host as its operator tells it; a check shows the one that the host has',
      pattern: FINGERPRINT,
    }),
  ),
  trustFirstHostKey: Type.Boolean({
    title: '首次信任 · Trust the first host key',
    description:
      '没有指纹时，记住第一次连接见到的密钥，以后必须相同 · Without a fingerprint the first key that is seen is kept, and must stay the same',
    default: false,
  }),
  oldAlgorithms: Type.Boolean({
    title: '旧算法 · Old algorithms',
    description:
      '允许旧 SFTP 服务器的 SHA-1 与 CBC 算法 · Lets SFTP servers use SHA-1 and CBC that know nothing newer',
    default: false,
  }),
  encoding: Type.Enum(['utf-8', 'gb18030'], {
    title: '文件名编码 · Encoding of names',
    description: '旧 FTP 服务器的中文文件名多为 GBK · Old FTP servers often have names in GBK',
    default: 'utf-8',
  }),
  ca: Type.Optional(
    Type.String({
      title: 'CA 证书 · CA certificate',
      description:
        'FTPS 服务器证书的签发者（PEM），在公共 CA 之外 · Issuer of the FTPS certificate as PEM, where it is no public one',
      maxLength: 100_000,
    }),
  ),
}

const PlaceSchema = Type.Object(placeProperties)
export type PlaceSettings = Static<typeof PlaceSchema>

/** Secrets that a place may need. */
export const placeSecrets: Readonly<Record<'password' | 'privateKey' | 'passphrase', Words>> = {
  password: { zh: '密码', en: 'Password' },
  privateKey: { zh: 'SFTP 私钥（PEM 或 OpenSSH）', en: 'Private key for SFTP, PEM or OpenSSH' },
  passphrase: { zh: '私钥口令', en: 'Passphrase of the private key' },
}

/** The secrets that are set, by name; more may be there. */
export type PlaceSecrets = Readonly<Partial<Record<string, string>>>
