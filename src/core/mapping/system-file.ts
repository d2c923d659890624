import { compileAnswer } from '#core/answer/compile.ts'
import { OWN_SYSTEM } from '#core/model/own-system.ts'
import { compileReceiver } from '#core/receiver/receiver.ts'
import { compileSigning } from '#core/signing/signing.ts'
import { compileChannels } from './compile/channels.ts'
import {
  beginCompiling,
  type Compiling,
  choiceOf,
  entryOf,
  mapOf,
  textOf,
  textsOf,
} from './compile/compiling.ts'
import { mistakesOf } from './compile/mistakes.ts'
import { type MapNode, type Node, parseFile } from './compile/node.ts'
import { compileWords } from './compile/words.ts'
import type { Mistake, Words } from './mapping.ts'
import { ADAPTERS, type SystemFile, type SystemRecord } from './system.ts'

export type { SystemFile, SystemRecord } from './system.ts'

const NAMES = [
  'system',
  'title',
  'department',
  'region',
  'adapter',
  'records',
  'answer',
  'sign',
  'receiver',
  'channels',
] as const
const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

/** Reads `system.yaml`. Tells of every mistake; the system is null where there is one. */
export function parseSystemFile(
  path: string,
  text: string,
): { system: SystemFile | null; mistakes: Mistake[] } {
  const parsed = parseFile(text)
  const mistakes = mistakesOf(path, parsed.place)
  for (const fault of parsed.faults) mistakes.unreadable(fault)
  const c = beginCompiling(mistakes)
  const root = parsed.root === null ? null : mapOf(c, parsed.root, '', NAMES, 'system: <name>')
  const system = root === null ? null : systemOf(c, root)
  return mistakes.none ? { system, mistakes: [] } : { system: null, mistakes: mistakes.sorted() }
}

function systemOf(c: Compiling, root: MapNode): SystemFile | null {
  for (const wanted of ['system', 'title', 'adapter', 'records']) {
    if (!root.entries.has(wanted)) c.mistakes.add(root.at, '', 'missing', { wanted })
  }
  const system = optional(c, root, 'system')
  if (system && !SLUG.test(system)) c.mistakes.add(root.at, 'system', 'not_slug', { found: system })
  if (system === OWN_SYSTEM) c.mistakes.add(root.at, 'system', 'own_name', { found: system })
  const title = wordsOf(c, root, 'title')
  const department = wordsOf(c, root, 'department')
  const region = optional(c, root, 'region')
  const adapterNode = entryOf(root, 'adapter')
  const adapter = adapterNode === undefined ? null : choiceOf(c, adapterNode, 'adapter', ADAPTERS)
  const records = recordsOf(c, entryOf(root, 'records'))
  const answer = compileAnswer(c, entryOf(root, 'answer'), 'answer')
  const signNode = entryOf(root, 'sign')
  const sign = signNode === undefined ? null : compileSigning(c, signNode)
  const receiverNode = entryOf(root, 'receiver')
  const receiver = receiverNode === undefined ? null : compileReceiver(c, receiverNode)
  const channelsNode = entryOf(root, 'channels')
  const channels =
    channelsNode === undefined ? undefined : compileChannels(c, channelsNode, Object.keys(records ?? {}))
  if (!system || !title || adapter === null || records === null || channels === null) return null
  return {
    system,
    title,
    adapter,
    records,
    ...(department ? { department } : {}),
    ...(region ? { region } : {}),
    ...(answer ? { answer } : {}),
    ...(sign ? { sign } : {}),
    ...(receiver ? { receiver } : {}),
    ...(channels ? { channels } : {}),
  }
}

function optional(c: Compiling, map: MapNode, name: string, place = ''): string | undefined {
  const node = entryOf(map, name)
  return node === undefined ? undefined : (textOf(c, node, `${place}${name}`) ?? undefined)
}

function wordsOf(c: Compiling, root: MapNode, name: string): Words | undefined {
  const node = entryOf(root, name)
  return node === undefined ? undefined : compileWords(c, node, name)
}

function recordsOf(c: Compiling, node: Node | undefined): Record<string, SystemRecord> | null {
  if (node === undefined) return null
  if (node.is !== 'map') {
    c.mistakes.add(node.at, 'records', 'not_map', { wanted: 'records: { trade: { mapping: trade.yaml } }' })
    return null
  }
  const records: Record<string, SystemRecord> = {}
  for (const { name, at, value } of node.entries.values()) {
    const place = `records.${name}`
    if (!SLUG.test(name)) c.mistakes.add(at, place, 'not_slug', { found: name })
    const map = mapOf(
      c,
      value,
      place,
      ['mapping', 'accepts', 'maxRecords', 'answer'],
      `${name}: { mapping: ${name}.yaml, accepts: [application/json] }`,
    )
    if (map === null) continue
    for (const wanted of ['mapping', 'accepts']) {
      if (!map.entries.has(wanted)) c.mistakes.add(at, place, 'missing', { wanted })
    }
    const mapping = optional(c, map, 'mapping', `${place}.`)
    const acceptsNode = entryOf(map, 'accepts')
    const accepts = acceptsNode === undefined ? null : textsOf(c, acceptsNode, `${place}.accepts`)
    const most = optional(c, map, 'maxRecords', `${place}.`)
    if (most !== undefined && !/^[1-9]\d{0,6}$/.test(most))
      c.mistakes.add(at, `${place}.maxRecords`, 'bad_number', { found: most })
    const answer = compileAnswer(c, entryOf(map, 'answer'), `${place}.answer`)
    if (mapping && accepts)
      records[name] = {
        mapping,
        accepts,
        ...(most ? { maxRecords: Number(most) } : {}),
        ...(answer ? { answer } : {}),
      }
  }
  return records
}
