import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Type, { type Static } from 'typebox'
import { Check } from 'typebox/value'
import { SNAPSHOT_NAME } from '#store/snapshot.ts'
import { BackupBroken } from './sealed-file.ts'

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
  if (!Check(BackupManifest, manifest)) throw new BackupBroken(`${MANIFEST}: not that of a backup`)
  const { mac, ...rest } = manifest
  if (manifest.sealed !== (key !== null))
    throw new BackupBroken(
      manifest.sealed ? 'the backup is sealed: --key is needed' : 'the backup is not sealed: it has no key',
    )
  if (key && !(mac && timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(rest, key)))))
    throw new BackupBroken(`${MANIFEST}: changed since it was written, or another key`)
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
