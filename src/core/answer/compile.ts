import { type Compiling, choiceOf, entryOf, mapOf, textOf } from '#core/mapping/compile/compiling.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import {
  ANSWER_FORMATS,
  type AnswerFormat,
  type AnswerShape,
  type SoapContract,
  type SystemAnswer,
} from './answer.ts'
import { outlineOf } from './outline.ts'
import { compileShape, type WriteShape } from './shape.ts'
import { writerOf } from './write.ts'

const NAMES = [
  'format',
  'status',
  'root',
  'namespace',
  'operation',
  'taken',
  'rejected',
  'refused',
  'later',
] as const
const SHAPES = ['taken', 'rejected', 'refused', 'later'] as const
/** Names that belong to one format only. */
const OWNERS: Readonly<Record<string, readonly AnswerFormat[]>> = {
  root: ['xml', 'soap'],
  namespace: ['soap'],
  operation: ['soap'],
}
const EXAMPLE = 'answer: { format: json, taken: { success: { const: true, boolean: true } }, refused: { … } }'
const ELEMENT = /^[A-Za-z_][\w.-]{0,99}$/

/** Compiles `answer:`; undefined where it is not there or has a mistake. `place` is `answer`, or that of one record. */
export function compileAnswer(
  c: Compiling,
  node: Node | undefined,
  place: string,
): SystemAnswer | 'receipt' | undefined {
  if (node === undefined) return undefined
  if (node.is === 'text' && node.text === 'receipt') return 'receipt'
  const map = mapOf(c, node, place, NAMES, EXAMPLE)
  if (map === null) return undefined
  const formatNode = entryOf(map, 'format')
  const format = formatNode === undefined ? null : choiceOf(c, formatNode, `${place}.format`, ANSWER_FORMATS)
  for (const wanted of wantedOf(format))
    if (!map.entries.has(wanted)) c.mistakes.add(map.at, place, 'missing', { wanted })
  const statusNode = entryOf(map, 'status')
  const statuses = format === 'soap' ? (['200', '500'] as const) : (['200'] as const)
  const status = statusNode === undefined ? undefined : choiceOf(c, statusNode, `${place}.status`, statuses)
  const options = optionsOf(c, map, place, format)
  const shapes = shapesOf(c, map, place, format)
  if (format === null || status === null || options === null || shapes === null) return undefined
  return {
    format,
    always200: status === '200',
    faults500: status === '500',
    repeats: [...shapes.repeats].map((path) => path.split('\n')),
    has: { rejected: shapes.of.has('rejected'), later: shapes.of.has('later') },
    ...(format === 'soap' ? { contract: contractOf(map, options) } : {}),
    write: writerOf(format, options, shapes.of),
  }
}

/** By custom the element of an answer is called as that of its request, with `Response` behind. */
function contractOf(map: MapNode, { root, namespace, operation }: Options): SoapContract {
  return {
    operation: operation || root.replace(/Response$/, ''),
    namespace,
    root,
    parts: outlineOf([entryOf(map, 'taken'), entryOf(map, 'rejected')]),
  }
}

interface Options {
  readonly root: string
  readonly namespace: string
  /** Empty where it is not said. */
  readonly operation: string
}

/** A fault is what SOAP refuses with; the others must say how they refuse. */
const wantedOf = (format: AnswerFormat | null): readonly string[] => {
  if (format === 'soap') return ['format', 'root', 'namespace', 'taken']
  return format === 'xml' ? ['format', 'root', 'taken', 'refused'] : ['format', 'taken', 'refused']
}

function optionsOf(c: Compiling, map: MapNode, place: string, format: AnswerFormat | null): Options | null {
  const options = { root: '', namespace: '', operation: '' }
  for (const name of ['root', 'namespace', 'operation'] as const) {
    const node = entryOf(map, name)
    if (node === undefined) continue
    if (format !== null && !OWNERS[name]?.includes(format))
      c.mistakes.add(node.at, `${place}.${name}`, 'not_for_format', { found: name, wanted: format })
    const text = textOf(c, node, `${place}.${name}`)
    if (text === null) return null
    if (name !== 'namespace' && !ELEMENT.test(text))
      c.mistakes.add(node.at, `${place}.${name}`, 'forbidden_path', { found: text })
    options[name] = text
  }
  return options
}

function shapesOf(
  c: Compiling,
  map: MapNode,
  place: string,
  format: AnswerFormat | null,
): { of: Map<AnswerShape, WriteShape>; repeats: Set<string> } | null {
  const of = new Map<AnswerShape, WriteShape>()
  const repeats = new Set<string>()
  for (const name of SHAPES) {
    const node = entryOf(map, name)
    if (node === undefined) continue
    if (format === 'soap' && (name === 'refused' || name === 'later')) {
      c.mistakes.add(node.at, `${place}.${name}`, 'not_for_format', { found: name, wanted: 'soap' })
      continue
    }
    const shape = compileShape(c, node, `${place}.${name}`, {
      repeats,
      names: format === 'json' ? null : ELEMENT,
    })
    if (shape === null) return null
    of.set(name, shape)
  }
  return { of, repeats }
}
