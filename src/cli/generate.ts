import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PUSH_EXAMPLES, pushExamplesText } from './push-examples.ts'

/** Writes every generated file of the project anew; `npm run generate`. */
const root = fileURLToPath(new URL('../../', import.meta.url))

async function write(path: string, text: string): Promise<void> {
  const file = join(root, path)
  const before = await readFile(file, 'utf8').catch(() => null)
  if (before !== text) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  console.log(`${before === text ? 'same   ' : 'written'} ${path}`)
}

// The OpenAPI document imports the examples: they are written before it is loaded.
await write(PUSH_EXAMPLES, await pushExamplesText(join(root, 'mappings')))
const { generatedFiles } = await import('./generated-files.ts')
for (const [path, text] of Object.entries(await generatedFiles()))
  if (path !== PUSH_EXAMPLES) await write(path, text)
