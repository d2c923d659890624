import { SHARED_MAX, SHARED_MAX_CHARS } from './limits.ts'
import type { PartEvents } from './part-reader.ts'
import { tooLarge } from './refuse.ts'
import { richText } from './rich-text.ts'

/** The texts that cells share, in their order, filled while their part is read. */
export function sharedTextReader(part: string): {
  readonly events: PartEvents
  readonly texts: readonly string[]
} {
  const texts: string[] = []
  const rich = richText()
  let chars = 0
  const events: PartEvents = {
    open(name) {
      if (name === 'si') rich.begin()
      else rich.open(name)
    },
    close(name) {
      if (name !== 'si') {
        rich.close(name)
        return
      }
      const text = rich.value()
      chars += text.length
      if (texts.push(text) > SHARED_MAX) throw tooLarge(part, `more than ${SHARED_MAX} shared texts`)
      if (chars > SHARED_MAX_CHARS) throw tooLarge(part, `more than ${SHARED_MAX_CHARS} characters of texts`)
    },
    text: (text) => rich.text(text, `${part}, text ${texts.length + 1}`),
  }
  return { events, texts }
}
