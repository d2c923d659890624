import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Run, type RunOptions, runFiles } from '#test/files/channel.ts'
import { archive } from '#test/zip-archive.ts'

const MIB = 1_048_576
let disk: string
let folder: string
beforeEach(async () => {
  disk = await mkdtemp(join(tmpdir(), 'hub-files-'))
  folder = join(disk, 'in')
  await mkdir(folder)
})
afterEach(() => rm(disk, { recursive: true, force: true }))

const put = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(folder, name), bytes)
const run = (settings: object = {}, more: Partial<RunOptions> = {}): Promise<Run> =>
  runFiles({
    settings: { protocol: 'local', folder, files: [{ name: '*' }], finished: 'rename', ...settings },
    folders: [disk],
    ...more,
    limits: { maxBytes: 64 * MIB, ...more.limits },
  })
const standing = async (): Promise<string[]> => (await readdir(folder)).sort()

describe('zip', () => {
  test('each member is a page of its own, and the archive is put away with the last one', async () => {
    await put(
      'day.zip',
      archive([
        ['base/in_1.xml', '<a/>'],
        ['tran_1.csv', 'a,b'],
        ['notes.txt', 'words'],
        ['.hidden.xml', ''],
        ['__MACOSX/in_1.xml', 'x'],
      ]),
    )
    const seen: string[][] = []
    const { pages, state } = await run(
      { members: [{ name: '{dataset}_{n}.*' }], records: { in: 'entry', tran: 'sale' }, after: 'archive' },
      { before: async () => void seen.push(await standing()) },
    )
    expect(pages.map(({ name, record, contentType, text }) => [name, record, contentType, text])).toEqual([
      ['day.zip/base/in_1.xml', 'entry', 'application/xml', '<a/>'],
      ['day.zip/tran_1.csv', 'sale', 'text/csv', 'a,b'],
    ])
    expect(seen, 'until the last member is stored it stays').toEqual([['day.zip'], ['day.zip']])
    expect(await standing()).toEqual(['archive'])
    expect((await run({}, { state })).pages).toEqual([])
  })

  test('from each member exactly the rest follows', async () => {
    const names = Array.from({ length: 7 }, (_, i) => `m${i}.xml`)
    await put('day.zip', archive(names.map((name) => [name, name])))
    for (let killedAfter = 1; killedAfter <= names.length; killedAfter++) {
      const first = await run({}, { killedAfter })
      const rest = await run({}, { state: first.state })
      expect([...first.read, ...rest.read]).toEqual(names.map((name) => `day.zip/${name}: ${name}`))
    }
  })

  test('an archive that was replaced in the middle is read from its beginning', async () => {
    await put(
      'day.zip',
      archive([
        ['a.xml', 'a'],
        ['b.xml', 'b'],
      ]),
    )
    const first = await run({}, { killedAfter: 1 })
    await put(
      'day.zip',
      archive([
        ['a.xml', 'aa'],
        ['c.xml', 'c'],
      ]),
    )
    expect((await run({}, { state: first.state })).read).toEqual(['day.zip/a.xml: aa', 'day.zip/c.xml: c'])
  })

  test('names in GBK are read, whether the archive says so or not', async () => {
    await put(
      'day.zip',
      archive([
        ['', 'gbk', { label: iconv.encode('进场_乗.xml', 'gbk') }],
        ['检测.xml', 'utf8', { flags: 0x800 }],
      ]),
    )
    const { read } = await run()
    expect(read).toEqual(['day.zip/进场_乗.xml: gbk', 'day.zip/检测.xml: utf8'])
  })

  test('a large member comes in pieces, also when the reading has gone on', async () => {
    const large = Buffer.alloc(9 * MIB)
    for (let i = 0; i < large.length; i += 4) large.writeUInt32LE((i * 2_654_435_761) >>> 0, i)
    const text = large.toString('base64')
    await put(
      'day.zip',
      archive([
        ['a.csv', text],
        ['b.csv', 'b'],
      ]),
    )
    const { pages } = await run()
    expect(pages[0]?.bytes).not.toBeInstanceOf(Uint8Array)
    expect(pages[0]?.text === text).toBe(true)
    expect(pages[1]?.text).toBe('b')
  })

  test('an archive in which nothing fits is done with, and told of', async () => {
    await put('day.zip', archive([['notes.txt', 'words']]))
    const { read, lines, state } = await run()
    expect(read).toEqual([])
    expect(lines.join()).toContain('no member of an archive fits')
    expect((await run({}, { state })).pages).toEqual([])
  })

  test.each<[string, () => Buffer]>([
    [
      'is cut',
      () =>
        archive([
          ['a.xml', 'a'],
          ['b.xml', 'b'],
        ]).subarray(0, -30),
    ],
    [
      'has a member with other content than it says',
      () =>
        archive([
          ['a.xml', 'a'],
          ['b.xml', 'b', { crc: 1 }],
        ]),
    ],
    ['is encrypted', () => archive([['a.xml', 'a', { flags: 1 }]])],
    [
      'has a name that leads out',
      () =>
        archive([
          ['a.xml', 'a'],
          ['../b.xml', 'b'],
        ]),
    ],
    ['has a name that leads out by backslashes', () => archive([['..\\b.xml', 'b']])],
    ['has the name of a drive', () => archive([['C:\\b.xml', 'b']])],
    ['has an absolute name', () => archive([['/etc/b.xml', 'b']])],
    [
      'has an archive in it',
      () =>
        archive([
          ['a.xml', 'a'],
          ['inner.zip', archive([['b.xml', 'b']])],
        ]),
    ],
    [
      'has members over each other',
      () =>
        archive([
          ['a.xml', 'a'],
          ['b.xml', 'b', { at: 0 }],
        ]),
    ],
    ['has a member that grows beyond all measure', () => archive([['a.xml', Buffer.alloc(32 * MIB)]])],
    ['unpacks to more than it says', () => archive([['a.xml', 'a'.repeat(5000), { length: 5 }]])],
  ])('an archive that %s is handed on as it is, and none of its members', async (_, make) => {
    const bytes = make()
    await put('bad.zip', bytes)
    await put('c.xml', Buffer.from('c'))
    const { pages, error, lines } = await run(
      { failedFolder: 'failed', order: 'name' },
      { refuses: ({ contentType }) => contentType === 'application/zip' },
    )
    expect(error).toBeNull()
    expect(pages.map(({ name, contentType }) => [name, contentType])).toEqual([
      ['bad.zip', 'application/zip'],
      ['c.xml', 'application/xml'],
    ])
    expect(Buffer.compare(pages[0]?.bytes as Uint8Array, bytes)).toBe(0)
    expect(lines.join()).toContain('an archive is not read')
    expect(await standing()).toEqual(['c.xml', 'failed'])
  })

  test('what comes out of an archive is counted over all members', async () => {
    await put(
      'day.zip',
      archive([
        ['a.csv', 'a,b\n'.repeat(300)],
        ['b.csv', 'c,d\n'.repeat(300)],
      ]),
    )
    const { pages } = await run({}, { limits: { maxBytes: 2000 } })
    expect(pages.map(({ contentType }) => contentType)).toEqual(['application/zip'])
  })
})

describe('gzip', () => {
  test('a file is unpacked, its content type that of the name within', async () => {
    await put('a.csv.gz', gzipSync('a,b\n1,2\n'))
    const { pages } = await run({ files: [{ name: '{x}.csv.gz', record: 'sale' }] })
    expect(pages.map(({ name, record, contentType, text }) => [name, record, contentType, text])).toEqual([
      ['a.csv.gz/a.csv', 'sale', 'text/csv', 'a,b\n1,2\n'],
    ])
  })

  test.each<[string, string, () => Buffer]>([
    ['is cut', 'a.csv.gz', () => gzipSync('a,b\n'.repeat(100)).subarray(0, -9)],
    ['is none', 'a.csv.gz', () => Buffer.from('a,b\n')],
    ['grows beyond all measure', 'a.csv.gz', () => gzipSync(Buffer.alloc(32 * MIB))],
    ['has an archive in it', 'a.tar.gz', () => gzipSync('a')],
  ])('one that %s is handed on as it is', async (_, name, make) => {
    await put(name, make())
    const { pages, error } = await run({ files: [{ name: '*', contentType: 'text/csv' }] })
    expect(error).toBeNull()
    expect(pages.map(({ contentType }) => contentType)).toEqual(['application/gzip'])
  })
})

test('nothing is left in the folder for temporary files', async () => {
  const before = (await readdir(tmpdir())).filter((name) => name.startsWith('hub-') && name.endsWith('.part'))
  const noise = Buffer.alloc(9 * MIB, 'abcdefghij')
  await put('day.zip', archive([['a.csv', noise, { method: 0 }]]))
  const { pages } = await run({}, { killedAfter: 1 })
  expect(pages).toHaveLength(1)
  const after = (await readdir(tmpdir())).filter((name) => name.startsWith('hub-') && name.endsWith('.part'))
  expect(after).toEqual(before)
})
