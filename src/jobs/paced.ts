/** Something that may be asked for at any rate. */
export interface Paced {
  ask(): void
  stop(): void
}

/**
 * Acts at once when it is asked to and, where it was asked again meanwhile, once more when `everyMs` have passed: no request is lost, and however many there are
 * it acts no more often than that.
 */
export function paced(everyMs: number, act: () => void): Paced {
  let timer: NodeJS.Timeout | null = null
  let again = false
  let stopped = false
  const actNow = (): void => {
    again = false
    act()
    timer = setTimeout(() => {
      timer = null
      if (again && !stopped) actNow()
    }, everyMs)
    timer.unref()
  }
  return {
    ask() {
      if (stopped) return
      if (timer) again = true
      else actNow()
    },
    stop() {
      stopped = true
      if (timer) clearTimeout(timer)
    },
  }
}
