// Loads the hub's sources without their types. Node would take them out anew at each start, with a compiler that each process and each
// thread would then have in memory; Node's own cache of compiled modules keeps all that it read from its files for as long as the process
// lives, which is 28 MB here (docs/adr/0046-sources-without-types.md). What was taken out once is kept beside the packages. Where that
// folder cannot be written everything works as well, only slower.
import { hash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { threadId } from 'node:worker_threads'

const root = new URL('../', import.meta.url).href
const kept = new URL('../node_modules/.cache/hub/', import.meta.url)

registerHooks({
  load(url, context, next) {
    if (!url.startsWith(`${root}src/`) || !url.endsWith('.ts')) return next(url, context)
    return { format: 'module', source: stripped(url), shortCircuit: true }
  },
})

/** The source of a module without its types, line by line where it was. It is known by its own hash, with which what is kept ends. */
function stripped(url) {
  const source = readFileSync(fileURLToPath(url), 'utf8')
  const end = `\n//${process.version} ${hash('sha256', source)}\n`
  const file = fileURLToPath(new URL(url.slice(root.length), kept))
  const known = read(file)
  if (known?.endsWith(end)) return known
  const text = withoutTypes(source) + end
  keep(file, text)
  return text
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** Node calls it experimental, which is no news to whoever starts a hub. */
function withoutTypes(source) {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = emitWarning
  }
}

/** Written beside it first: other processes read it meanwhile. */
function keep(file, text) {
  const own = `${file}.${process.pid}-${threadId}`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(own, text)
    renameSync(own, file)
  } catch {
    // A folder of somebody else, or a full disk: the next start takes the types out again.
  }
}
