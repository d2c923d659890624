import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes of this process that the machine must keep (resident set), after all that nobody holds any more was given back. */
export function residentBytes(): number {
  collect()
  collect()
  return process.memoryUsage.rss()
}
