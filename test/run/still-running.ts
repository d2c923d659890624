import type { Reporter, TestModule } from 'vitest/node'

/** The longest files take two minutes where nothing else runs. */
const LONG_MS = 300_000
const LOOK_MS = 60_000

/** Says which files go on for long: of a run that is ended because it hangs that is all that is known. */
export default class StillRunning implements Reporter {
  readonly #begun = new Map<string, number>()
  #looking: NodeJS.Timeout | undefined

  onTestRunStart(): void {
    this.#looking = setInterval(() => this.#say(), LOOK_MS)
    this.#looking.unref()
  }
  onTestModuleStart({ relativeModuleId }: TestModule): void {
    this.#begun.set(relativeModuleId, performance.now())
  }
  onTestModuleEnd({ relativeModuleId }: TestModule): void {
    this.#begun.delete(relativeModuleId)
  }
  onTestRunEnd(): void {
    clearInterval(this.#looking)
  }

  #say(): void {
    for (const [file, begun] of this.#begun) {
      const ms = performance.now() - begun
      if (ms > LONG_MS) console.log(`Still running after ${Math.round(ms / 1000)} s: ${file}`)
    }
  }
}
