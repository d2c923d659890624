import { parseArgs } from 'node:util'
import { type Call, callsTo } from './running-hub.ts'
import { missing, tooMany, WrongUsage, wrongOptions } from './wrong-usage.ts'

/**
 * `hub peer add|list --hub URL --key KEY`: joins a running hub with another. On each side once without `--to`, which gives the key for the
 * other, and once with the address and the key that the other side gave.
 */
export async function peerCommand([action, ...rest]: readonly string[]): Promise<void> {
  if (action !== 'add' && action !== 'list') throw new WrongUsage()
  const given = parsed(rest)
  if (action === 'list') refuse(given, ['system', ...REGISTERING, ...LINKING], notInList)
  const call = callsTo(given.hub, given.key)
  try {
    console.log(JSON.stringify(action === 'list' ? await call('GET', '/v1/hub') : await add(call, given)))
  } catch (error) {
    if (error instanceof WrongUsage) throw error
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

async function add(call: Call, given: Given): Promise<object> {
  const { system, id, carries, to, token, allow, sees } = given
  if (system === undefined) throw missing('<system>')
  if (to === undefined) {
    refuse(given, LINKING, needsTo)
    if (id === undefined) throw missing('--id')
    return await call('POST', '/v1/peers', {
      system,
      hub: id,
      ...(carries ? { carries: listOf(carries) } : {}),
    })
  }
  refuse(given, REGISTERING, notWithTo)
  if (token === undefined) throw missing('--token')
  const { id: link, secret } = await call('POST', '/v1/links', {
    name: system,
    system,
    url: to,
    token,
    ...(allow ? { allowAddress: listOf(allow) } : {}),
    ...(sees ? { sees: listOf(sees) } : {}),
  })
  return { system, link, secret }
}

const REGISTERING = ['id', 'carries'] as const
const LINKING = ['to', 'token', 'allow', 'sees'] as const

/** Registering and linking are two calls: an option of the other one would be passed over. */
function refuse(given: Given, names: readonly (keyof Given)[], says: (name: string) => Wrong): void {
  const wrong = names.find((name) => given[name] !== undefined)
  if (wrong !== undefined) throw new WrongUsage(says(`--${wrong}`))
}

interface Wrong {
  readonly en: string
  readonly zh: string
}

const needsTo = (name: string): Wrong => ({ en: `${name} goes with --to.`, zh: `${name} 须与 --to 同用。` })
const notInList = (name: string): Wrong => ({ en: `${name} is nothing for list.`, zh: `list 不带 ${name}。` })
const notWithTo = (name: string): Wrong => ({
  en: `${name} does not go with --to.`,
  zh: `${name} 不能与 --to 同用。`,
})

const listOf = (text: string): string[] => text.split(',').map((part) => part.trim())

interface Given {
  readonly hub: string
  readonly key: string
  readonly system?: string | undefined
  readonly id?: string | undefined
  readonly carries?: string | undefined
  readonly to?: string | undefined
  readonly token?: string | undefined
  readonly allow?: string | undefined
  readonly sees?: string | undefined
}

function parsed(argv: readonly string[]): Given {
  const text = { type: 'string' } as const
  const options = {
    hub: text,
    key: text,
    id: text,
    carries: text,
    to: text,
    token: text,
    allow: text,
    sees: text,
  }
  try {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options })
    const { hub, key, ...rest } = values
    if (hub === undefined || key === undefined) throw missing('--hub', '--key')
    const [system, more] = positionals
    if (more !== undefined) throw tooMany(more)
    return { ...rest, hub, key, system }
  } catch (error) {
    throw wrongOptions(error)
  }
}
