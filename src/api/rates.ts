/** What a caller may use: so many units in a second, saved up for `BURST_S`. */
const BURST_S = 10
/** A process takes units for so many seconds at a time, so that most requests ask nobody. */
const BLOCK_S = 1

interface Account {
  /** Units that are charged already and not used yet; below zero where more was used. */
  left: number
  /** Until when nothing is admitted. */
  blockedUntilMs: number
  /** When all that is charged will be given back, as far as this process knows. */
  fullAtMs: number
  isAsking: boolean
}

/** What became of a request: admitted where `waitMs` is 0. */
export interface Taken {
  readonly waitMs: number
  /** Units that may still be used at once. */
  readonly remaining: number
}

/** A rate for each caller, held over all processes. */
export interface Rates {
  /** Units that may be used at once, and the seconds in which they come back; for the header `RateLimit-Policy`. */
  readonly quota: number
  readonly windowS: number
  take(caller: string, units: number): Taken
  /** Takes more afterwards: a message had more records than its bytes told. */
  charge(caller: string, units: number): void
  readonly size: number
}

export interface RateParts {
  readonly unitsPerSecond: number
  /** Charges milliseconds of the rate in the store of all processes; gives how far ahead of now the caller is. */
  readonly ask: (caller: string, costMs: number) => Promise<number>
  /** Milliseconds that only grow. */
  readonly clock: () => number
  /** Most callers remembered; the one that came first is forgotten first. */
  readonly callers: number
}

/**
 * Nobody waits for the store: a process lends each caller one block, charges it once half is used, and stops him when the store says that all processes
 * together gave too much. In any time, what all admit is at most the burst, what the rate gives in that time, and two blocks a process. While the store
 * cannot be asked, a process admits its blocks by its own clock.
 */
export function createRates({ unitsPerSecond, ask, clock, callers }: RateParts): Rates {
  const block = unitsPerSecond * BLOCK_S
  const burst = unitsPerSecond * BURST_S
  const accounts = new Map<string, Account>()

  const accountOf = (caller: string): Account => {
    const known = accounts.get(caller)
    if (known) return known
    const made = { left: block, blockedUntilMs: 0, fullAtMs: 0, isAsking: false }
    accounts.set(caller, made)
    if (accounts.size > callers) accounts.delete(accounts.keys().next().value as string)
    return made
  }

  const refill = (caller: string, account: Account): void => {
    if (account.isAsking || account.left >= block / 2) return
    account.isAsking = true
    const units = block - account.left
    const costMs = (units / unitsPerSecond) * 1000
    void ask(caller, costMs)
      // Where nobody can be asked, this process alone keeps count.
      .catch(() => Math.max(0, account.fullAtMs - clock()) + costMs)
      .then((aheadMs) => {
        account.fullAtMs = clock() + aheadMs
        account.blockedUntilMs = account.fullAtMs - BURST_S * 1000
        account.left += units
        account.isAsking = false
      })
  }

  const remaining = ({ left, fullAtMs }: Account, now: number): number =>
    Math.max(0, Math.floor(burst - (Math.max(0, fullAtMs - now) / 1000) * unitsPerSecond + Math.min(left, 0)))

  const use = (caller: string, units: number): Account => {
    const account = accountOf(caller)
    account.left -= units
    refill(caller, account)
    return account
  }

  return {
    quota: burst,
    windowS: BURST_S,
    take(caller, units) {
      const now = clock()
      const account = accountOf(caller)
      if (account.blockedUntilMs > now)
        return { waitMs: Math.ceil(account.blockedUntilMs - now), remaining: 0 }
      // The store has not answered yet, and a block is owed already.
      if (account.left <= -block) return { waitMs: BLOCK_S * 1000, remaining: 0 }
      return { waitMs: 0, remaining: remaining(use(caller, units), now) }
    },
    charge(caller, units) {
      use(caller, units)
    },
    get size() {
      return accounts.size
    },
  }
}
