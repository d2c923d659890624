/** A process that runs the embedded database of the folder named as its argument until SIGTERM; tests kill it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEmbedded } from '#cli/embedded.ts'
import { StartRefusal } from '#store/refusal.ts'

const [dataDir = '', stateRoot] = process.argv.slice(2)
const say = (facts: object) => process.stdout.write(`${JSON.stringify(facts)}\n`)
const silent = { info: () => {}, warn: () => {}, error: () => {} }
try {
  const embedded = await startEmbedded({ dataDir, log: silent, ...(stateRoot ? { stateRoot } : {}) })
  const pid = Number(readFileSync(join(embedded.data, 'postmaster.pid'), 'utf8').split('\n')[0])
  const { url, port, data } = embedded
  const awake = setInterval(() => {}, 1000)
  // Heard before the facts are told: the test may answer them at once.
  process.once('SIGTERM', async () => {
    await embedded.stop()
    clearInterval(awake)
    say({ stopped: true })
  })
  say({ url, port, data, pid })
} catch (error) {
  say({ refused: error instanceof StartRefusal ? error.message : String(error) })
  process.exitCode = 1
}
