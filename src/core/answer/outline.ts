import { entryOf } from '#core/mapping/compile/compiling.ts'
import type { MapNode, Node } from '#core/mapping/compile/node.ts'
import { stepsOf } from '#core/mapping/compile/steps.ts'

/** One element of an answer, as an interface document describes it. */
export interface AnswerPart {
  readonly name: string
  /** One for each source record. */
  readonly many: boolean
  /** What is in it; null where that is a text. */
  readonly parts: readonly AnswerPart[] | null
}

interface Outlined {
  name: string
  many: boolean
  parts: Outlined[] | null
}

/** The elements that the shapes of an answer have together, in their order. Mistakes in them are told elsewhere. */
export function outlineOf(shapes: readonly (Node | undefined)[]): readonly AnswerPart[] {
  const parts: Outlined[] = []
  for (const shape of shapes) if (shape?.is === 'map') outline(shape, parts)
  return parts
}

function outline(shape: MapNode, into: Outlined[]): void {
  for (const { name, value } of shape.entries.values()) {
    const steps = stepsOf(name)
    if (steps !== null) add(steps, value, into)
  }
}

function add(steps: readonly string[], value: Node, into: Outlined[]): void {
  const [name, ...rest] = steps
  if (name === undefined) return
  const found = into.find((part) => part.name === name)
  const part: Outlined = found ?? { name, many: false, parts: null }
  if (!found) into.push(part)
  if (rest.length > 0) {
    part.parts ??= []
    add(rest, value, part.parts)
    return
  }
  const fields = value.is === 'map' && value.entries.has('each') ? entryOf(value, 'fields') : undefined
  if (fields?.is !== 'map') return
  part.many = true
  part.parts ??= []
  outline(fields, part.parts)
}
