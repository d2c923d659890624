import type { Pool } from 'pg'
import type { HeldAliases } from '#core/products/aliases.ts'
import { readAliasesSince } from '#store/product-aliases.ts'

/** An alias that is decided in another process counts here within this time. */
export const ALIASES_EVERY_MS = 2000

/** Brings the aliases up to date, where there is anything new. */
export async function refreshAliases(pool: Pool, held: HeldAliases): Promise<void> {
  const found = await readAliasesSince(pool, held.revision)
  if (found) held.replace(found.aliases, found.revision)
}

/** Keeps them up to date until it is stopped. A database that is away for a moment leaves those that are known. */
export function keepAliases(
  pool: Pool,
  held: HeldAliases,
  onError: (error: unknown) => void,
): { stop(): void } {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const again = (): void => {
    if (stopped) return
    timer = setTimeout(() => {
      refreshAliases(pool, held)
        .catch((error: unknown) => {
          if (!stopped) onError(error)
        })
        .finally(again)
    }, ALIASES_EVERY_MS)
    timer.unref()
  }
  again()
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
