import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PartCount, VitestReport } from './counts.ts'

/** One part of the run with what it printed. */
export interface Part extends PartCount {
  readonly said: string
}

const root = fileURLToPath(new URL('../../', import.meta.url))
/** Programs are named by their file, not by PATH: the same ones run whoever calls. */
const installed = (path: string): string => join(root, 'node_modules', path)

/** Runs one of the installed programs as one check, which passes or fails as a whole; what it said is kept where it failed. */
export async function program(name: string, path: string, words: readonly string[]): Promise<Part> {
  const started = performance.now()
  const { exitCode, said } = await run([installed(path), ...words], true)
  const seconds = (performance.now() - started) / 1000
  const failed = exitCode === 0 ? 0 : 1
  return { name, passed: 1 - failed, failed, seconds, said: failed ? `\n${name}\n${said}` : '' }
}

/** Runs vitest, showing what it says, and reads its report; null where it left none. */
export async function vitest(
  chosen: readonly string[],
): Promise<{ report: VitestReport | null; exitCode: number; seconds: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-run-'))
  try {
    const file = join(folder, 'report.json')
    const words = [
      ...['run', '--reporter=default', '--reporter=json', '--reporter=./test/run/still-running.ts'],
      ...[`--outputFile.json=${file}`, ...chosen],
    ]
    const started = performance.now()
    const { exitCode } = await run([installed('vitest/vitest.mjs'), ...words], false)
    const text = await readFile(file, 'utf8').catch(() => null)
    const report = text === null ? null : (JSON.parse(text) as VitestReport)
    return { report, exitCode, seconds: (performance.now() - started) / 1000 }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function run(words: readonly string[], keep: boolean): Promise<{ exitCode: number; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, {
      cwd: root,
      stdio: ['ignore', keep ? 'pipe' : 'inherit', keep ? 'pipe' : 'inherit'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    }
    child.once('error', (error) => resolve({ exitCode: 1, said: error.message }))
    child.once('close', (exitCode) => resolve({ exitCode: exitCode ?? 1, said }))
  })
}
