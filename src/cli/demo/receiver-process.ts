import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ReceiverReport } from './receiver.ts'

/** The receiver as its parent sees it. */
export interface ReceiverProcess {
  readonly port: number
  useSecret(secret: string): Promise<void>
  report(): Promise<ReceiverReport>
  /** Every event that it has taken. */
  events(): Promise<Set<string>>
  stop(): void
}

/** Starts the demo's receiver in a process of its own, on a free port of 127.0.0.1. */
export async function startReceiver(): Promise<ReceiverProcess> {
  const child = fork(fileURLToPath(new URL('./receiver.ts', import.meta.url)), { stdio: 'inherit' })
  const [first] = (await once(child, 'message')) as [ReceiverReport]
  return {
    port: first.port as number,
    useSecret: async (secret) => void (await ask(child, { secret })),
    report: async () => (await ask(child, {})) as ReceiverReport,
    events: async () => new Set(((await ask(child, { list: true })) as { have: string[] }).have),
    stop: () => child.disconnect(),
  }
}

async function ask(child: ChildProcess, message: object): Promise<unknown> {
  const answer = once(child, 'message')
  child.send(message)
  return (await answer)[0]
}
