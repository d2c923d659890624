import { access, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { ExpectedFile } from '#core/mapping/check/expected.ts'
import type { MappedSource } from '#core/mapping/mapping.ts'
import { draftGolden, draftRefusal } from '#core/mapping/propose/draft-golden.ts'
import { expectedName } from '#core/mapping/propose/propose.ts'
import type { SourceRecord } from '#core/source.ts'
import { readOptions } from './read-options.ts'
import { type FolderSystem, pushedNames } from './registry.ts'

export interface DraftWish {
  /** Paths below `samples/`; all where none is named. */
  readonly samples: readonly string[]
  /** Record of samples of which nothing else tells it. */
  readonly record?: string
  readonly receivedAtMs: number
}

/** What was done with the golden of one sample. */
export interface Drafted {
  /** Below `samples/`. */
  readonly sample: string
  readonly golden: string
  /** `kept`: a person has read it. `no-record`: nothing tells of which record it is. `no-mapping`: its record has no working mapping. */
  readonly outcome: 'written' | 'written-anew' | 'kept' | 'no-record' | 'no-mapping' | 'no-sample'
}

const FOLDERS = ['valid', 'invalid'] as const
const EXPECTED = '.expected.json'

/**
 * Writes drafts of the goldens of a system's samples, by its mappings as they are: where there is none, and anew where it is a draft
 * still. A golden that a person has read, and which is a draft no more, is never touched.
 */
export async function draftGoldens(system: FolderSystem, wish: DraftWish): Promise<Drafted[]> {
  const all = await samplesOf(system)
  const missing = wish.samples.filter((name) => !all.includes(name))
  const drafted: Drafted[] = missing.map((sample) => ({ sample, golden: '', outcome: 'no-sample' }))
  for (const sample of all.filter((name) => wish.samples.length === 0 || wish.samples.includes(name))) {
    const golden = expectedName(sample)
    drafted.push({ sample, golden, outcome: await draftOne(system, sample, golden, wish) })
  }
  return drafted
}

async function samplesOf({ folder }: FolderSystem): Promise<string[]> {
  const samples: string[] = []
  for (const name of FOLDERS) {
    const files = await readdir(join(folder, 'samples', name)).catch(() => [] as string[])
    samples.push(...files.filter((file) => !file.endsWith(EXPECTED)).map((file) => `${name}/${file}`))
  }
  return samples.sort()
}

async function draftOne(
  system: FolderSystem,
  sample: string,
  golden: string,
  wish: DraftWish,
): Promise<Drafted['outcome']> {
  const root = join(system.folder, 'samples')
  const path = join(root, golden)
  const before = await draftBefore(path)
  if (before === 'read') return 'kept'
  const name = before?.record ?? recordOf(system, sample) ?? wish.record
  if (name === undefined) return 'no-record'
  const record = system.records.get(name)
  if (!record?.mapping) return 'no-mapping'
  const { mapping } = record
  const contentType = before?.contentType ?? record.accepts[0] ?? ''
  const draft = await draftOf(
    name,
    contentType,
    async () =>
      (await decodeMessage(await readFile(join(root, sample)), readOptions(record, mapping, contentType)))
        .records,
    (source) => mapping.map(source, wish),
  )
  const { sendAfter, secrets } = before ?? {}
  const kept = { ...draft, ...(sendAfter ? { sendAfter } : {}), ...(secrets ? { secrets } : {}) }
  await writeFile(path, `${JSON.stringify(kept, null, 2)}\n`)
  return before === undefined ? 'written' : 'written-anew'
}

/** What stands there: nothing, a draft, or what a person has read. */
async function draftBefore(path: string): Promise<ExpectedFile | 'read' | undefined> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  if (!isThere) return undefined
  const expected = JSON.parse(await readFile(path, 'utf8')) as ExpectedFile
  return expected.draft === true ? expected : 'read'
}

/** The record whose mapping names the sample, or the only one of the system. */
function recordOf(system: FolderSystem, sample: string): string | undefined {
  const named = [...system.records.values()].find(({ mapping }) =>
    mapping?.tests.some((test) => test.in === `samples/${sample}`),
  )
  const [only, ...others] = pushedNames(system)
  return named?.name ?? (others.length === 0 ? only : undefined)
}

async function draftOf(
  record: string,
  contentType: string,
  sources: () => Promise<readonly SourceRecord[]>,
  map: (source: SourceRecord) => MappedSource,
): Promise<ExpectedFile> {
  try {
    return draftGolden(record, contentType, (await sources()).map(map))
  } catch (error) {
    if (!(error instanceof DecodeRefusal)) throw error
    return draftRefusal(record, contentType, { code: error.code, at: error.at })
  }
}
