import { spawn } from 'node:child_process'
import { type Account, asAccount } from './account.ts'

export interface Watchdog {
  release(): void
}

/**
 * Stops PostgreSQL when the hub ends without having stopped it, even by SIGKILL: a shell that waits on a pipe which
 * only the hub holds open, and sends the fast shutdown when the pipe ends. Where it is killed too, the next start ends
 * what is left (see `leftovers.ts`).
 */
export function watch(pid: number, account: Account | undefined): Watchdog {
  const child = spawn('/bin/sh', ['-c', 'read -r _ || kill -INT "$1"', 'sh', String(pid)], {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    ...asAccount(account),
  })
  child.on('error', () => {}) // without a shell there is no watchdog; the next start does its work
  child.stdin.on('error', () => {})
  child.unref()
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return { release: () => void child.kill('SIGKILL') }
}
