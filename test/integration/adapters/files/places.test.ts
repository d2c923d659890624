import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openPlace } from '#adapters/files/places/open.ts'
import { FileGone, type FilePlace, isTemporary } from '#adapters/files/places/port.ts'
import { startFtpServer } from '#test/files/ftp-server.ts'
import { PASSWORD, placeParts, USER } from '#test/files/places.ts'
import { startSftpServer } from '#test/files/sftp-server.ts'

let disk: string
const ends: (() => unknown)[] = []

beforeEach(async () => {
  disk = await mkdtemp(join(tmpdir(), 'hub-places-'))
  await mkdir(join(disk, 'in'))
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  await rm(disk, { recursive: true, force: true })
})

const TLS = new URL('../../../support/files/tls/', import.meta.url)
const pem = (name: string): Promise<string> => readFile(new URL(name, TLS), 'utf8')

/** Opens a place over the folder `disk`, and says how `/in` is called there. */
const PLACES: Record<string, () => Promise<{ place: FilePlace; folder: string }>> = {
  local: async () => ({
    place: await openPlace(placeParts({ protocol: 'local' }, { folders: [disk] })),
    folder: join(disk, 'in'),
  }),
  sftp: async () => {
    const server = await startSftpServer(disk, { user: USER, password: PASSWORD })
    ends.push(server.close)
    const { port, hostKey } = server
    return { place: await openPlace(placeParts({ protocol: 'sftp', port, hostKey })), folder: '/in' }
  },
  ftp: async () => {
    const server = await startFtpServer(disk, { user: USER, password: PASSWORD })
    ends.push(server.close)
    return { place: await openPlace(placeParts({ protocol: 'ftp', port: server.port })), folder: '/in' }
  },
  'ftp of an old server': async () => {
    const server = await startFtpServer(disk, { user: USER, password: PASSWORD, old: true })
    ends.push(server.close)
    return { place: await openPlace(placeParts({ protocol: 'ftp', port: server.port })), folder: '/in' }
  },
  ftps: async () => {
    const tls = createSecureContext({ cert: await pem('server.pem'), key: await pem('server.key') })
    const server = await startFtpServer(disk, { user: USER, password: PASSWORD, tls })
    ends.push(server.close)
    const settings = { protocol: 'ftps', port: server.port, ca: await pem('ca.pem') } as const
    return { place: await openPlace(placeParts(settings)), folder: '/in' }
  },
}

const bytesOf = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

describe.each(Object.keys(PLACES))('over %s', (name) => {
  let place: FilePlace
  let folder: string
  beforeEach(async () => {
    const opened = await PLACES[name]!()
    place = opened.place
    folder = opened.folder
    ends.push(() => place.close())
  })

  test('a folder is listed with kinds, sizes and times, and each file is told the same by name', async () => {
    await writeFile(join(disk, 'in', 'a.xml'), 'one')
    await writeFile(join(disk, 'in', '.hidden'), '')
    await mkdir(join(disk, 'in', 'archive'))
    await symlink('/etc/passwd', join(disk, 'in', 'link'))
    const time = new Date('2024-04-15T08:30:07Z')
    await utimes(join(disk, 'in', 'a.xml'), time, time)
    const found = await place.list(folder)
    const exact = name === 'ftp of an old server' ? null : time.getTime()
    expect(found.find((one) => one.name === 'a.xml')).toEqual({
      name: 'a.xml',
      kind: 'file',
      size: 3,
      mtimeMs: exact,
    })
    expect(found.map(({ name, kind }) => `${kind} ${name}`).sort()).toEqual([
      'file .hidden',
      'file a.xml',
      'folder archive',
      'other link',
    ])
    expect(await place.stat(`${folder}/a.xml`)).toEqual({ kind: 'file', size: 3, mtimeMs: time.getTime() })
    expect((await place.stat(`${folder}/archive`))?.kind).toBe('folder')
    expect(await place.stat(`${folder}/none`)).toBeNull()
  })

  test('the bytes of a file come whole and in order, also of a large one', async () => {
    const large = Buffer.alloc(3_000_001)
    for (let i = 0; i < large.length; i += 4) large.writeUInt32LE(i, Math.min(i, large.length - 4))
    await writeFile(join(disk, 'in', 'large'), large)
    await writeFile(join(disk, 'in', 'empty'), '')
    expect((await bytesOf(place.read(`${folder}/large`))).equals(large)).toBe(true)
    expect(await bytesOf(place.read(`${folder}/empty`))).toHaveLength(0)
    expect((await place.list(folder)).map((one) => one.size).sort()).toEqual([0, 3_000_001])
  })

  test('a file that went away is told apart from an error', async () => {
    await expect(bytesOf(place.read(`${folder}/none`))).rejects.toBeInstanceOf(FileGone)
    await place.remove(`${folder}/none`)
    await expect(place.rename(`${folder}/none`, `${folder}/b`, 'new')).resolves.toBe('gone')
    await expect(place.list(folder)).resolves.toEqual([])
  })

  test('a file is written under a hidden name, and then stands there at once', async () => {
    await writeFile(join(disk, 'in', 'b.xml'), 'old')
    const bytes = Buffer.alloc(100_000, 'x')
    const temporary = await place.writeTemporary(folder, 'b.xml', bytes)
    expect(isTemporary(temporary)).toBe(true)
    expect(await readFile(join(disk, 'in', 'b.xml'), 'utf8')).toBe('old')
    await expect(place.rename(`${folder}/${temporary}`, `${folder}/b.xml`, 'new')).resolves.toBe('taken')
    await expect(place.rename(`${folder}/${temporary}`, `${folder}/b.xml`, 'replace')).resolves.toBe('done')
    expect((await readFile(join(disk, 'in', 'b.xml'))).equals(bytes)).toBe(true)
    expect(await readdir(join(disk, 'in'))).toEqual(['b.xml'])
  })

  test('folders are made with those above them, and a file moves there', async () => {
    await writeFile(join(disk, 'in', 'c.xml'), 'c')
    await place.makeFolder(`${folder}/archive/20240415`)
    await place.makeFolder(`${folder}/archive/20240415`)
    await expect(place.rename(`${folder}/c.xml`, `${folder}/archive/20240415/c.xml`, 'new')).resolves.toBe(
      'done',
    )
    expect(await readFile(join(disk, 'in', 'archive', '20240415', 'c.xml'), 'utf8')).toBe('c')
    await place.remove(`${folder}/archive/20240415/c.xml`)
    await expect(stat(join(disk, 'in', 'archive', '20240415', 'c.xml'))).rejects.toThrow()
  })

  test('a folder that is not there is an error of the settings', async () => {
    await expect(place.list(`${folder}/none`)).rejects.toMatchObject({
      class: 'config',
      setting: '/settings/folder',
    })
  })

  test.each(['../etc', 'a/../../b', 'a\r\nDELE b', 'a\0b'])('%j is refused as a path', async (path) => {
    for (const call of [
      async () => place.list(`${folder}/${path}`),
      async () => place.stat(`${folder}/${path}`),
      async () => bytesOf(place.read(`${folder}/${path}`)),
      async () => place.rename(`${folder}/${path}`, `${folder}/b`, 'new'),
      async () => place.remove(`${folder}/${path}`),
    ]) {
      await expect(call()).rejects.toMatchObject({ class: 'config' })
    }
  })

  test('a call in the middle of a file that is read waits for its turn, and neither is disturbed', async () => {
    await writeFile(join(disk, 'in', 'd'), Buffer.alloc(500_000, 'd'))
    const pieces = place.read(`${folder}/d`)[Symbol.asyncIterator]()
    const first = await pieces.next()
    const listed = place.list(folder)
    let length = (first.value as Uint8Array).length
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) length += next.value.length
    expect(length).toBe(500_000)
    await expect(listed).resolves.toHaveLength(1)
  })
})
