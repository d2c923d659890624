import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'

const run = promisify(execFile)
const SOURCE = `
interface Answer { readonly text: string }
const answer: Answer = { text: new Error('first').stack?.split('\\n')[1]?.trim() ?? '' }
const compilers = (process as { moduleLoadList?: string[] }).moduleLoadList?.filter((name) => name.includes('amaro'))
console.log(JSON.stringify({ ...answer, compilers: compilers?.length }))
`

/** A project of one source, with the loader that `bin/hub` gives to the hub. */
async function project() {
  const folder = await mkdtemp(join(tmpdir(), 'hub-stripped-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [loader, source] = [join(folder, 'bin/stripped.mjs'), join(folder, 'src/deep/one.ts')]
  await cp('bin/stripped.mjs', loader)
  await mkdir(join(folder, 'src/deep'), { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await writeFile(source, SOURCE)
  const start = async () => {
    const env = { PATH: process.env['PATH'] }
    const { stdout, stderr } = await run(process.execPath, [`--import=${loader}`, source], { env })
    expect(stderr).toBe('')
    return JSON.parse(stdout) as { text: string; compilers: number }
  }
  return { folder, source, kept: join(folder, 'node_modules/.cache/hub/src/deep/one.ts'), start }
}

it('takes the types out of all sources once, in another process: no start loads the compiler, and errors name the same line', async () => {
  const { start, source, kept } = await project()
  const first = await start()
  const { mtimeMs } = await stat(kept)
  const second = await start()
  for (const { text, compilers } of [first, second]) {
    expect(compilers).toBe(0)
    expect(text).toContain(`${source}:3:32`)
  }
  expect((await stat(kept)).mtimeMs).toBe(mtimeMs)
})

it('takes them out anew where the source has changed, or what was kept of it is cut off', async () => {
  const { start, source, kept } = await project()
  await start()
  await writeFile(source, SOURCE.replace("'first'", "'second'").replace('...answer', 'text: 42'))
  expect(await start()).toEqual({ text: 42, compilers: expect.any(Number) })
  const whole = await readFile(kept, 'utf8')
  await writeFile(kept, whole.slice(0, 120))
  expect(await start()).toMatchObject({ text: 42 })
  expect(await readFile(kept, 'utf8')).toBe(whole)
})

it('works where nothing can be kept', async () => {
  const { folder, start } = await project()
  await writeFile(join(folder, 'node_modules'), 'a file in the place of the folder')
  expect(await start()).toEqual({ text: expect.stringContaining('one.ts:3'), compilers: expect.any(Number) })
})

it('says where a source cannot be read as TypeScript', async () => {
  const { source, start } = await project()
  await writeFile(source, 'const answer: = 42')
  await expect(start()).rejects.toThrow(/SyntaxError/)
})

it('keeps the others where a source cannot be read as TypeScript', async () => {
  const { folder, start } = await project()
  await writeFile(join(folder, 'src/broken.ts'), 'const answer: = 42')
  expect(await start()).toMatchObject({ compilers: 0 })
})
