import { type ParseArgsConfig, parseArgs } from 'node:util'
import { actions } from './link/actions.ts'
import { callOptions, type Given } from './link/options.ts'
import { nearest } from './nearest.ts'
import { callsTo } from './running-hub.ts'
import { missing, tooMany, WrongUsage, wrongOptions } from './wrong-usage.ts'

/** `hub link <action> … --hub URL --key KEY`: the links of a running hub, by its API. */
export async function linkCommand([action = '', ...rest]: readonly string[]): Promise<void> {
  const chosen = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (!chosen) throw unknownAction(action)
  const { values, positionals } = parsed(rest, chosen.options)
  const { hub, key, purpose } = values
  if (typeof hub !== 'string' || typeof key !== 'string') throw missing('--hub', '--key')
  const [link = '', more] = positionals
  if (chosen.namesLink && link === '') throw missing('<link>')
  const extra = chosen.namesLink ? more : link
  if (extra) throw tooMany(extra)
  try {
    const told = typeof purpose === 'string' ? { purpose } : {}
    const lines = await chosen.run(callsTo(hub, key, told), values, encodeURIComponent(link))
    for (const line of lines) console.log(line)
  } catch (error) {
    if (error instanceof WrongUsage) throw error
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

function unknownAction(action: string): WrongUsage {
  if (action === '') return new WrongUsage()
  const meant = nearest(action, Object.keys(actions))
  return new WrongUsage({
    en: `hub link knows no "${action}"${meant ? `; did you mean ${meant}?` : '.'}`,
    zh: `hub link 没有“${action}”${meant ? `，是否指 ${meant}？` : '。'}`,
  })
}

function parsed(
  argv: readonly string[],
  own: ParseArgsConfig['options'],
): { readonly values: Given; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: { ...callOptions, ...own } })
  } catch (error) {
    throw wrongOptions(error)
  }
}
