import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { auditCommand } from '#cli/audit.ts'
import { WrongUsage } from '#cli/wrong-usage.ts'
import { appendHeads } from '#flow/evidence/anchor-file.ts'
import { sealBatch } from '#flow/evidence/seal.ts'
import { withApi } from '#test/api.ts'
import { rewrite } from '#test/rewrite.ts'
import { linesSaid } from '#test/said.ts'

const api = withApi()
let folder = ''
let anchor = ''
const said = linesSaid(() => ({ DATABASE_URL: api.database.url }))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-audit-'))
  anchor = join(folder, 'heads.ndjson')
  for (const name of ['one', 'two', 'three']) {
    await api.call('POST', '/v1/keys', { body: { name, scopes: ['read'] } })
    await sealBatch(api.pool)
    await appendHeads(api.pool, anchor)
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What `hub audit verify` says, and with which code it ends. */
async function verify(...options: string[]): Promise<{ text: string; code: unknown }> {
  await auditCommand(['verify', ...options])
  return { text: said.join('\n'), code: process.exitCode }
}

it('hub audit verify says what it verified, and that without anchors a tail that was cut off is not seen', async () => {
  const { text, code } = await verify()
  expect(text).toMatch(
    /^3 batches with \d+ leaves verified, 0 findings\.\nNot compared with a file of anchors/,
  )
  expect(code).toBeUndefined()
  said.length = 0
  expect((await verify('--anchor', anchor)).text).toMatch(/3 heads of the file of anchors agree\.$/)
  said.length = 0
  expect((await verify('--from', '2', '--to', '3')).text).toMatch(/^2 batches/)
  expect(process.exitCode).toBeUndefined()
})

it.each([
  ['--from', '900'],
  ['--from', '3', '--to', '4'],
  ['--to', '900'],
])('never says that nothing is amiss of batches that are not there: %s %s', async (...options) => {
  const { text, code } = await verify(...options)
  expect(text).toContain('head_missing')
  expect(code).toBe(1)
})

it.each([
  [['verify', '--from', '3', '--to', '2'], '--from is behind --to.'],
  [['verify', '--frm', '3'], '--frm is no option here.'],
  [['verify', '--from', '0'], ''],
  [['rotate-key', '--key', 'x'], ''],
  [['check'], ''],
])('%j is refused, and nothing is verified', async (argv, sentence) => {
  const refused = await auditCommand(argv).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(WrongUsage)
  expect((refused as Error).message).toBe(sentence)
  expect(said).toEqual([])
})

it('a file of anchors that is not there, is empty or holds something else agrees with nothing', async () => {
  expect(await verify('--anchor', join(folder, 'none'))).toEqual({
    text: `There is no file ${join(folder, 'none')}. Check the path.`,
    code: 1,
  })
  const empty = join(folder, 'empty')
  for (const content of ['', '\n\n']) {
    await writeFile(empty, content)
    said.length = 0
    process.exitCode = undefined
    const { text, code } = await verify('--anchor', empty)
    expect([text.split(' ')[0], code]).toEqual(['anchor_missing', 1])
  }
})

it('a key that is known from elsewhere and is another than that of the log is told of', async () => {
  const { text, code } = await verify('--key', `whpk_${Buffer.alloc(32, 7).toString('base64')}`)
  expect(text).toContain('key_unknown batch 1')
  expect(code).toBe(1)
})

it('a log whose tail was cut off ends with 1 and the batch, by the file of anchors; a file that a crash left unfinished does not', async () => {
  const bytes = await readFile(anchor)
  const torn = join(folder, 'torn')
  await writeFile(torn, bytes)
  await truncate(torn, bytes.length - 40)
  expect((await verify('--anchor', torn)).text).toMatch(/2 heads of the file of anchors agree\.$/)
  expect(process.exitCode).toBeUndefined()
  said.length = 0
  for (const table of ['audit_leaves', 'audit_heads'])
    await rewrite(api.pool, `delete from ${table} where number = 3`)
  const { text, code } = await verify('--anchor', anchor)
  expect(text).toContain('truncated batch 3 anchor line 3')
  expect(code).toBe(1)
})
