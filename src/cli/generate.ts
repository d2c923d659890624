import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generatedFiles } from './generated-files.ts'

/** Writes every generated file of the project anew; `npm run generate`. */
const root = fileURLToPath(new URL('../../', import.meta.url))
for (const [path, text] of Object.entries(await generatedFiles())) {
  const file = join(root, path)
  const before = await readFile(file, 'utf8').catch(() => null)
  if (before !== text) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  console.log(`${before === text ? 'same   ' : 'written'} ${path}`)
}
