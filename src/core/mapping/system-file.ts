import { compileAnswer } from '#core/answer/compile.ts'
import { CANONICAL } from '#core/model/identity.ts'
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
import { nearest } from './compile/nearest.ts'
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

/** Code of a province, a city or a county. */
const REGION = /^\d{2}(?:\d{2}){0,2}$/
/** Content type: `application/json`. */
const CONTENT_TYPE = /^[\w.+-]+\/[\w.+*-]+$/

/**
 * Reads `system.yaml`. Tells of every mistake; the system is null where there is one. `doubts` tell of what works and is surely not meant.
 * @param files names of the mapping files beside it, where they are known
 */
export function parseSystemFile(
  path: string,
  text: string,
  files?: readonly string[],
): { system: SystemFile | null; mistakes: Mistake[]; doubts: Mistake[] } {
  const parsed = parseFile(text)
  const mistakes = mistakesOf(path, parsed.place)
  for (const fault of parsed.faults) mistakes.unreadable(fault)
  const c = beginCompiling(mistakes)
  const root = parsed.root === null ? null : mapOf(c, parsed.root, '', NAMES, 'system: <name>')
  const system = root === null ? null : systemOf(c, root, files)
  const told = mistakesOf(path, parsed.place)
  for (const doubt of c.doubts) told.add(...doubt)
  const doubts = told.sorted()
  return mistakes.none
    ? { system, mistakes: [], doubts }
    : { system: null, mistakes: mistakes.sorted(), doubts }
}

function systemOf(c: Compiling, root: MapNode, files?: readonly string[]): SystemFile | null {
  for (const wanted of ['system', 'title', 'adapter', 'records']) {
    if (!root.entries.has(wanted)) c.mistakes.add(root.at, '', 'missing', { wanted })
  }
  const system = optional(c, root, 'system')
  const systemAt = entryOf(root, 'system')?.at ?? root.at
  if (system && !SLUG.test(system)) c.mistakes.add(systemAt, 'system', 'not_slug', { found: system })
  if (system === OWN_SYSTEM) c.mistakes.add(systemAt, 'system', 'own_name', { found: system })
  const title = wordsOf(c, root, 'title')
  const department = wordsOf(c, root, 'department')
  const region = optional(c, root, 'region')
  if (region && !REGION.test(region))
    c.doubts.push([entryOf(root, 'region')?.at ?? root.at, 'region', 'not_region', { found: region }])
  const adapterNode = entryOf(root, 'adapter')
  const adapter = adapterNode === undefined ? null : choiceOf(c, adapterNode, 'adapter', ADAPTERS)
  const records = recordsOf(c, entryOf(root, 'records'), files)
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

function recordsOf(
  c: Compiling,
  node: Node | undefined,
  files: readonly string[] | undefined,
): Record<string, SystemRecord> | null {
  if (node === undefined) return null
  if (node.is !== 'map') {
    c.mistakes.add(node.at, 'records', 'not_map', {
      wanted: 'records: { trade: { mapping: trade.yaml, accepts: [application/json] } }',
    })
    return null
  }
  const records: Record<string, SystemRecord> = {}
  for (const { name, at, value } of node.entries.values()) {
    const place = `records.${name}`
    if (!SLUG.test(name)) c.mistakes.add(at, place, 'not_slug', { found: name })
    if (name === CANONICAL) c.mistakes.add(at, place, 'canonical_name', { found: name })
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
    if (mapping && files && !files.includes(mapping)) doubtFile(c, map, place, mapping, files)
    const acceptsNode = entryOf(map, 'accepts')
    const accepts = acceptsNode === undefined ? null : textsOf(c, acceptsNode, `${place}.accepts`)
    for (const found of accepts ?? [])
      if (!CONTENT_TYPE.test(found))
        c.doubts.push([acceptsNode?.at ?? at, `${place}.accepts`, 'not_content_type', { found }])
    const most = optional(c, map, 'maxRecords', `${place}.`)
    if (most !== undefined && !/^[1-9]\d{0,6}$/.test(most))
      c.mistakes.add(entryOf(map, 'maxRecords')?.at ?? at, `${place}.maxRecords`, 'not_count', {
        found: most,
      })
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

/** Nothing can be pushed to a record whose mapping is not there. */
function doubtFile(c: Compiling, map: MapNode, place: string, found: string, files: readonly string[]): void {
  const meant = nearest(stem(found), files.map(stem))
  const at = entryOf(map, 'mapping')?.at ?? map.at
  c.doubts.push([at, `${place}.mapping`, 'no_file', { found, ...(meant ? { meant: `${meant}.yaml` } : {}) }])
}

const stem = (file: string): string => file.replace(/\.yaml$/, '')
