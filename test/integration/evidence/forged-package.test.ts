import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storedArchive } from '#core/mapping/backward/archive.ts'
import { sealBatch } from '#flow/evidence/seal.ts'
import { withApi } from '#test/api.ts'
import { TRADES, trade } from '#test/jiaxing.ts'

interface Part {
  about: string
  name: string
  file: string | null
  proof: unknown
}
interface Tool {
  readonly readArchive: (bytes: Uint8Array) => Map<string, Buffer>
  readonly checkPackage: (
    bytes: Uint8Array,
    known?: { readonly key?: string; readonly anchors?: string },
  ) => { readonly isRight: boolean; readonly isProven: boolean; readonly lines: string[] }
}
const TOOL = new URL('../../../tools/verify-evidence.mjs', import.meta.url)
const { checkPackage, readArchive } = (await import(TOOL.href)) as Tool

const api = withApi()
let folder = ''
let key = ''
let whole: Buffer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-forged-'))
  const pushed = await api.push(TRADES, JSON.stringify([trade('JX1')]))
  expect(await sealBatch(api.pool)).toBe('sealed')
  const { heads } = (await api.call('GET', '/v1/audit/heads')).json()
  key = heads[0].publicKey
  const made = await api.call('GET', `/v1/evidence/receipt/${pushed.json().receipt}`, { purpose: 'recall' })
  expect(made.statusCode).toBe(200)
  whole = made.rawPayload
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The package with other parts, and digests that fit them. */
function forged(change: (files: Map<string, Buffer>, evidence: { proven: Part[] }) => void): Buffer {
  const files = readArchive(whole)
  const evidence = JSON.parse(String(files.get('evidence.json')))
  change(files, evidence)
  files.set('evidence.json', Buffer.from(JSON.stringify(evidence)))
  files.delete('SHA256SUMS')
  const sums = [...files].map(
    ([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`,
  )
  return Buffer.from(storedArchive([...files, ['SHA256SUMS', sums.join('')]]))
}
const versionOf = ({ proven }: { proven: Part[] }): Part & { file: string } =>
  proven.find(({ about }) => about === 'version') as Part & { file: string }

/** The tool as a person runs it. */
async function run(bytes: Uint8Array, ...options: string[]): Promise<{ code: number | null; text: string }> {
  const path = join(folder, 'evidence.zip')
  await writeFile(path, bytes)
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(TOOL), path, ...options], {
    encoding: 'utf8',
  })
  return { code: status, text: stdout + stderr }
}

describe('a package of which something is not proven never passes for one that is', () => {
  it('as the hub made it, with the key that is known', async () => {
    expect(checkPackage(whole, { key })).toMatchObject({ isRight: true, isProven: true })
    expect((await run(whole, '--key', key)).code).toBe(0)
  })

  it('without a key or anchors that are known from elsewhere: it may be of anybody', async () => {
    expect((await run(whole)).code).toBe(3)
  })

  it('an option that is misspelt, or has no value, is not passed over', async () => {
    for (const options of [['--keys', key], ['--key'], ['--anchor', join(folder, 'none')], ['more.zip']])
      expect((await run(whole, ...options)).code, options.join(' ')).toBe(2)
  })

  it('anchors that do not have its head', async () => {
    const path = join(folder, 'heads.ndjson')
    await writeFile(path, '')
    expect((await run(whole, '--key', key, '--anchor', path)).code).toBe(3)
  })

  it.each([
    ['not sealed yet', (): unknown => 'unsealed'],
    ['not opened', (proof: unknown): unknown => ({ ...(proof as object), opening: null })],
  ])('a record of somebody else under the proof of one that is %s', async (_, other) => {
    const bytes = forged((files, evidence) => {
      const part = versionOf(evidence)
      files.set(part.file, Buffer.from('{"kind":"sale","id":"urn:forged"}'))
      part.proof = other(part.proof)
    })
    expect((await run(bytes, '--key', key)).code).toBe(3)
  })

  it.each([
    ['nothing is claimed', (_: unknown, { proven }: { proven: Part[] }) => void proven.splice(0)],
    [
      'a kind that there is not, by the proof of an entry',
      (_: unknown, evidence: { proven: Part[] }) => {
        const entry = evidence.proven.find(({ about }) => about === 'mapping') as Part
        entry.about = 'certificate'
        entry.name = 'whatever you like'
      },
    ],
  ])('%s', async (_, change) => {
    const bytes = forged(change)
    expect(checkPackage(bytes, { key }).isRight).toBe(false)
    expect((await run(bytes, '--key', key)).code).toBe(1)
  })

  it('a name writes no line of its own, and moves no cursor', () => {
    const bytes = forged((_, evidence) => {
      const part = versionOf(evidence)
      part.proof = 'unsealed'
      part.name = 'x\u001b[2K\rproven      version y\nproven      version z\u202e'
    })
    const { lines } = checkPackage(bytes, { key })
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u202e]/)
    expect(lines.filter((line) => /^proven +version [yz]/.test(line))).toEqual([])
  })
})

describe('an archive in which another program could find something else is not read', () => {
  const two = () =>
    Buffer.from(
      storedArchive([
        ['a.json', '1'],
        ['b.json', '22'],
      ]),
    )
  const refusal = (bytes: Uint8Array): string => {
    try {
      readArchive(Buffer.from(bytes))
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  it.each(['../a', '/etc/passwd', 'a/../../b', 'a\\b', 'C:a', '.ssh', 'a/b/c', 'a\n', ''])(
    'a part of the name %j',
    (name) => expect(refusal(storedArchive([[name, 'x']]))).toMatch(/no name as the hub gives them/),
  )

  it('two names of one part, one part twice, parts that share bytes', () => {
    const renamed = two()
    renamed.write('c.json', 30)
    expect(refusal(renamed)).toMatch(/another name/)
    expect(
      refusal(
        storedArchive([
          ['a', '1'],
          ['a', '2'],
        ]),
      ),
    ).toMatch(/twice/)
    const shared = two()
    const directory = shared.readUInt32LE(shared.length - 6)
    shared.writeUInt32LE(directory - 36, directory + 20)
    expect(refusal(shared)).toMatch(/shares bytes/)
  })

  it('something behind its end, or before it in its directory', () => {
    expect(refusal(Buffer.concat([two(), Buffer.from('x')]))).toMatch(/not a ZIP archive/)
    const fewer = two()
    fewer.writeUInt16LE(1, fewer.length - 12)
    expect(refusal(fewer)).toMatch(/damaged/)
    for (let length = 0; length < two().length; length++)
      expect(refusal(two().subarray(0, length)), String(length)).not.toBe('')
  })

  it('parts that are small packed and huge together', () => {
    const bomb = deflateRawSync(Buffer.alloc(24 * 1024 * 1024))
    const bytes = Buffer.from(
      storedArchive(Array.from({ length: 12 }, (_, i) => [`${i + 10}.json`, bomb] as const)),
    )
    let at = bytes.readUInt32LE(bytes.length - 6)
    for (let i = 0; i < 12; i++) {
      bytes.writeUInt16LE(8, at + 10)
      at += 46 + 7
    }
    const before = process.memoryUsage().rss
    expect(refusal(bytes)).toMatch(/too large|larger than/i)
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024)
  })
})
