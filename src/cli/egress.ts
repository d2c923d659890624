import { parseArgs } from 'node:util'
import { changeHubEgress } from '#flow/partners/egress.ts'
import { readHubEgress } from '#store/egress.ts'
import { withOwnDatabase } from './own-database.ts'
import { sentenceOf, settingsOrExit } from './process.ts'
import { WrongUsage, wrongOptions } from './wrong-usage.ts'

/** `hub egress [--allow HOST|CIDR[:PORT]… | --any | --nothing]`: shows or sets where the hub may go for what is of no partner, in the database of the settings. */
export async function egressCommand(argv: readonly string[]): Promise<void> {
  const { allow = [], any = false, nothing = false } = parsed(argv)
  const chosen = [allow.length > 0, any, nothing].filter(Boolean).length
  if (chosen > 1) throw new WrongUsage()
  try {
    await withOwnDatabase(settingsOrExit(process.env), { name: 'egress' }, async (pool) => {
      const egress =
        chosen === 1 ? await changeHubEgress(pool, any ? null : allow) : await readHubEgress(pool)
      console.log(JSON.stringify({ egress }, null, 2))
    })
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        allow: { type: 'string', multiple: true },
        any: { type: 'boolean' },
        nothing: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw wrongOptions(error)
  }
}
