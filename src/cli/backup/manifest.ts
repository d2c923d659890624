import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Type, { type Static } from 'typebox'
import { Check } from 'typebox/value'
import { SNAPSHOT_NAME } from '#store/snapshot.ts'
import { BackupBroken, broken } from './sealed-file.ts'

export const MANIFEST = 'manifest.json'
const MANIFEST_MAX = 16 * 1024 * 1024

const Name = Type.String({ pattern: SNAPSHOT_NAME.source })
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' })

const BackupManifest = Type.Object(
  {
    format: Type.Literal('trace-hub-backup-1'),
    createdAt: Type.String(),
    /** Name of the hub that it is of. */
    hub: Type.String(),
    sealed: Type.Boolean(),
    /** 32 bytes, base64. */
    salt: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }),
    migrations: Type.Array(Type.Object({ number: Type.Integer(), name: Type.String(), sha256: Digest })),
    sequences: Type.Record(
      Type.String({ pattern: SNAPSHOT_NAME.source }),
      Type.Union([Type.Null(), Type.String({ pattern: '^\\d+$' })]),
    ),
    parts: Type.Array(Type.Object({ table: Name, name: Name, bounds: Type.String() })),
    tables: Type.Array(
      Type.Object({
        name: Name,
        columns: Type.Array(Name),
        rows: Type.Integer({ minimum: 0 }),
        size: Type.Integer({ minimum: 0 }),
        sha256: Digest,
      }),
    ),
    /** Over all the rest, with the key of the backup; absent where there is none. */
    mac: Type.Optional(Digest),
  },
  { additionalProperties: false },
)
export type BackupManifest = Static<typeof BackupManifest>

export const fileOf = (table: string): string => `${table}.copy.zst`

/** The manifest as text; with a key, nothing in it can be changed without that key. */
export function manifestText(manifest: Omit<BackupManifest, 'mac'>, key: Buffer | null): string {
  const signed = key ? { ...manifest, mac: macOf(manifest, key) } : manifest
  return `${JSON.stringify(signed, null, 2)}\n`
}

/**
 * The manifest of a backup.
 * @throws BackupBroken where it is none, was changed, or was made with another key
 */
export async function readManifest(folder: string, key: Buffer | null): Promise<BackupManifest> {
  const text = await readFile(join(folder, MANIFEST), 'utf8')
  const manifest = text.length > MANIFEST_MAX ? null : parsed(text)
  if (!Check(BackupManifest, manifest))
    throw new BackupBroken(
      [`${join(folder, MANIFEST)} is not that of a backup.`, `${join(folder, MANIFEST)} 不是备份的清单。`],
      ['Name the folder that hub backup make wrote.', '请指定 hub backup make 写出的文件夹。'],
    )
  const { mac, ...rest } = manifest
  if (manifest.sealed !== (key !== null))
    throw manifest.sealed
      ? new BackupBroken(
          ['The backup is sealed.', '备份已加密。'],
          ['Give its key: --key FILE.', '请提供其密钥：--key 文件。'],
        )
      : new BackupBroken(
          ['The backup is not sealed, so no key opens it.', '备份未加密，没有对应的密钥。'],
          ['Leave --key out, if this is the backup that you mean.', '请确认备份无误后去掉 --key。'],
        )
  if (key && !(mac && timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(rest, key)))))
    throw broken(MANIFEST)
  return manifest
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const macOf = (manifest: Omit<BackupManifest, 'mac'>, key: Buffer): string =>
  createHmac('sha256', key).update(JSON.stringify(manifest)).digest('hex')
