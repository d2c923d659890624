import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of the bench: the hub, the no-op route, or the receiver. */
export interface Child<First> {
  readonly first: First
  ask<T>(): Promise<T>
  stop(): Promise<void>
}

/** Starts one of the bench's processes and waits for its first message. */
export async function startChild<First>(file: string, argument?: unknown): Promise<Child<First>> {
  const child: ChildProcess = fork(
    fileURLToPath(new URL(file, import.meta.url)),
    argument === undefined ? [] : [JSON.stringify(argument)],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  )
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code}`)
  })
  ended.catch(() => {})
  const [first] = (await Promise.race([once(child, 'message'), ended])) as [First]
  return {
    first,
    async ask<T>() {
      const answer = once(child, 'message')
      child.send({})
      return (await answer)[0] as T
    },
    async stop() {
      const exit = once(child, 'exit')
      child.disconnect()
      await exit
    },
  }
}
