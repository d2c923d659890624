import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createFolderDrop, putInPlace, writeTemporary } from '#adapters/files/drop.ts'

const made: string[] = []
let base = ''
let root = ''
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'hub-drop-')))
  made.push(base)
  root = join(base, 'root')
  await mkdir(root)
})
afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true })
})

const bytes = Buffer.from('<data/>')
const drop = (folder: string, name = 'a.xml', what = bytes, roots = [root]) =>
  createFolderDrop({ roots }).write({ folder, name, bytes: what })

describe('a file', () => {
  test('stands in its folder, which is made, as a whole and alone', async () => {
    expect(await drop(join(root, 'hangzhou', '入场'))).toEqual({ kind: 'written' })
    expect(await readdir(join(root, 'hangzhou', '入场'))).toEqual(['a.xml'])
    expect(await readFile(join(root, 'hangzhou', '入场', 'a.xml'), 'utf8')).toBe('<data/>')
  })
  test('written again is the same file; with other bytes it takes the place of the one before', async () => {
    await drop(root)
    expect(await drop(root)).toEqual({ kind: 'same' })
    expect(await drop(root, 'a.xml', Buffer.from('<data>2</data>'))).toEqual({ kind: 'written' })
    expect(await readFile(join(root, 'a.xml'), 'utf8')).toBe('<data>2</data>')
    expect(await readdir(root)).toEqual(['a.xml'])
  })
  test('of a writer that dies before it gets its name is hidden, is no hindrance, and is swept away later', async () => {
    const left = await writeTemporary(root, 'a.xml', Buffer.from('<da'))
    expect(await readdir(root)).toEqual([left])
    expect(left.startsWith('.')).toBe(true)
    expect(await drop(root)).toEqual({ kind: 'written' })
    expect((await readdir(root)).sort()).toEqual([left, 'a.xml'])
    await utimes(join(root, left), 0, 0)
    await drop(root)
    expect(await readdir(root)).toEqual(['a.xml'])
  })
  test('gets its name in one step', async () => {
    await writeFile(join(root, 'a.xml'), 'old')
    const temporary = await writeTemporary(root, 'a.xml', bytes)
    expect(await readFile(join(root, 'a.xml'), 'utf8')).toBe('old')
    await putInPlace(root, temporary, 'a.xml')
    expect(await readFile(join(root, 'a.xml'), 'utf8')).toBe('<data/>')
  })
})

describe('nothing is written', () => {
  test.each([
    ['outside of every root', () => join(base, 'elsewhere')],
    ['in a folder whose name begins like the root', () => `${root}-other`],
    ['above the root', () => `${root}/x/../../elsewhere`],
    ['at a path that is not absolute', () => 'root'],
  ])('%s', async (_, folder) => {
    expect(await drop(folder())).toMatchObject({ kind: 'failed', class: 'config' })
    expect(await readdir(base)).toEqual(['root'])
  })
  test('through a symbolic link below the root, nor in the place of one', async () => {
    const outside = join(base, 'outside')
    await mkdir(outside)
    await symlink(outside, join(root, 'link'))
    for (const folder of [join(root, 'link'), join(root, 'link', 'deeper')])
      expect(await drop(folder)).toMatchObject({ kind: 'failed', class: 'config' })
    await writeFile(join(outside, 'target'), 'untouched')
    await symlink(join(outside, 'target'), join(root, 'a.xml'))
    expect(await drop(root)).toEqual({ kind: 'written' })
    expect(await readFile(join(outside, 'target'), 'utf8')).toBe('untouched')
    expect(await readdir(outside)).toEqual(['target'])
  })
  test.each(['../a.xml', 'a/b.xml', '..', '.hidden', 'a\0.xml', '', 'a b.xml', `${'长'.repeat(70)}.xml`])(
    'under the name %j',
    async (name) => {
      expect(await drop(root, name)).toMatchObject({ kind: 'failed', class: 'config' })
      expect(await readdir(root)).toEqual([])
    },
  )
  test('where the operator allows no folder, and where a file stands in the way', async () => {
    expect(await drop(root, 'a.xml', bytes, [])).toMatchObject({
      class: 'config',
      detail: expect.stringContaining('HUB_DROP_FOLDERS'),
    })
    await writeFile(join(root, 'file'), '')
    expect(await drop(join(root, 'file'))).toMatchObject({ class: 'config' })
  })
})
