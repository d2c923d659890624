import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { generatedFiles } from '#cli/generated-files.ts'
import { ERRORS } from '#core/errors.ts'

const inRepository = (path: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

const files = await generatedFiles()

it.each(Object.keys(files))('%s is what npm run generate writes', async (path) => {
  expect(await inRepository(path), `${path} has drifted: npm run generate`).toBe(files[path])
})

it('docs/errors.md has one section for each error, with its status and who must act, and none besides', async () => {
  const page = await inRepository('docs/errors.md')
  const sections = [...page.matchAll(/^## (\S+)\n\n(\d{3}) · ([a-z ]+)\. /gm)].map(
    ([, code, status, actor]) => [code, Number(status), actor],
  )
  expect(sections).toEqual(Object.entries(ERRORS).map(([code, { status, actor }]) => [code, status, actor]))
  expect(page.match(/^## /gm)).toHaveLength(sections.length)
})
