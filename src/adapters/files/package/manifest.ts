import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { isFileName } from '#adapters/files/drop.ts'
import { parseJson } from '#core/parse-json.ts'
import { PackageRefused } from './reasons.ts'

export const MANIFEST = 'manifest.json'
export const SIGNATURE = 'manifest.sig'
/** Folder of the archive in which the files are. */
export const FILES = 'files/'
export const FORMAT = 'trace-hub-package/1'

const FILES_MAX = 1000
const slug = Type.String({ pattern: '^[a-z0-9-]{1,60}$' })

const ManifestFile = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    record: slug,
    contentType: Type.String({ pattern: '^[\\w.+-]+/[\\w.+-]+(; ?[\\w-]+=[\\w.-]+)?$', maxLength: 200 }),
    bytes: Type.Integer({ minimum: 0 }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  },
  { additionalProperties: false },
)

const Manifest = Type.Object(
  {
    format: Type.Literal(FORMAT),
    /** The system whose files they are. */
    system: slug,
    /** When it was made, ISO 8601. */
    created: Type.String({
      pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$',
    }),
    /** Counted by the system, from 1, without a gap. */
    sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    files: Type.Array(ManifestFile, { minItems: 1, maxItems: FILES_MAX }),
  },
  { additionalProperties: false },
)

/** What a package says of itself. */
export type PackageManifest = Static<typeof Manifest>
export type PackageFile = Static<typeof ManifestFile>

/** @throws PackageRefused where the text is no manifest, or names files that may not be */
export function readManifest(bytes: Uint8Array): PackageManifest {
  let manifest: unknown
  try {
    manifest = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new PackageRefused('bad_manifest', MANIFEST, error)
  }
  if (!Value.Check(Manifest, manifest)) {
    const [first] = Value.Errors(Manifest, manifest)
    throw new PackageRefused('bad_manifest', `${MANIFEST}${first?.instancePath ?? ''}`)
  }
  checkNames(manifest.files.map(({ name }) => name))
  return manifest
}

/** @throws PackageRefused for a name that leads elsewhere, is hidden, or comes twice, whatever the case of its letters */
export function checkNames(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    const folded = name.normalize('NFC').toLowerCase()
    if (!isFileName(name) || seen.has(folded))
      throw new PackageRefused('name', name.slice(0, 100).toWellFormed())
    seen.add(folded)
  }
}
