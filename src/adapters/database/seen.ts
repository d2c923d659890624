import { createHash, type Hash } from 'node:crypto'
import type { Page } from '#adapters/adapter.ts'
import type { PageWriter } from './ndjson.ts'
import type { ReadState } from './state.ts'

/** One page as it was read, with how much of it lies before the state that the reading began with. */
export interface Step {
  readonly page: Page<ReadState> & { readonly bytes: Buffer | null; readonly rows: number }
  readonly known: PageWriter['known']
  readonly isLast: boolean
}

const sha256 = (): Hash => createHash('sha256')

/**
 * A reading begins a little before the place where the last one ended, since rows may have come between. Where none has, which the digest in
 * the state shows, those rows are not given again. Pages are held back until it is known, up to so many bytes.
 */
export async function* withoutSeen(
  steps: AsyncIterable<Step>,
  seen: string | undefined,
  maxBytes: number,
): AsyncIterable<Page<ReadState>> {
  let held: Step[] | null = seen === undefined ? null : []
  let heldBytes = 0
  const digest = sha256()
  for await (const step of steps) {
    if (held === null) {
      yield step.page
      continue
    }
    const { page, known } = step
    held.push(step)
    digest.update(page.bytes?.subarray(0, known.bytes) ?? '')
    heldBytes += page.bytes?.length ?? 0
    if (known.rows === page.rows && !step.isLast && heldBytes <= maxBytes) continue
    if (digest.digest('hex') !== seen) for (const one of held) yield one.page
    else if (known.rows < page.rows)
      yield { ...page, bytes: (page.bytes as Buffer).subarray(known.bytes), rows: page.rows - known.rows }
    held = null
  }
}

/** Digests of what the next reading will meet first, if nothing changes until then. */
export interface Sight {
  add(writer: PageWriter, bytes: Buffer): void
  /** All rows of this reading; null where it did not begin at an end. */
  all(): string | null
  /** The rows at its end that share their value; null where some of them came before this reading. */
  tail(): string | null
}

/**
 * @param isAgain whether the reading begins at the end of one
 * @param valueBefore of the rows just before this reading, where it goes on in the middle of rows that may share it
 */
export function createSight(isAgain: boolean, valueBefore: string | null): Sight {
  const whole = isAgain ? sha256() : null
  let tail: Hash | null = null
  let value = valueBefore
  return {
    add(writer, bytes) {
      whole?.update(bytes)
      const [last = null] = writer.last
      if (writer.tailAt > 0 || last !== value) tail = sha256().update(bytes.subarray(writer.tailAt))
      else tail?.update(bytes)
      value = last
    },
    all: () => whole?.copy().digest('hex') ?? null,
    tail: () => tail?.copy().digest('hex') ?? null,
  }
}
