import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { type Sniffed, sniff } from '#adapters/push/sniff/sniff.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import type { MappedSource, Mistake } from '#core/mapping/mapping.ts'
import { draftGolden } from '#core/mapping/propose/draft-golden.ts'
import { expectedName, type Proposal, proposeMapping } from '#core/mapping/propose/propose.ts'
import { folderReadme, systemYaml } from '#core/mapping/propose/system-texts.ts'
import { fromBase64 } from '#core/mapping/run/base64.ts'
import type { Words } from '#core/mapping/words.ts'
import { habitsOf } from './sample-habits.ts'

export interface NewSystemWish {
  /** Folder of all mappings. */
  readonly mappings: string
  readonly system: string
  readonly record: string
  readonly title: Words
  readonly department?: Words
  /** GB/T 2260 code of the area that it serves. */
  readonly region?: string
  readonly adapter: string
  readonly samplePath: string
  /** Milliseconds since 1970, for what is compared with the time of receipt. */
  readonly receivedAtMs: number
}

export interface NewSystemResult {
  readonly folder: string
  /** Files written, below the folder. */
  readonly written: readonly string[]
  readonly proposal: Proposal
  readonly mistakes: readonly Mistake[]
  /** Source records of the sample. */
  readonly received: number
  /** What became of each; nothing where the mapping has mistakes. */
  readonly mapped: readonly MappedSource[]
  /** The folder had its system.yaml already: this line has to be added by hand. */
  readonly lineToAdd: string | null
}

/** A file of the new system is there already; nothing was written. */
export class AlreadyThere extends Error {
  readonly path: string
  constructor(path: string) {
    super(`${path} is there already`)
    this.path = path
  }
}

/**
 * Makes the folder of a new system from one sample: system.yaml, a proposed mapping, the sample byte for byte, a draft of its golden,
 * and a README to fill in. Nothing that exists is overwritten.
 * @throws DecodeRefusal where the sample cannot be read, AlreadyThere
 */
export async function newSystem(wish: NewSystemWish): Promise<NewSystemResult> {
  const bytes = await readFile(wish.samplePath)
  const sniffed = await sniff(bytes)
  const folder = join(wish.mappings, wish.system)
  const sample = `valid/${sampleName(wish)}`
  const { records } = await decodeMessage(bytes, sniffed.read)
  const read = { ...sniffed.read, ...habitsOf(records) }
  const plain = read.values === 'base64' ? records.map(fromBase64) : records
  const proposal = proposeMapping({ ...wish, read, records: plain, sample })
  const compiled = compileMapping({ path: `${wish.record}.yaml`, text: proposal.mapping })
  const mapped = records.flatMap(
    (record) => compiled.mapping?.map(record, { receivedAtMs: wish.receivedAtMs }) ?? [],
  )
  const hasSystem = await exists(join(folder, 'system.yaml'))
  const files = filesOf(wish, sniffed, proposal, sample, bytes, mapped, hasSystem)
  for (const path of files.keys()) {
    if (await exists(join(folder, path))) throw new AlreadyThere(join(folder, path))
  }
  for (const [path, content] of files) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), content, { flag: 'wx' })
  }
  return {
    folder,
    written: [...files.keys()],
    proposal,
    mistakes: compiled.mistakes,
    received: records.length,
    mapped,
    lineToAdd: hasSystem ? recordLine(wish.record, sniffed.contentType) : null,
  }
}

function filesOf(
  wish: NewSystemWish,
  { contentType }: Sniffed,
  proposal: Proposal,
  sample: string,
  bytes: Buffer,
  mapped: readonly MappedSource[],
  hasSystem: boolean,
): Map<string, string | Buffer> {
  const golden = draftGolden(wish.record, contentType, mapped)
  const line = recordLine(wish.record, contentType)
  return new Map<string, string | Buffer>([
    ...(hasSystem
      ? []
      : ([
          ['system.yaml', systemYaml({ ...wish, records: [line] })],
          ['README.md', folderReadme(wish, proposal)],
        ] as const)),
    [`${wish.record}.yaml`, proposal.mapping],
    [`samples/${sample}`, bytes],
    [`samples/${expectedName(sample)}`, `${JSON.stringify(golden, null, 2)}\n`],
  ])
}

const recordLine = (record: string, contentType: string): string =>
  `${record}: { mapping: ${record}.yaml, accepts: [${contentType === 'text/xml' ? 'text/xml, application/xml' : contentType}] }`

/** The name of the sample below `samples/valid/`: that of the file, in plain letters. */
function sampleName({ samplePath, record }: NewSystemWish): string {
  const ending = extname(samplePath).toLowerCase()
  const stem = basename(samplePath, extname(samplePath))
  return `${/^[\w.-]+$/.test(stem) ? stem : record}${/^\.[a-z0-9]+$/.test(ending) ? ending : '.txt'}`
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
