import { parseArgs } from 'node:util'
import { actions } from './link/actions.ts'
import { options } from './link/options.ts'
import { callsTo } from './running-hub.ts'
import { WrongUsage } from './wrong-usage.ts'

/** `hub link <action> … --hub URL --key KEY`: the links of a running hub, by its API. */
export async function linkCommand([action = '', ...rest]: readonly string[]): Promise<void> {
  if (!Object.hasOwn(actions, action)) throw new WrongUsage()
  const { values, positionals } = parsed(rest)
  const { hub, key, purpose } = values
  const chosen = actions[action as keyof typeof actions]
  if (hub === undefined || key === undefined || positionals.length !== (chosen.namesLink ? 1 : 0)) {
    throw new WrongUsage()
  }
  try {
    const lines = await chosen.run(
      callsTo(hub, key, { purpose }),
      values,
      encodeURIComponent(positionals[0] ?? ''),
    )
    for (const line of lines) console.log(line)
  } catch (error) {
    if (error instanceof WrongUsage) throw error
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options })
  } catch {
    throw new WrongUsage()
  }
}
