import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of ours that talks over IPC and is not killed: driver and receivers. */
export interface Talker<First> {
  readonly first: First
  ask<Answer>(order: unknown): Promise<Answer>
  stop(): Promise<void>
}

export async function startTalker<First>(file: string, start: unknown): Promise<Talker<First>> {
  const child = fork(pathOf(file), [JSON.stringify(start)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code}`)
  })
  ended.catch(() => {})
  const next = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), ended]))[0]
  const first = (await next()) as First
  let asked: Promise<unknown> = Promise.resolve()
  return {
    first,
    // One question after the other: answers carry no name.
    ask<Answer>(order: unknown) {
      const answer = asked.then(async () => {
        const coming = next()
        child.send(order as object)
        return await coming
      })
      asked = answer.catch(() => {})
      return answer as Promise<Answer>
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

export const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** A PostgreSQL of the round's own; whoever dies of it, it comes back under the same address. */
export interface TestPostgres {
  readonly url: string
  /** SIGKILL of the postmaster, or of it and all its processes at once; false where it is not back from the last time. */
  kill(all: boolean): boolean
  stop(): Promise<void>
}

export async function startPostgres(folder: string): Promise<TestPostgres> {
  const child = spawn(process.execPath, [pathOf('../support/embedded-holder.ts'), folder], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const facts = JSON.parse(line) as { url: string; data: string; refused?: string }
  if (facts.refused) throw new Error(facts.refused)
  return {
    url: facts.url,
    kill(all) {
      const file = `${facts.data}/postmaster.pid`
      const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0
      if (!(pid > 1)) return false
      const children = all ? childrenOf(pid) : []
      return [pid, ...children].map(killPid).some((died) => died)
    },
    stop: () => letEnd(child),
  }
}

const childrenOf = (pid: number): number[] => {
  const file = `/proc/${pid}/task/${pid}/children`
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number) : []
}

function killPid(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

export async function letEnd(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}
