import { readFileSync } from 'node:fs'
import pino from 'pino'
import { startHub } from '#cli/hub.ts'
import type { Settings } from '#cli/settings.ts'

/**
 * The hub in a process of its own, so that its memory and its core are its own. Gets its settings as JSON in the first argument,
 * tells its address, and on any message its peak resident memory.
 */
const revived = (_: string, value: { readonly type?: string; readonly data?: number[] } | null): unknown =>
  value?.type === 'Buffer' && value.data ? Buffer.from(value.data) : value
const settings = JSON.parse(process.argv[2] as string, revived) as Settings
const hub = await startHub(settings, pino({ level: 'error' }, pino.destination(2)))
process.send?.({ url: hub.url, databaseUrl: hub.databaseUrl })
process.on('message', () => process.send?.({ peakBytes: peakBytes() }))
process.on('disconnect', () => void hub.stop().finally(() => process.exit(0)))
process.on('SIGINT', () => {})

/** Highest resident memory of this process so far; from Linux where it tells, else what is resident now. */
function peakBytes(): number {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))
    if (line) return Number(line[1]) * 1024
  } catch {
    // Not Linux.
  }
  return process.memoryUsage().rss
}
