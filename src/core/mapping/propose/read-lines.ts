import type { ReadOptions } from '#core/source.ts'
import { inComment, quoted } from './quoted.ts'

/** `read:` as the language writes it, one line, with what a person must check above it. */
export function readLines(read: ReadOptions): string[] {
  const { expect, xlsx } = read
  return [
    ...(expect
      ? [
          `# CHECK: a message of which ${Object.keys(expect).map(inComment).join(', ')} says something else is refused.`,
        ]
      : []),
    ...(xlsx?.title
      ? [
          `# CHECK: each workbook has these parts in ${xlsx.title.cell}, with blanks between them; one of more or fewer is refused.`,
        ]
      : []),
    ...(read.values === 'base64'
      ? ['# CHECK: each text of the sample is Base64. Is every value sent so, in every message?']
      : []),
    `read: ${flow(read)}`,
  ]
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => `${quoted(name)}: ${name === 'on' ? flow(String(part).split(',')) : flow(part)}`)
    return `{ ${parts.join(', ')} }`
  }
  return typeof value === 'string' ? quoted(value) : String(value)
}
