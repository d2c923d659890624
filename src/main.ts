import { commands } from './cli/commands.ts'
import { usage } from './cli/usage.ts'
import { WrongUsage } from './cli/wrong-usage.ts'

/** The command line `hub <command> …`; ends the process with 1 after a mistake that a person can mend. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', ignoreGone)
  const [name = 'help', ...rest] = argv
  const command = commands[name]
  if (!command) {
    console.error(usage(name === 'help' || name === '--help' ? undefined : name))
    process.exitCode = name === 'help' || name === '--help' ? 0 : 1
    return
  }
  const run = await command.load()
  try {
    await run(rest)
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error
    if (error.message !== '') console.error(error.message)
    console.error(usage(undefined, name))
    process.exitCode = 1
  }
}

/** Who reads what is printed may have seen enough, as `head` has: that is no mistake, and the command goes on to its end. */
function ignoreGone(error: Error & { readonly code?: string }): void {
  if (error.code !== 'EPIPE') throw error
}
