import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { main } from '../../../src/main.ts'

const exitCode = process.exitCode
let others: ReturnType<typeof process.stdout.listeners> = []
beforeEach(() => {
  others = process.stdout.listeners('error')
  process.stdout.removeAllListeners('error')
})
afterEach(() => {
  process.stdout.removeAllListeners('error')
  for (const one of others) process.stdout.on('error', one as () => void)
  process.exitCode = exitCode
  vi.restoreAllMocks()
})

const failure = (code: string): Error => Object.assign(new Error(`write ${code}`), { code })

it('a reader that has seen enough ends no command, and any other failure to print does', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await main(['help'])
  expect(() => process.stdout.emit('error', failure('EPIPE'))).not.toThrow()
  expect(() => process.stdout.emit('error', failure('ENOSPC'))).toThrow('ENOSPC')
})
