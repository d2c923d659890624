import {
  CHANNEL_ADAPTERS,
  type DeclaredChannel,
  type DeclaredScan,
  durationMs,
  type Plain,
  type PlainValue,
} from '#core/channels/declared.ts'
import { KINDS } from '#core/model/kinds.ts'
import { type Compiling, choiceOf, entryOf, mapOf, textOf } from './compiling.ts'
import type { Entry, MapNode, Node } from './node.ts'
import { compileWords } from './words.ts'

const NAMES = ['title', 'adapter', 'record', 'every', 'cron', 'settings', 'scan', 'counts'] as const
const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const EXAMPLE = 'channels: { county-db: { adapter: database, record: trade, every: 5m, settings: {} } }'
const FUSE_PERCENT = 5

/** Compiles `channels:` of a system.yaml. What an adapter's settings must be is known where adapters are. */
export function compileChannels(
  c: Compiling,
  node: Node,
  records: readonly string[],
): DeclaredChannel[] | null {
  if (node.is !== 'map') {
    c.mistakes.add(node.at, 'channels', 'not_map', { wanted: EXAMPLE })
    return null
  }
  const channels = [...node.entries.values()].map((entry) => compileChannel(c, entry, records))
  return channels.includes(null) ? null : (channels as DeclaredChannel[])
}

function compileChannel(
  c: Compiling,
  { name, at, value }: Entry,
  records: readonly string[],
): DeclaredChannel | null {
  const place = `channels.${name}`
  if (!SLUG.test(name)) c.mistakes.add(at, place, 'not_slug', { found: name })
  const map = mapOf(c, value, place, NAMES, EXAMPLE)
  if (map === null) return null
  for (const wanted of ['title', 'adapter'])
    if (!map.entries.has(wanted)) c.mistakes.add(at, place, 'missing', { wanted })
  const text = (part: string): string | undefined => {
    const found = entryOf(map, part)
    return found === undefined ? undefined : (textOf(c, found, `${place}.${part}`) ?? undefined)
  }
  const adapterNode = entryOf(map, 'adapter')
  const adapter =
    adapterNode === undefined ? null : choiceOf(c, adapterNode, `${place}.adapter`, CHANNEL_ADAPTERS)
  const recordNode = entryOf(map, 'record')
  const record = recordNode === undefined ? undefined : choiceOf(c, recordNode, `${place}.record`, records)
  const every = text('every')
  if (every !== undefined && durationMs(every) === null)
    c.mistakes.add(entryOf(map, 'every')?.at ?? at, `${place}.every`, 'bad_number', { found: every })
  const cron = text('cron')
  if (every !== undefined && cron !== undefined)
    c.mistakes.add(at, place, 'two_sources', { known: ['every', 'cron'] })
  const settingsNode = entryOf(map, 'settings')
  const settings = settingsNode === undefined ? {} : plainMap(c, settingsNode, `${place}.settings`)
  const scanNode = entryOf(map, 'scan')
  const scan = scanNode === undefined ? undefined : compileScan(c, scanNode, `${place}.scan`)
  const countsNode = entryOf(map, 'counts')
  const counts = countsNode === undefined ? undefined : choiceOf(c, countsNode, `${place}.counts`, KINDS)
  const titleNode = entryOf(map, 'title')
  const title = titleNode === undefined ? undefined : compileWords(c, titleNode, `${place}.title`)
  if (!title || adapter === null || record === null || settings === null || scan === null) return null
  if (counts === null) return null
  return {
    name,
    title,
    adapter,
    settings,
    ...(record === undefined ? {} : { record }),
    ...(every === undefined ? {} : { every }),
    ...(cron === undefined ? {} : { cron }),
    ...(scan === undefined ? {} : { scan }),
    ...(counts === undefined ? {} : { counts }),
  }
}

function compileScan(c: Compiling, node: Node, place: string): DeclaredScan | null {
  const map = mapOf(c, node, place, ['cron', 'fuse'], "scan: { cron: '30 2 * * *', fuse: 5% }")
  if (map === null) return null
  const cronNode = entryOf(map, 'cron')
  const cron = cronNode === undefined ? null : textOf(c, cronNode, `${place}.cron`)
  if (cronNode === undefined) c.mistakes.add(map.at, place, 'missing', { wanted: 'cron' })
  const fuse = compileFuse(c, entryOf(map, 'fuse'), `${place}.fuse`)
  return cron === null || fuse === null ? null : { cron, ...fuse }
}

/** `5%`, `200` records, or both in a list: each of them holds. Without a share there is none, where records are named. */
function compileFuse(
  c: Compiling,
  node: Node | undefined,
  place: string,
): Pick<DeclaredScan, 'fusePercent' | 'fuseRecords'> | null {
  if (node === undefined) return { fusePercent: FUSE_PERCENT }
  const texts = (node.is === 'list' ? node.members : [node]).map((one) => textOf(c, one, place))
  if (texts.includes(null)) return null
  const found: { percent?: number; records?: number } = {}
  for (const text of texts as string[]) {
    const [, percent, records] = /^(?:(\d{1,3}(?:\.\d{1,2})?)%|(\d{1,9}))$/.exec(text) ?? []
    if (percent !== undefined && Number(percent) <= 100 && found.percent === undefined)
      found.percent = Number(percent)
    else if (records !== undefined && found.records === undefined) found.records = Number(records)
    else {
      c.mistakes.add(node.at, place, 'bad_number', { found: text })
      return null
    }
  }
  if (texts.length === 0) {
    c.mistakes.add(node.at, place, 'bad_number', { found: '[]' })
    return null
  }
  const { percent = 100, records } = found
  return { fusePercent: percent, ...(records === undefined ? {} : { fuseRecords: records }) }
}

const NEVER = new Set(['__proto__', 'constructor', 'prototype'])

function plainMap(c: Compiling, node: Node, place: string): Plain | null {
  if (node.is !== 'map') {
    c.mistakes.add(node.at, place, 'not_map')
    return null
  }
  return plainOf(c, node, place)
}

function plainOf(c: Compiling, node: MapNode, place: string): Plain {
  const plain: Record<string, PlainValue> = {}
  for (const { name, at, value } of node.entries.values()) {
    if (NEVER.has(name)) c.mistakes.add(at, place, 'forbidden_path', { found: name })
    else plain[name] = plainValue(c, value, `${place}.${name}`)
  }
  return plain
}

function plainValue(c: Compiling, node: Node, place: string): PlainValue {
  if (node.is === 'text') return node.text
  if (node.is === 'list') return node.members.map((member, i) => plainValue(c, member, `${place}.${i}`))
  return plainOf(c, node, place)
}
