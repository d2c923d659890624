const BY_EXTENSION: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  tsv: 'text/csv',
  xml: 'application/xml',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  dbf: 'application/vnd.dbf',
}

/** Files that hold others, and are opened. */
export type Packing = 'zip' | 'gzip'
const PACKED: Readonly<Record<string, Packing>> = { zip: 'zip', gz: 'gzip', gzip: 'gzip' }

/** Other archives, which are not opened. */
const ARCHIVES = new Set([
  'zip',
  'gz',
  'gzip',
  'tgz',
  'tar',
  'rar',
  '7z',
  'bz2',
  'xz',
  'zst',
  'z',
  'cab',
  'jar',
])

export const extensionOf = (name: string): string => /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''

/** What the extension says; null where it says nothing. */
export const contentTypeOf = (name: string): string | null => BY_EXTENSION[extensionOf(name)] ?? null

export const packingOf = (name: string): Packing | null => PACKED[extensionOf(name)] ?? null

export const isArchive = (name: string): boolean => ARCHIVES.has(extensionOf(name))

/** The content type of an archive that is handed on as it is, because it cannot be opened. */
export const PACKED_TYPE: Readonly<Record<Packing, string>> = {
  zip: 'application/zip',
  gzip: 'application/gzip',
}

/** `a.csv` of `a.csv.gz`. */
export const unpackedName = (name: string): string => name.replace(/\.[^.]+$/, '')
