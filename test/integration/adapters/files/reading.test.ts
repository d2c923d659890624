import { appendFile, mkdir, mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { files } from '#adapters/files/adapter.ts'
import { openLocalPlace } from '#adapters/files/places/local.ts'
import { markOf, TAKEN_MAX } from '#adapters/files/source/state.ts'
import { adapterParts } from '#test/adapters/parts.ts'
import { type Run, type RunOptions, runFiles } from '#test/files/channel.ts'
import { placeParts } from '#test/files/places.ts'

let disk: string
let folder: string
beforeEach(async () => {
  disk = await mkdtemp(join(tmpdir(), 'hub-files-'))
  folder = join(disk, 'in')
  await mkdir(folder)
})
afterEach(() => rm(disk, { recursive: true, force: true }))

const put = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)
const there = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(folder.length + 1))
    .sort()

const run = (settings: object = {}, more: Partial<RunOptions> = {}): Promise<Run> =>
  runFiles({
    settings: { protocol: 'local', folder, files: [{ name: '*.xml' }], finished: 'rename', ...settings },
    folders: [disk],
    ...more,
  })

const TODAY = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '')

describe('only finished files', () => {
  test('a file that is still written is not picked up', async () => {
    await put('a.xml', '<a>')
    const settings = { finished: 'stable', stableSeconds: 3600 }
    const first = await run(settings)
    expect(first.read).toEqual([])
    await appendFile(join(folder, 'a.xml'), '</a>')
    const later = {
      ...first.state!,
      looks: Object.fromEntries(Object.keys(first.state!.looks).map((mark) => [mark, 1])),
    }
    // It was long enough, but it is not the same any more.
    const second = await run(settings, { state: later })
    expect(second.read).toEqual([])
    const same = {
      ...second.state!,
      looks: Object.fromEntries(Object.keys(second.state!.looks).map((mark) => [mark, 1])),
    }
    expect((await run(settings, { state: same })).read).toEqual(['a.xml: <a></a>'])
  })

  test('a large file that goes on changing is told of, and holds up none behind it', async () => {
    await put('a.xml', '<a/>')
    await put('b.xml', 'b'.repeat(9_000_000))
    await put('c.xml', '<c/>')
    const limits = { maxBytes: 10_000_000 }
    const ran = await run(
      { order: 'name' },
      { limits, before: async () => appendFile(join(folder, 'b.xml'), 'b') },
    )
    expect(ran.read).toEqual(['a.xml: <a/>', 'c.xml: <c/>'])
    expect(ran.error).toMatchObject({
      class: 'retry',
      message: expect.stringMatching(/b\.xml changed.*仍在变化/),
    })
    const later = await run({ order: 'name' }, { limits, state: ran.state })
    expect(later.pages.map(({ name, text }) => [name, text.length])).toEqual([['b.xml', 9_000_002]])
    expect(later.error).toBeNull()
  })

  test('a short time is waited for in the same reading', async () => {
    await put('a.xml', '<a/>')
    const { read, lines } = await run({ finished: 'stable', stableSeconds: 5 })
    expect(read).toEqual(['a.xml: <a/>'])
    expect(lines).toEqual([])
  })

  test('a short time is waited for in the same reading though the timer ends before it is over', async () => {
    await put('a.xml', '<a/>')
    expect((await run({ finished: 'stable', stableSeconds: 5 }, { shortMs: 2 })).read).toEqual([
      'a.xml: <a/>',
    ])
  })

  test('a file without its marker is left alone, and a marker is no file', async () => {
    await put('a.xml', '<a/>')
    await put('b.xml', '<b/>')
    await put('b.xml.done', '')
    const { read, state } = await run({
      finished: 'marker',
      marker: '.done',
      files: [{ name: '*', contentType: 'application/xml' }],
    })
    expect(read).toEqual(['b.xml: <b/>'])
    await put('a.xml.done', '')
    expect((await run({ finished: 'marker', marker: '.done' }, { state })).read).toEqual(['a.xml: <a/>'])
  })

  test('a marker that is older than its file is of what stood there before', async () => {
    await put('a.xml.ok', '')
    await utimes(join(folder, 'a.xml.ok'), 1_700_000_000, 1_700_000_000)
    await put('a.xml', '<a/>')
    expect((await run({ finished: 'marker' })).read).toEqual([])
  })

  test('temporary names, hidden files, folders and links are left alone', async () => {
    for (const name of ['a.xml.tmp', '~b.xml', '.c.xml', 'd.xml.part']) await put(name, 'half')
    await mkdir(join(folder, 'e.xml'))
    await writeFile(join(disk, 'outside.xml'), 'secret')
    await symlink(join(disk, 'outside.xml'), join(folder, 'f.xml'))
    const { read, state } = await run({ files: [{ name: '*' }], temporary: ['.tmp', '.part', '~'] })
    expect(read).toEqual([])
    expect(state).toBeNull()
    await rename(join(folder, 'a.xml.tmp'), join(folder, 'a.xml'))
    expect((await run({ temporary: ['.tmp', '.part', '~'] }, { state })).read).toEqual(['a.xml: half'])
  })

  test('a file that fits no pattern is left alone, and told of once', async () => {
    await put('a.xml', '<a/>')
    await put('readme.txt', 'words')
    const first = await run()
    expect(first.read).toEqual(['a.xml: <a/>'])
    expect(first.lines).toHaveLength(1)
    expect(first.lines[0]).toContain('"files":1')
    expect((await run({}, { state: first.state })).lines).toEqual([])
  })
})

describe('what a file is', () => {
  test('the dataset in its name tells the record, its extension the content type', async () => {
    for (const name of ['in_330109_20240415.xml', 'tran_330109_20240415_2.CSV', 'tran_330109.xml'])
      await put(name, name)
    const { pages } = await run({
      files: [
        { name: '{dataset}_{node}_{date:yyyyMMdd}*' },
        { name: 'tran_*', record: 'other', contentType: 'text/xml' },
      ],
      records: { in: 'market-entry', tran: 'market-trade' },
      order: 'name',
    })
    expect(pages.map(({ name, record, contentType }) => [name, record, contentType])).toEqual([
      ['in_330109_20240415.xml', 'market-entry', 'application/xml'],
      ['tran_330109.xml', 'other', 'text/xml'],
      ['tran_330109_20240415_2.CSV', 'market-trade', 'text/csv'],
    ])
  })

  test('files come in the order of their names, of the dates in them, or of their changes', async () => {
    for (const [index, name] of ['b_20240101.xml', 'a_20240103.xml', 'c_20240102.xml'].entries()) {
      await put(name, name)
      await utimes(join(folder, name), 1_700_000_000 - index, 1_700_000_000 - index)
    }
    const names = async (order: string) =>
      (await run({ order, files: [{ name: '{x}_{date:yyyyMMdd}.xml' }] })).pages
        .map(({ name }) => name.charAt(0))
        .join('')
    expect([await names('name'), await names('date'), await names('mtime')]).toEqual(['abc', 'bca', 'cab'])
  })

  test('a file whose content type nothing tells is an error of the settings, and the others are read', async () => {
    await put('a.dat', 'a')
    await put('b.xml', 'b')
    const { read, error } = await run({ files: [{ name: '*' }] })
    expect(read).toEqual(['b.xml: b'])
    expect(error).toMatchObject({ class: 'config', setting: '/settings/files' })
  })

  test('an empty file is nothing, and done with', async () => {
    await put('a.xml', '')
    const { read, state } = await run({ after: 'archive' })
    expect(read).toEqual([])
    expect(await there()).toEqual([`archive/${TODAY}/a.xml`])
    expect((await run({ after: 'archive' }, { state })).pages).toEqual([])
  })
})

describe('after reading', () => {
  test('a file goes to the archive of the day with its marker taken away, and one of its name stays', async () => {
    await put('a.xml', '1')
    await put('a.xml.ok', '')
    const settings = { finished: 'marker', after: 'archive' }
    const first = await run(settings)
    await put('a.xml', '22')
    await put('a.xml.ok', '')
    const second = await run(settings, { state: first.state })
    expect([...first.read, ...second.read]).toEqual(['a.xml: 1', 'a.xml: 22'])
    expect(await there()).toEqual([`archive/${TODAY}/a.2.xml`, `archive/${TODAY}/a.xml`])
  })

  test('a file is deleted, or stays and is remembered', async () => {
    await put('a.xml', 'a')
    const left = await run({ after: 'leave' })
    expect(await there()).toEqual(['a.xml'])
    expect((await run({ after: 'leave' }, { state: left.state })).pages).toEqual([])
    await run({ after: 'delete' })
    expect(await there()).toEqual([])
  })

  test('a file of the same name with other content is read again', async () => {
    await put('a.xml', 'one')
    const first = await run()
    await put('a.xml', 'two')
    await utimes(join(folder, 'a.xml'), 1_700_000_000, 1_700_000_000)
    const second = await run({}, { state: first.state })
    expect(second.read).toEqual(['a.xml: two'])
    expect(second.state?.taken).toHaveLength(1)
  })

  test('a refused file goes to the folder of its own, and is never deleted', async () => {
    await put('a.xml', 'a')
    await put('b.xml', 'b')
    const refuses = ({ name }: { name: string }) => name === 'a.xml'
    await run({ after: 'delete', failedFolder: 'failed' }, { refuses })
    expect(await there()).toEqual([`failed/${TODAY}/a.xml`])
    await put('a.xml', 'aa')
    await run({ after: 'delete' }, { refuses })
    expect(await there()).toEqual([`archive/${TODAY}/a.xml`, `failed/${TODAY}/a.xml`])
  })

  test('a file that took the place of one that was read is not put away with it', async () => {
    await put('a.xml', 'old')
    for (const after of ['archive', 'delete']) {
      const first = await run({ after }, { before: () => put('a.xml', `newer than ${after}`) })
      expect(await there()).toEqual(['a.xml'])
      const second = await run({ after: 'leave' }, { state: first.state })
      expect(second.read).toEqual([`a.xml: newer than ${after}`])
    }
  })

  test('more files than can be remembered are an error of the settings', async () => {
    const names = Array.from({ length: TAKEN_MAX + 1 }, (_, i) => `${i}.xml`)
    for (let at = 0; at < names.length; at += 500)
      await Promise.all(names.slice(at, at + 500).map((name) => put(name, 'x')))
    const place = openLocalPlace(placeParts({}, { folders: [disk] }))
    const taken = (await place.list(folder)).map(markOf)
    const { error, read } = await run({ after: 'leave' }, { state: { looks: {}, taken } })
    expect(read).toEqual([])
    expect(error).toMatchObject({ class: 'config', setting: '/settings/after' })
    const fewer = taken.slice(0, TAKEN_MAX - 1)
    await rm(join(folder, '7.xml'))
    expect((await run({ after: 'leave' }, { state: { looks: {}, taken: fewer } })).error).toBeNull()
  })
})

describe('a worker that dies', () => {
  test.each(['archive', 'delete'] as const)(
    'between COMMIT and %s leaves that to the next reading, and nothing is read twice',
    async (after) => {
      for (const name of ['a.xml', 'b.xml', 'c.xml']) await put(name, name)
      const killed = await run({ after, order: 'name' }, { killedAfter: 2 })
      expect(killed.read).toEqual(['a.xml: a.xml', 'b.xml: b.xml'])
      const rest = await run({ after, order: 'name' }, { state: killed.state })
      expect(rest.read).toEqual(['c.xml: c.xml'])
      const archived = ['a.xml', 'b.xml', 'c.xml'].map((name) => `archive/${TODAY}/${name}`)
      expect(await there()).toEqual(after === 'archive' ? archived : [])
    },
  )

  test('before COMMIT has read nothing', async () => {
    for (const name of ['a.xml', 'b.xml']) await put(name, name)
    await run({ after: 'archive' }, { killedAfter: 1 })
    expect((await run({ after: 'archive' }, { state: null })).read).toHaveLength(2)
  })

  test('an archive that cannot be written to is told, and keeps nothing from being read', async () => {
    await put('a.xml', 'a')
    await put('archive', 'a file in the way')
    const settings = { after: 'archive', files: [{ name: '*.xml' }] }
    const first = await run(settings, { killedAfter: 1 })
    await put('b.xml', 'b')
    const second = await run(settings, { state: first.state })
    expect(second.read).toEqual(['b.xml: b'])
    expect(second.error).toMatchObject({ class: 'config', setting: '/settings/archiveFolder' })
  })
})

describe('a folder that changes', () => {
  test('a file that went away after the listing is no error', async () => {
    await put('a.xml', 'a')
    await put('b.xml', 'b')
    const { read, error } = await run(
      { order: 'name' },
      { before: () => rm(join(folder, 'b.xml'), { force: true }) },
    )
    expect(error).toBeNull()
    expect(read).toEqual(['a.xml: a'])
  })

  test('a file that changes while others are read is read once it is as it was seen', async () => {
    await put('a.xml', 'a')
    await put('b.xml', 'b')
    const first = await run(
      { order: 'name' },
      { before: async ({ name }) => (name === 'a.xml' ? appendFile(join(folder, 'b.xml'), 'c') : undefined) },
    )
    expect(first.read).toEqual(['a.xml: a'])
    expect((await run({ order: 'name' }, { state: first.state })).read).toEqual(['b.xml: bc'])
  })

  test('files with the same time are all read', async () => {
    for (let i = 0; i < 30; i++) {
      await put(`${i}.xml`, `${i}`)
      await utimes(join(folder, `${i}.xml`), 1_700_000_000, 1_700_000_000)
    }
    const first = await run({}, { killedAfter: 13 })
    const rest = await run({}, { state: first.state })
    expect(new Set([...first.read, ...rest.read]).size).toBe(30)
    expect(first.read.length + rest.read.length).toBe(30)
  })
})

describe('large files', () => {
  const LARGE = 9 * 1_048_576
  test('come in pieces, and are whole', async () => {
    await put('a.xml', 'x'.repeat(LARGE))
    const { pages, state } = await run({}, { limits: { maxBytes: 2 * LARGE } })
    expect(pages[0]?.bytes).not.toBeInstanceOf(Uint8Array)
    expect(pages[0]?.text.length).toBe(LARGE)
    expect((await run({}, { state })).pages).toEqual([])
  })

  test('one that is told to be finished is one state of it, whatever becomes of it meanwhile', async () => {
    await put('a.xml', 'x'.repeat(LARGE))
    const made = adapterParts(files, {
      settings: { protocol: 'local', folder, files: [{ name: '*.xml' }], finished: 'rename' },
      folders: [disk],
      limits: { maxBytes: 2 * LARGE },
    })
    const reading = files.read!(made.parts, null)[Symbol.asyncIterator]()
    const { value: page } = await reading.next()
    let length = 0
    for await (const piece of page!.bytes as AsyncIterable<Uint8Array>) {
      if (length === 0) await appendFile(join(folder, 'a.xml'), 'y')
      length += piece.length
    }
    expect(length).toBe(LARGE)
    await reading.return!(undefined)
    made.close()
    expect(
      (await run({}, { state: page!.state, limits: { maxBytes: 2 * LARGE } })).pages[0]?.text.length,
    ).toBe(LARGE + 1)
  })

  test('one that only stands still fails where it changes while it comes, and is read anew', async () => {
    await put('a.xml', 'x'.repeat(LARGE))
    await utimes(join(folder, 'a.xml'), 1_700_000_000, 1_700_000_000)
    const made = adapterParts(files, {
      settings: {
        protocol: 'local',
        folder,
        files: [{ name: '*.xml' }],
        finished: 'stable',
        stableSeconds: 1,
      },
      folders: [disk],
      limits: { maxBytes: 2 * LARGE },
    })
    const reading = files.read!(made.parts, null)[Symbol.asyncIterator]()
    const { value: page } = await reading.next()
    await expect(
      (async () => {
        let pieces = 0
        for await (const _ of page!.bytes as AsyncIterable<Uint8Array>)
          if (pieces++ === 3) await appendFile(join(folder, 'a.xml'), 'y')
      })(),
    ).rejects.toMatchObject({ class: 'retry' })
    await reading.return!(undefined)
    made.close()
    expect((await run({}, { limits: { maxBytes: 2 * LARGE } })).pages[0]?.text.length).toBe(LARGE + 1)
  })

  test('one over the cap is told and left alone, and the others are read', async () => {
    await put('a.xml', 'x'.repeat(2000))
    await put('b.xml', 'b')
    const { read, error } = await run({ order: 'name', after: 'archive' }, { limits: { maxBytes: 1000 } })
    expect(read).toEqual(['b.xml: b'])
    expect(error).toMatchObject({ class: 'source', setting: '/limits/maxBytes' })
    expect(await there()).toContain('a.xml')
  })
})
