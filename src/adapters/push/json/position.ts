import { pointer } from './pointer.ts'

/** Line and column of an offset, both from 1. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
    start = at + 1
  }
  return { line, column: offset - start + 1 }
}

interface Level {
  readonly list: boolean
  step: string | number
  /** In an object: whether the next string is a name. */
  naming: boolean
}

/** JSON pointer of the value that an offset stands in, told from the text before it. Only for messages: it reads again from the start. */
export function pointerAt(text: string, offset: number): string {
  const levels: Level[] = []
  for (let at = 0; at < offset; at++) {
    const char = text.charAt(at)
    const level = levels.at(-1)
    if (char === '"') {
      const end = stringEnd(text, at + 1)
      if (level && !level.list && level.naming) level.step = text.slice(at + 1, Math.min(end, offset))
      at = end
    } else if (char === '{' || char === '[') {
      levels.push({ list: char === '[', step: char === '[' ? 0 : '', naming: true })
    } else if (char === '}' || char === ']') {
      levels.pop()
    } else if (level && char === ',') {
      if (typeof level.step === 'number') level.step++
      level.naming = true
    } else if (level && char === ':') {
      level.naming = false
    }
  }
  return pointer(levels.map((level) => level.step))
}

function stringEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text.charCodeAt(at) === 0x5c) at++
    else if (text.charCodeAt(at) === 0x22) return at
  }
  return text.length
}
