import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
/** Gives back what nobody holds any more, whatever flags the process was started with. */
export const collect = runInNewContext('gc') as () => void

/** Bytes of this process that the machine must keep (resident set), after all that nobody holds any more was given back. */
export function residentBytes(): number {
  collect()
  collect()
  return process.memoryUsage.rss()
}

/** Bytes of objects and buffers that are still held, after all that nobody holds any more was given back. */
export function heldBytes(): number {
  collect()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}
