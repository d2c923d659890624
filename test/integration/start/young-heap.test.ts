import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
/** Says with which flags each process of a start runs. */
const TELL = 'data:text/javascript,console.error(JSON.stringify(process.execArgv))'

/** The flags of the process that is the hub: the last one that tells them. */
async function flagsOf(options = ''): Promise<string[]> {
  const env = { PATH: process.env['PATH'], NODE_OPTIONS: `${options} --import=${TELL}` }
  const { stderr } = await run(process.execPath, ['bin/hub', '--help'], { env })
  const told = stderr.split('\n').filter((line) => line.startsWith('['))
  return JSON.parse(told.at(-1) as string)
}

const youngHeap = (flags: readonly string[]): string[] =>
  flags.filter((flag) => flag.startsWith('--max-semi-space-size'))

it('the young heap is small, and as large as NODE_OPTIONS says where they say it', async () => {
  expect(youngHeap(await flagsOf())).toEqual(['--max-semi-space-size=4'])
  const given = await flagsOf('--max-semi-space-size=16')
  expect(youngHeap(given)).toEqual([])
  expect(given).toContain('--expose-gc')
})
