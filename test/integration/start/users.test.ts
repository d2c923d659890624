import { chmod, chown, cp, lstat, mkdir, readlink, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { canEnter, findAccount } from '#cli/embedded/account.ts'
import { findBinaries, installedFolder } from '#cli/embedded/binaries.ts'
import { reachableBinaries } from '#cli/embedded/reachable.ts'
import { ask, hold, letGo, scratchFolder } from '#test/holder.ts'

const silent = { info: () => {}, warn: () => {}, error: () => {} }
const asRoot = it.runIf(process.getuid?.() === 0)

const nobody = process.getuid?.() === 0 ? findAccount('nobody:x:65534:65534:::') : undefined
const nobodyReaches =
  nobody !== undefined && canEnter(dirname(process.execPath), nobody) && canEnter(process.cwd(), nobody)

it.runIf(nobodyReaches)(
  'runs as an ordinary user, and root goes on with the data that user has made',
  async () => {
    const folder = await scratchFolder(0o755)
    await chown(folder, 65_534, 65_534)
    const dataDir = join(folder, 'hub')
    const first = await hold(dataDir, { uid: 65_534 })
    expect(first.facts.refused).toBeUndefined()
    await ask(first.facts.url, 'CREATE TABLE crate AS SELECT 7 AS number')
    await letGo(first.process)
    const second = await hold(dataDir)
    expect(await ask(second.facts.url, 'SELECT number FROM crate')).toEqual([{ number: 7 }])
    expect((await stat(second.facts.data)).uid).toBe(65_534)
  },
)

it.runIf(nobodyReaches)(
  'runs PostgreSQL as another user for root, and tells an ordinary user whose data they are',
  async () => {
    const dataDir = join(await scratchFolder(0o755), 'hub')
    const first = await hold(dataDir)
    expect(first.facts.refused).toBeUndefined()
    expect((await stat(first.facts.data)).uid).toBe(findAccount().uid)
    expect((await stat(first.facts.data)).mode & 0o777).toBe(0o700)
    await letGo(first.process)
    const second = await hold(dataDir, { uid: 65_534 })
    expect(second.facts.refused).toContain(dataDir)
  },
)

asRoot('keeps the data elsewhere, and finds them again, where others cannot enter the folder', async () => {
  const stateRoot = join(await scratchFolder(0o755), 'state')
  const closed = await scratchFolder(0o700)
  const dataDir = join(closed, 'project', '.hub')
  const first = await hold(dataDir, { stateRoot })
  expect(first.facts.refused).toBeUndefined()
  const link = join(dataDir, 'postgres')
  expect((await lstat(link)).isSymbolicLink()).toBe(true)
  expect(await readlink(link)).toBe(first.facts.data)
  expect(first.facts.data.startsWith(stateRoot)).toBe(true)
  expect((await stat(first.facts.data)).mode & 0o777).toBe(0o700)
  await ask(first.facts.url, 'CREATE TABLE crate AS SELECT 7 AS number')
  await letGo(first.process)
  const second = await hold(dataDir, { stateRoot })
  expect(second.facts.data).toBe(first.facts.data)
  expect(await ask(second.facts.url, 'SELECT number FROM crate')).toEqual([{ number: 7 }])
})

asRoot('moves data that were made before the folder was closed to others', async () => {
  const stateRoot = join(await scratchFolder(0o755), 'state')
  const folder = await scratchFolder(0o755)
  const dataDir = join(folder, '.hub')
  const first = await hold(dataDir, { stateRoot })
  expect(first.facts.data).toBe(join(dataDir, 'postgres'))
  await ask(first.facts.url, 'CREATE TABLE crate AS SELECT 7 AS number')
  await letGo(first.process)
  await chmod(folder, 0o700)
  const second = await hold(dataDir, { stateRoot })
  expect(await ask(second.facts.url, 'SELECT number FROM crate')).toEqual([{ number: 7 }])
})

asRoot('runs a copy of PostgreSQL where others cannot enter the folder of the packages', async () => {
  const closed = await scratchFolder(0o700)
  const stateRoot = join(await scratchFolder(0o755), 'state')
  const installed = join(closed, 'package')
  await cp(installedFolder(), installed, { recursive: true, verbatimSymlinks: true })
  const binaries = await findBinaries(installed)
  const account = findAccount()
  const reached = await reachableBinaries(binaries, account, silent, stateRoot)
  expect(reached.root).toBe(join(stateRoot, `postgresql-${binaries.version}`))
  const made = (await stat(reached.root)).ino
  await reachableBinaries(binaries, account, silent, stateRoot)
  expect((await stat(reached.root)).ino).toBe(made)
})

it('makes the links between the libraries that a package manager without install scripts leaves out', async () => {
  const folder = join(await scratchFolder(0o755), 'package')
  await mkdir(folder)
  await cp(installedFolder(), folder, { recursive: true, verbatimSymlinks: true })
  const name = process.platform === 'darwin' ? 'libpq.dylib' : 'libpq.so.5'
  await rm(join(folder, 'native', 'lib', name))
  await findBinaries(folder)
  expect((await lstat(join(folder, 'native', 'lib', name))).isSymbolicLink()).toBe(true)
})
