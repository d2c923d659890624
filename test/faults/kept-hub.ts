import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { pathOf } from './children.ts'
import type { Place } from './places.ts'

/** A process of the hub that is started again whenever it dies, as an operator's supervisor does. */
export interface KeptHub {
  readonly role: 'api' | 'worker'
  /** SIGKILL now; false where it is just starting. */
  kill(): boolean
  /** SIGTERM: it ends what is under way, as in a roll-out; false where it is just starting. */
  restart(): boolean
  /** SIGKILL at a place, the next time it comes there. */
  dieAt(place: Place): boolean
  /** Takes that back. */
  liveOn(): void
  /** Settles when it is up. */
  up(): Promise<void>
  stop(): Promise<void>
}

export interface KeptHubParts {
  readonly role: 'api' | 'worker'
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
  /** Milliseconds to wait before it is started again. */
  readonly pauseMs: () => number
  readonly onDeath: (place: Place | null) => void
  readonly onRestart: () => void
  /** It ended after it was up, and nobody had killed it. */
  readonly onIncident: (sentence: string) => void
}

const UP_WITHIN_MS = 60_000

export function keepHub(parts: KeptHubParts): KeptHub {
  const { role } = parts
  let child: ChildProcess | null = null
  let place: Place | null = null
  let killed = false
  let restarting = false
  let stopping = false
  let isUp = false
  let waiting: (() => void)[] = []

  const log = openSync(parts.logFile, 'a')
  const start = (): void => {
    if (stopping) return
    const one = fork(pathOf('./hub-process.ts'), [], {
      env: parts.env,
      stdio: ['ignore', log, log, 'ipc'],
    })
    child = one
    place = null
    killed = false
    restarting = false
    one.once('message', () => {
      isUp = true
      for (const tell of waiting) tell()
      waiting = []
    })
    one.once('error', () => {})
    one.once('exit', (code, signal) => {
      if (stopping) return
      const wasUp = isUp
      isUp = false
      if (signal === 'SIGKILL') parts.onDeath(killed ? null : place)
      else if (restarting) parts.onRestart()
      else if (wasUp) parts.onIncident(`a process of the role ${role} ended by itself with ${code ?? signal}`)
      void pause(parts.pauseMs()).then(start)
    })
  }
  start()
  return {
    role,
    kill() {
      if (!isUp || !child) return false
      killed = true
      child.kill('SIGKILL')
      return true
    },
    restart() {
      if (!isUp || killed || !child?.connected) return false
      isUp = false
      restarting = true
      child.kill('SIGTERM')
      return true
    },
    dieAt(wanted) {
      if (!isUp || !child?.connected || place !== null) return false
      place = wanted
      child.send({ dies: wanted })
      return true
    },
    liveOn() {
      place = null
      if (child?.connected) child.send({ dies: null })
    },
    async up() {
      if (isUp) return
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, fail) => {
        timer = setTimeout(
          () => fail(new Error(`a process of the role ${role} does not come up; see ${parts.logFile}`)),
          UP_WITHIN_MS,
        )
      })
      try {
        await Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), late])
      } finally {
        clearTimeout(timer)
      }
    },
    async stop() {
      if (stopping) return
      stopping = true
      const one = child
      if (one && one.exitCode === null && one.signalCode === null) {
        const gone = new Promise((resolve) => one.once('exit', resolve))
        if (one.connected) one.disconnect()
        const late = setTimeout(() => one.kill('SIGKILL'), 6000)
        await gone
        clearTimeout(late)
      }
      closeSync(log)
    },
  }
}
