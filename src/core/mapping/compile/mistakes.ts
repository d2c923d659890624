import type { Mistake } from '#core/mapping/mapping.ts'
import { MISTAKES, type MistakeCode, type MistakeParts } from './mistake-words.ts'
import type { ParsedFile } from './node.ts'

/** Collects everything that is wrong with one file, in the order of the file. */
export interface Mistakes {
  add(at: number, target: string, code: MistakeCode, parts?: MistakeParts): void
  readonly none: boolean
  sorted(): Mistake[]
}

export function mistakesOf(path: string, place: ParsedFile['place']): Mistakes {
  const found: Mistake[] = []
  return {
    add(at, target, code, parts = {}) {
      const { line, column } = place(at)
      const words = MISTAKES[code](parts)
      found.push({ path, line, column, target, message: words.message, advice: words.advice })
    },
    get none() {
      return found.length === 0
    },
    sorted: () => found.sort((a, b) => a.line - b.line || a.column - b.column),
  }
}
