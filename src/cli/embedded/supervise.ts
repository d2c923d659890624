import { setTimeout as pause } from 'node:timers/promises'
import { stopLeftovers } from './leftovers.ts'
import type { EmbeddedLog } from './log.ts'
import { type Server, type ServerSettings, startServer } from './server.ts'

const firstWaitMs = 100
const longestWaitMs = 5000

/**
 * Starts PostgreSQL again under the same address whenever it ends unasked, so that the hub, which meanwhile answers 503,
 * recovers by itself; waits twice as long after each start that fails. `stop` ends both.
 */
export function supervise(
  first: Server,
  settings: ServerSettings,
  log: EmbeddedLog,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let server = first
  const keep = async (): Promise<void> => {
    for (;;) {
      await server.ended
      if (stopping.signal.aborted) return
      log.error({ pid: server.pid }, 'PostgreSQL ended unasked; starting it again')
      const next = await startAgain(settings, log, stopping.signal)
      if (!next) return
      server = next
      if (stopping.signal.aborted) return server.stop()
      log.info({ pid: server.pid }, 'PostgreSQL runs again')
    }
  }
  const kept = keep()
  return {
    stop: async () => {
      stopping.abort()
      await server.stop()
      await kept
    },
  }
}

async function startAgain(
  settings: ServerSettings,
  log: EmbeddedLog,
  stopping: AbortSignal,
): Promise<Server | undefined> {
  for (let waitMs = firstWaitMs; !stopping.aborted; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    await pause(waitMs, undefined, { signal: stopping }).catch(() => {}) // cut short by stop
    if (stopping.aborted) return undefined
    try {
      await stopLeftovers(settings.data, settings.clusterName, log)
      return await startServer(settings)
    } catch (error) {
      log.error(
        { err: error, waitMs, logFile: settings.logFile },
        'PostgreSQL could not be started again: see the end of logFile; look whether the disk is full, the folder is still its owner’s and no other PostgreSQL has it. It is tried again by itself',
      )
    }
  }
  return undefined
}
