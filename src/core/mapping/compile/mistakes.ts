import type { Mistake } from '#core/mapping/mapping.ts'
import type { Fault } from './faults.ts'
import type { MistakeParts } from './mistake-parts.ts'
import { MISTAKES, type MistakeCode } from './mistake-words.ts'
import type { ParsedFile } from './node.ts'

/** Collects everything that is wrong with one file, in the order of the file. */
export interface Mistakes {
  add(at: number, target: string, code: MistakeCode, parts?: MistakeParts): void
  /** The file cannot be read at all, as its parser says. */
  unreadable(fault: Fault): void
  readonly none: boolean
  sorted(): Mistake[]
}

export function mistakesOf(path: string, place: ParsedFile['place']): Mistakes {
  const found: Mistake[] = []
  const misspelt = new Set<string>()
  const lacking = new Map<Mistake, readonly string[]>()
  return {
    add(at, target, code, parts = {}) {
      const { line, column } = place(at)
      const words = MISTAKES[code](parts)
      // A map is read by several, of which each knows its names.
      const isTold =
        code === 'unknown_name' &&
        found.some((one) => one.line === line && one.column === column && one.message.en === words.message.en)
      if (isTold) return
      const mistake = { path, line, column, target, message: words.message, advice: words.advice }
      found.push(mistake)
      if (code === 'unknown_name' && parts.meant !== undefined)
        misspelt.add(
          nameAt(target.slice(0, Math.max(0, target.length - (parts.found?.length ?? 0) - 1)), parts.meant),
        )
      const { wanted: one = '' } = parts
      const wanted = code === 'missing' ? (INSTEAD[one] ?? [one]) : LACKING[code]
      if (wanted)
        lacking.set(
          mistake,
          wanted.map((name) => nameAt(target, name)),
        )
    },
    unreadable({ at, why: { reason, fix } }) {
      const message = {
        en: `The file is not readable YAML: ${reason.en}`,
        zh: `文件不是可读的 YAML：${reason.zh}`,
      }
      found.push({ path, ...place(at), target: '', message, advice: fix })
    },
    get none() {
      return found.length === 0
    },
    sorted: () =>
      found
        // What is missing because its name is misspelt is one mistake.
        .filter((mistake) => !lacking.get(mistake)?.some((name) => misspelt.has(name)))
        .sort((a, b) => a.line - b.line || a.column - b.column),
  }
}

/** What each of these mistakes misses, by the names of which one would do. */
const LACKING: Partial<Record<MistakeCode, readonly string[]>> = {
  no_time: ['occurredAt'],
  no_what: ['product', 'lots', 'documents', 'input', 'output', 'amount'],
  no_source: ['from', 'const', 'concat', 'choose', 'call'],
}

/** Names of which one is wanted where only the first is told. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = {
  code: ['code', 'name', 'ids'],
  name: ['name', 'ids'],
  scheme: ['scheme', 'anyOf'],
}

const nameAt = (place: string, name: string): string => (place === '' ? name : `${place}.${name}`)
