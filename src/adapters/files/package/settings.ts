import { type Static, Type } from 'typebox'
import { AdapterError, type Words } from '#adapters/adapter.ts'
import { field } from '#core/model/field.ts'
import type { PackageTrust } from './open.ts'
import { isCheckingKey } from './signature.ts'

const slug = Type.String({ pattern: '^[a-z0-9-]{1,60}$' })

/** How packages of a folder are believed. */
export const PackageSettings = Type.Object(
  {
    system: field(slug, ['System', '系统'], ['As the manifest names it', '与清单中的名称一致']),
    verify: field(
      Type.Enum(['ed25519', 'hmac'], { default: 'ed25519' }),
      ['Signature', '签名方式'],
      [
        'ed25519: the system has the key, the hub only its public half; hmac: both have the secret `packageKey`',
        'ed25519：系统持私钥，平台只需公钥；hmac：双方共用密钥 packageKey',
      ],
    ),
    publicKeys: Type.Optional(
      field(
        Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 4 }),
        ['Public keys', '公钥'],
        [
          'whpk_…, as `hub package key` prints it; two while a system changes its key',
          'whpk_…，由 hub package key 给出；更换期间可填两个',
        ],
      ),
    ),
    records: Type.Optional(
      field(
        Type.Array(slug, { minItems: 1, maxItems: 100 }),
        ['Records', '记录类型'],
        ['A package with a file of another one is refused', '含其他记录类型的离线包一律拒收'],
      ),
    ),
    older: field(
      Type.Enum(['refuse', 'skip'], { default: 'refuse' }),
      ['Older packages', '过时的离线包'],
      [
        'One with a number below the last: refuse stops the channel, skip passes it over with a warning; it is never read',
        '编号小于最近一包：refuse 停止通道，skip 警告并跳过；均不读取',
      ],
    ),
    gap: field(
      Type.Enum(['refuse', 'warn'], { default: 'refuse' }),
      ['Missing packages', '缺失的离线包'],
      [
        'Where numbers are missing before it: refuse stops the channel, warn reads it',
        '编号不连续：refuse 停止通道，warn 警告并读取',
      ],
    ),
  },
  { additionalProperties: false },
)
export type PackageSettings = Static<typeof PackageSettings>

export const packageSecrets: Readonly<Record<'packageKey' | 'packageKeyBefore', Words>> = {
  packageKey: { zh: '离线包共用密钥（whsec_…）', en: 'Secret of packages, whsec_…' },
  packageKeyBefore: { zh: '更换前的离线包密钥', en: 'The secret of packages before, while it is changed' },
}

const KEYS = '/settings/package/publicKeys'
const SECRET = '/secrets/packageKey'

/** The setting that has the key by which packages are checked. */
export const keySetting = ({ verify }: PackageSettings): string => (verify === 'ed25519' ? KEYS : SECRET)

/** @throws AdapterError where the key is missing or none */
export function trustOf(
  settings: PackageSettings,
  secrets: Readonly<Record<string, string>>,
  maxBytes: number,
): PackageTrust {
  const { verify, publicKeys = [], system, records } = settings
  const shared = [secrets['packageKey'], secrets['packageKeyBefore']].filter((key) => key !== undefined)
  const keys = verify === 'ed25519' ? publicKeys : shared
  const prefix = verify === 'ed25519' ? 'whpk_' : 'whsec_'
  const setting = keySetting(settings)
  if (keys.length === 0)
    throw new AdapterError('config', 'no key is set by which packages are checked', { setting })
  if (!keys.every((key) => key.startsWith(prefix) && isCheckingKey(key)))
    throw new AdapterError('config', `a key of packages is not ${prefix} and base64`, { setting })
  return { system, keys, records, maxBytes }
}
