import { sourceRecord } from '#adapters/push/record.ts'
import type { SourceRecord } from '#core/source.ts'
import { recordIssues } from './document.ts'
import { JsonFault } from './fault.ts'
import { JsonReader } from './reader.ts'

const KEPT_TEXT_MAX = 65_536

const placing = (path: string, field: string) => `${path}, ${field}`

/** Whether a line of NDJSON is no record. */
export const isBlank = (line: string): boolean => line.trim() === ''

/** Reads lines of NDJSON one by one. A broken line is a record with an issue, so its neighbours live. */
export function createLineReader(maxDepth: number) {
  const reader = new JsonReader(maxDepth)
  let index = 0

  const broken = (path: string, line: string, fault: JsonFault): SourceRecord => {
    const cut = fault.kind === 'end'
    const reason = cut ? 'the line is cut' : `the line is not JSON from column ${fault.offset + 1} on`
    const fix = 'send each record as one whole line of JSON'
    const issue = {
      path,
      code: 'E_SCHEMA',
      reason: fault.kind === 'depth' ? 'nested too deep' : reason,
      fix,
    } as const
    return sourceRecord(index++, path, line.slice(0, KEPT_TEXT_MAX), placing, [issue])
  }

  return {
    /** The record of one line, null for a blank one. `number` counts lines from 1. */
    read(line: string, number: number): SourceRecord | null {
      if (isBlank(line)) return null
      const path = `line ${number}`
      reader.open(line)
      try {
        const value = reader.value(0)
        reader.end()
        const issues = recordIssues(
          value,
          path,
          reader.issues.map((issue) => ({ ...issue, path: placeOf(path, issue.path) })),
          '',
        )
        return sourceRecord(index++, path, value, placing, issues)
      } catch (fault) {
        if (fault instanceof JsonFault) return broken(path, line, fault)
        throw fault
      }
    },
    /** The record of a line whose bytes are no text. */
    unreadable(number: number): SourceRecord {
      const path = `line ${number}`
      const reason = 'the bytes of the line are neither UTF-8 nor GB 18030'
      const fix = 'send the line in UTF-8, with no byte changed on the way'
      return sourceRecord(index++, path, null, placing, [{ path, code: 'E_ENCODING', reason, fix }])
    },
  }
}

function placeOf(path: string, pointer: string): string {
  return pointer === '' ? path : placing(path, pointer.slice(1).replaceAll('/', '.'))
}
