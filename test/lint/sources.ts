import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** Not written here: installed, made at run time, or the bytes of others. */
const NOT_OURS = new Set(['node_modules', '.hub', '.git', 'coverage', 'samples'])

/** A file of the project by its path below the root. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** The project's own files whose name ends with one of the endings, all folders, in order. */
export function sources(...endings: readonly string[]): Source[] {
  return paths('')
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

function paths(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((found) => {
      const path = folder ? `${folder}/${found.name}` : found.name
      return found.isDirectory() ? paths(path) : found.isFile() ? [path] : []
    })
}

/** One file by its path below the root. */
export const source = (path: string): string => readFileSync(join(root, path), 'utf8')

/** `path:line: the line` for every line of the files that the pattern finds. */
export function linesWith(pattern: RegExp, files: readonly Source[]): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 120)}`] : [])),
  )
}
