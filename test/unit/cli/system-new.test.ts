import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { mistakeLine } from '#cli/system/mistake-line.ts'
import { systemNew } from '#cli/system/new.ts'

const folder = await mkdtemp(join(tmpdir(), 'system-new-'))
const exitCode = process.exitCode
afterEach(() => {
  process.exitCode = exitCode
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})
afterAll(() => rm(folder, { recursive: true }))

/** What the command prints for a sample whose goods stand in JSON that was written into a text. */
async function said(language: 'en' | 'zh'): Promise<string> {
  const rows = [1, 2].map((id) => ({ id, data: JSON.stringify({ fish: '鲫鱼', kg: id }), op: 'ADD' }))
  const sample = join(folder, 'catch.json')
  await writeFile(sample, JSON.stringify({ list: rows }))
  vi.stubEnv('HUB_LANG', language)
  vi.stubEnv('HUB_MAPPINGS', folder)
  const print = vi.spyOn(console, 'log').mockImplementation(() => {})
  await systemNew([language, '--sample', sample, '--record', 'catch', '--title', '甲', '--title-en', 'A'])
  return print.mock.calls.flat().join('\n')
}

it('a mapping that is not whole yet was not tried: the records of the sample are counted all the same', async () => {
  expect(await said('en')).toContain(
    '2 source records in the sample; not tried, as the mapping above is not whole yet',
  )
  expect(process.exitCode).toBe(1)
  expect(await said('zh')).toContain('样例中有 2 条来源记录；上述映射尚不完整，未试运行')
})

it('a record may not be called canonical, as the records of POST /v1/records are: nothing is written, and the command says why in its language', async () => {
  const sample = join(folder, 'any.json')
  await writeFile(sample, '[{"no":"1"}]')
  vi.stubEnv('HUB_MAPPINGS', folder)
  const print = vi.spyOn(console, 'error').mockImplementation(() => {})
  for (const language of ['en', 'zh']) {
    vi.stubEnv('HUB_LANG', language)
    await systemNew(['county', '--sample', sample, '--record', 'canonical'])
  }
  expect(print.mock.calls.flat()).toEqual([
    expect.stringMatching(/^"canonical" is the name of records .* Give the record another name/),
    expect.stringMatching(/^“canonical”是规范记录.*请为该记录另取名称/),
  ])
  expect(process.exitCode).toBe(1)
  await expect(readFile(join(folder, 'county', 'system.yaml'))).rejects.toThrow('ENOENT')
})

it('a mistake and its advice are two sentences, in both languages', () => {
  const at = { path: 'a.yaml', line: 3, column: 1, target: 'emit.0' }
  const mistake = {
    ...at,
    message: { en: 'sale needs a time', zh: 'sale 需要时间' },
    advice: { en: 'Add it.', zh: '请补充。' },
  } as const
  vi.stubEnv('HUB_LANG', 'en')
  expect(mistakeLine(mistake)).toBe('a.yaml:3:1 emit.0: sale needs a time. Add it.')
  vi.stubEnv('HUB_LANG', 'zh')
  expect(mistakeLine(mistake)).toBe('a.yaml:3:1 emit.0: sale 需要时间。请补充。')
})

it('says of a text that holds JSON that nothing inside of it is read', async () => {
  const mapping = await readFile(join(folder, 'en', 'catch.yaml'), 'utf8')
  expect(mapping).toContain(
    '#   data (JSON written into a text: nothing inside of it is read; ask for it as JSON)',
  )
})
