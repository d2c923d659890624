import { parseArgs } from 'node:util'
import { type Call, callsTo } from './running-hub.ts'
import { WrongUsage } from './wrong-usage.ts'

/** `hub case list|show|event|open --hub URL --key KEY`: goods that failed a test or were stopped, and what is said of them. */
export async function caseCommand([action, ...rest]: readonly string[]): Promise<void> {
  const { values, positionals } = parsed(rest)
  const call = callsTo(values.hub, values.key)
  try {
    console.log(JSON.stringify(await ask(call, action, positionals, values), null, 2))
  } catch (error) {
    if (error instanceof WrongUsage) throw error
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

async function ask(
  call: Call,
  action: string | undefined,
  [subject, event, ...more]: readonly string[],
  { state, region, product, reason, at, quantity, method, note }: ReturnType<typeof parsed>['values'],
): Promise<unknown> {
  if (more.length > 0 || (action !== 'event' && event !== undefined)) throw new WrongUsage()
  if (action === 'list' && subject === undefined) {
    const wanted = Object.entries({ state, region, product }).filter(([, value]) => value !== undefined)
    const query = new URLSearchParams(wanted as [string, string][]).toString()
    return await call('GET', `/v1/cases${query ? `?${query}` : ''}`)
  }
  if (subject === undefined) throw new WrongUsage()
  if (action === 'show') return await call('GET', `/v1/cases/${encodeURIComponent(subject)}`)
  if (action === 'open' && reason !== undefined)
    return await call('POST', '/v1/cases', { code: subject, reason })
  if (action !== 'event' || event === undefined) throw new WrongUsage()
  const said = Object.entries({ at, quantity, method, note }).filter(([, value]) => value !== undefined)
  return await call('POST', `/v1/cases/${encodeURIComponent(subject)}/events`, {
    event,
    ...Object.fromEntries(said),
  })
}

function parsed(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const options = {
    hub: text,
    key: text,
    state: text,
    region: text,
    product: text,
    reason: text,
    at: text,
    quantity: text,
    method: text,
    note: text,
  }
  try {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options })
    const { hub, key } = values
    if (hub === undefined || key === undefined) throw new WrongUsage()
    return { values: { ...values, hub, key }, positionals }
  } catch {
    throw new WrongUsage()
  }
}
