import type { ReadOptions } from '#core/source.ts'
import { quoted } from './quoted.ts'

/** `read:` as the language writes it, one line. */
export function readLines(read: ReadOptions): string[] {
  return [`read: ${flow(read)}`]
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => `${name}: ${name === 'on' ? flow(String(part).split(',')) : flow(part)}`)
    return `{ ${parts.join(', ')} }`
  }
  return quoted(String(value))
}
