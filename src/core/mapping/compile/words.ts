import type { Words } from '#core/mapping/words.ts'
import { type Compiling, entryOf, mapOf, textOf } from './compiling.ts'
import type { Node } from './node.ts'

/** A text in both languages: `{ zh: …, en: … }`. */
export function compileWords(c: Compiling, node: Node, place: string): Words | undefined {
  const map = mapOf(c, node, place, ['zh', 'en'], `${place.split('.').at(-1)}: { zh: …, en: … }`)
  if (map === null) return undefined
  const text = (name: string): string | undefined => {
    const found = entryOf(map, name)
    if (found === undefined) c.mistakes.add(map.at, place, 'missing', { wanted: name })
    return found === undefined ? undefined : (textOf(c, found, `${place}.${name}`) ?? undefined)
  }
  const zh = text('zh')
  const en = text('en')
  return zh && en ? { zh, en } : undefined
}
