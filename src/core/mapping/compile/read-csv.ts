import type { CsvOptions } from '#core/source.ts'
import { type Compiling, entryOf, mapOf, textOf, textsOf } from './compiling.ts'
import type { MapNode, Node } from './node.ts'

const NAMES = ['delimiter', 'quote', 'header', 'skip', 'comment'] as const
const TARGET = 'read.csv'

/** Compiles `read.csv`: the dialect of the files of a system. */
export function compileCsv(c: Compiling, node: Node): CsvOptions | null {
  const map = mapOf(c, node, TARGET, NAMES)
  if (map === null) return null
  const delimiter = signOf(c, map, 'delimiter', [',', ';', '|', 'tab', 'auto'])
  const quote = signOf(c, map, 'quote', ['"', "'", 'none'])
  const headerNode = entryOf(map, 'header')
  const header = headerNode === undefined ? undefined : textsOf(c, headerNode, `${TARGET}.header`)
  const skip = skipOf(c, map)
  const comment = commentOf(c, map)
  if (delimiter === null || quote === null || header === null || skip === null || comment === null)
    return null
  return {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(header === undefined ? {} : { header }),
    ...(skip === undefined ? {} : { skip }),
    ...(comment === undefined ? {} : { comment }),
  }
}

/** One character, or one of the words. */
function signOf(
  c: Compiling,
  map: MapNode,
  name: string,
  known: readonly string[],
): string | null | undefined {
  const node = entryOf(map, name)
  if (node === undefined) return undefined
  const text = textOf(c, node, `${TARGET}.${name}`)
  if (text === null || known.includes(text) || /^[^\r\n"\d\p{L}]$/u.test(text)) return text
  c.mistakes.add(node.at, `${TARGET}.${name}`, 'unknown_value', { found: text, known })
  return null
}

function skipOf(c: Compiling, map: MapNode): number | null | undefined {
  const node = entryOf(map, 'skip')
  if (node === undefined) return undefined
  const text = textOf(c, node, `${TARGET}.skip`)
  if (text !== null && /^\d{1,3}$/.test(text)) return Number(text)
  c.mistakes.add(node.at, `${TARGET}.skip`, 'bad_number', { found: text ?? '' })
  return null
}

function commentOf(c: Compiling, map: MapNode): string | null | undefined {
  const node = entryOf(map, 'comment')
  if (node === undefined) return undefined
  const text = textOf(c, node, `${TARGET}.comment`)
  if (text === null || text.length <= 8) return text
  c.mistakes.add(node.at, `${TARGET}.comment`, 'unknown_value', { found: text, known: ['#', '//', '--'] })
  return null
}
