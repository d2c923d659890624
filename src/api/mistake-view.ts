import type { Mistake } from '#core/mapping/mapping.ts'
import type { Language } from './language.ts'

/** A mistake of a mapping in the language of the caller. */
export interface MistakeView {
  readonly path: string
  readonly line: number
  readonly column: number
  readonly target: string
  readonly message: string
  readonly advice: string
}

export const mistakeView = (
  { path, line, column, target, message, advice }: Mistake,
  language: Language,
): MistakeView => ({
  path,
  line,
  column,
  target,
  message: message[language],
  advice: advice[language],
})
