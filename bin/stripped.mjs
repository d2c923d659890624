// Loads the hub's sources without their types. Node would take them out anew at each start, with a compiler that the process and each of
// its threads would then have in memory; Node's own cache of compiled modules keeps all that it read from its files for as long as the
// process lives, which is 28 MB here (docs/adr/0046-sources-without-types.md). What was taken out once is kept beside the packages, by a
// process of its own. Where that folder cannot be written everything works as well, only slower.
import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const rootUrl = new URL('../', import.meta.url).href
const kept = join(root, 'node_modules/.cache/hub')
let isMade = false

if (import.meta.main) keepAll()
else
  registerHooks({
    load(url, context, next) {
      if (!url.startsWith(`${rootUrl}src/`) || !url.endsWith('.ts')) return next(url, context)
      const path = fileURLToPath(url).slice(root.length)
      return { format: 'module', source: withoutTypes(path), shortCircuit: true }
    },
  })

/** The source of a module without its types, line by line where it was. */
function withoutTypes(path) {
  const { source, end } = sourceOf(path)
  return read(path, end) ?? madeByAnother(path, end) ?? strip(source)
}

/** A source, and that with which what is kept of it ends: its own hash. */
function sourceOf(path) {
  const source = readFileSync(join(root, path), 'utf8')
  return { source, end: `\n//${process.version} ${hash('sha256', source)}\n` }
}

function read(path, end) {
  try {
    const text = readFileSync(join(kept, path), 'utf8')
    return text.endsWith(end) ? text : undefined
  } catch {
    return undefined
  }
}

/** Another process does it for all sources at once: this one then never has the compiler in memory. */
function madeByAnother(path, end) {
  if (!isMade) spawnSync(process.execPath, [fileURLToPath(import.meta.url)], { stdio: 'ignore', env: {} })
  isMade = true
  return read(path, end)
}

function keepAll() {
  mkdirSync(kept, { recursive: true })
  for (const path of sources()) {
    const { source, end } = sourceOf(path)
    if (read(path, end) === undefined) keep(path, end, source)
  }
}

/** Written beside it first: other processes read it meanwhile. */
function keep(path, end, source) {
  const file = join(kept, path)
  const own = `${file}.${process.pid}`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(own, strip(source) + end)
    renameSync(own, file)
  } catch {
    // A folder of somebody else, a full disk, or a source that is no TypeScript: whoever loads it is told.
  }
}

function sources() {
  const found = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  return found.filter((path) => path.endsWith('.ts')).map((path) => join('src', path))
}

/** Node calls it experimental, which is no news to whoever starts a hub. */
function strip(source) {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = emitWarning
  }
}
