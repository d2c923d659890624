import type { Words } from '#core/mapping/mapping.ts'

/** What a sentence about a mistake is made of. */
export interface MistakeParts {
  readonly found?: string
  /** Names that would be right. */
  readonly known?: readonly string[]
  /** The one that was probably meant. */
  readonly meant?: string
  readonly wanted?: string
}

interface MistakeWords {
  readonly message: Words
  readonly advice: Words
}
export type Sentence = (parts: MistakeParts) => MistakeWords

export const words = (
  message: readonly [en: string, zh: string],
  advice: readonly [en: string, zh: string],
): MistakeWords => ({
  message: { en: message[0], zh: message[1] },
  advice: { en: advice[0], zh: advice[1] },
})

const LISTED = 40
export const listEn = (known: readonly string[] = []): string => known.slice(0, LISTED).join(', ')
export const listZh = (known: readonly string[] = []): string => known.slice(0, LISTED).join('、')

export function oneOf({ meant, known }: MistakeParts): readonly [en: string, zh: string] {
  if (meant !== undefined) return [`Did you mean "${meant}"?`, `是否应为“${meant}”？`]
  return [`Use one of: ${listEn(known)}.`, `可用：${listZh(known)}。`]
}
