import { onTestFinished } from 'vitest'
import { runChannel } from '#flow/channels/run.ts'
import { createIntake } from '#flow/intake/create-intake.ts'
import type { TestApi } from '#test/api.ts'

export interface RunningChannel {
  /** Ends the work as the end of a process in order does. */
  stop(): Promise<void>
}

/** Reads a channel of a test's API in this process, run after run, until it is stopped or the test ends. */
export function runningChannel(
  api: TestApi,
  {
    system,
    name,
    folders = [],
  }: { readonly system: string; readonly name: string; readonly folders?: readonly string[] },
): RunningChannel {
  const ended = new AbortController()
  const { pool, registry } = api
  const intake = createIntake({ pool, registry, clock: Date.now, onCommitted: () => {} })
  const log = { info: () => {}, warn: () => {} }
  const parts = { pool, registry, intake, now: Date.now, folders, log, leaseMs: 2000 }
  const work = (async () => {
    while (!ended.signal.aborted) {
      await runChannel(parts, { system, name }, ended.signal)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await intake.close()
  })()
  const stop = async (): Promise<void> => {
    ended.abort()
    await work
  }
  onTestFinished(stop)
  return { stop }
}
