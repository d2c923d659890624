import { parseArgs } from 'node:util'
import { type Call, callsTo } from './running-hub.ts'
import { WrongUsage } from './wrong-usage.ts'

/**
 * `hub peer add|list --hub URL --key KEY`: joins a running hub with another. On each side once without `--to`, which gives the key for the
 * other, and once with the address and the key that the other side gave.
 */
export async function peerCommand([action, ...rest]: readonly string[]): Promise<void> {
  if (action !== 'add' && action !== 'list') throw new WrongUsage()
  const { values, system } = parsed(rest)
  const call = callsTo(values.hub, values.key)
  try {
    console.log(
      JSON.stringify(action === 'list' ? await call('GET', '/v1/hub') : await add(call, system, values)),
    )
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

async function add(
  call: Call,
  system: string | undefined,
  { id, carries, to, token, allow, sees }: ReturnType<typeof parsed>['values'],
): Promise<object> {
  if (system === undefined || (to === undefined) !== (token === undefined)) throw new WrongUsage()
  if (to === undefined) {
    if (id === undefined) throw new WrongUsage()
    return await call('POST', '/v1/peers', {
      system,
      hub: id,
      ...(carries ? { carries: listOf(carries) } : {}),
    })
  }
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

const listOf = (text: string): string[] => text.split(',').map((part) => part.trim())

function parsed(argv: readonly string[]) {
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
    const { hub, key } = values
    if (hub === undefined || key === undefined || positionals.length > 1) throw new WrongUsage()
    return { values: { ...values, hub, key }, system: positionals[0] }
  } catch {
    throw new WrongUsage()
  }
}
