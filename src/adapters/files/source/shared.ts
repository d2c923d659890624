import type { FilePlace } from '#adapters/files/places/port.ts'

/** A place that several use: it is closed when the last of them lets go, or the work has to end. */
export interface SharedPlace {
  readonly place: FilePlace
  readonly isOpen: () => boolean
  /** Keeps it open; the answer lets go, once. */
  hold(): () => void
}

export function sharePlace(place: FilePlace, signal: AbortSignal): SharedPlace {
  let holders = 0
  let isOpen = true
  const close = (): void => {
    if (!isOpen) return
    isOpen = false
    signal.removeEventListener('abort', close)
    place.close()
  }
  signal.addEventListener('abort', close, { once: true })
  return {
    place,
    isOpen: () => isOpen,
    hold() {
      holders++
      let holds = true
      return () => {
        if (!holds) return
        holds = false
        if (--holders === 0) close()
      }
    },
  }
}
