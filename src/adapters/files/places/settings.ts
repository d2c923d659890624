import { type Static, Type } from 'typebox'
import type { Words } from '#adapters/adapter.ts'
import { field } from '#core/model/field.ts'

const FINGERPRINT = '^SHA256:[A-Za-z0-9+/]{43}$'

/** Where files are; the same for a source and for a receiver. `openPlace` says what a protocol needs of it. */
export const placeProperties = {
  protocol: field(
    Type.Enum(['local', 'sftp', 'ftp', 'ftps']),
    ['Protocol', '方式'],
    [
      'A folder of this machine, SFTP, FTP, or FTP with explicit TLS',
      '本机目录、SFTP、FTP，或 FTP 加 TLS（显式）',
    ],
  ),
  host: Type.Optional(
    field(
      Type.String({ minLength: 1, maxLength: 253 }),
      ['Host', '主机'],
      ['Name or address; not for a folder of this machine', '名称或地址；本机目录不填'],
    ),
  ),
  port: Type.Optional(
    field(
      Type.Integer({ minimum: 1, maximum: 65_535 }),
      ['Port', '端口'],
      ['22 for SFTP and 21 for FTP where it is not set', '默认 SFTP 为 22，FTP 为 21'],
    ),
  ),
  user: Type.Optional(
    field(
      Type.String({ minLength: 1, maxLength: 200 }),
      ['User', '用户名'],
      ['Name of the account', '登录用户名'],
    ),
  ),
  folder: field(
    Type.String({ minLength: 1, maxLength: 500 }),
    ['Folder', '目录'],
    [
      'The folder with the files; on this machine absolute and below a folder that the operator allows',
      '文件所在目录；本机目录须为绝对路径，且在运维允许的目录之下',
    ],
  ),
  hostKey: Type.Optional(
    field(
      Type.String({ pattern: FINGERPRINT }),
      ['Host key', '主机密钥指纹'],
      [
        'Fingerprint of the SFTP host as its operator tells it (SHA256:…); a check shows the one that the host has',
        'SFTP 主机指纹（SHA256:…），由对方提供；检查时会显示实际指纹',
      ],
    ),
  ),
  trustFirstHostKey: field(
    Type.Boolean({ default: false }),
    ['Trust the first host key', '信任首次密钥'],
    [
      'Without a fingerprint the key that is seen first is kept, and must stay the same',
      '没有指纹时，记住第一次连接见到的密钥，以后必须相同',
    ],
  ),
  oldAlgorithms: field(
    Type.Boolean({ default: false }),
    ['Old algorithms', '旧算法'],
    ['SHA-1 and CBC for SFTP servers that know nothing newer', '允许只支持 SHA-1 与 CBC 的旧 SFTP 服务器'],
  ),
  encoding: field(
    Type.Enum(['utf-8', 'gb18030'], { default: 'utf-8' }),
    ['Encoding of names', '文件名编码'],
    ['Names on old FTP servers are often in GBK', '旧 FTP 服务器的中文文件名多为 GBK'],
  ),
  ca: Type.Optional(
    field(
      Type.String({ maxLength: 100_000 }),
      ['CA certificate', 'CA 证书'],
      [
        'Issuer of the FTPS certificate as PEM, where it is no public one',
        'FTPS 服务器证书的签发者（PEM），公共 CA 签发的不填',
      ],
    ),
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
