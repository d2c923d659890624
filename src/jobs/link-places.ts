/** Says that a request to the receiver of a link is under way, or that it ended. */
export type OnAsking = (isOpen: boolean) => void

/** Places for deliveries over links in this process. */
export interface LinkPlaces {
  /**
   * Delivers over a link. One whose last delivery failed begins only in a lane of its own; where that is full it is not begun, and asked for
   * again when a place of it is free. Every other one waits for its place.
   * @param deliver settles with whether the receiver failed; undefined says nothing of it, and what is known stays
   */
  run(link: string, deliver: (onAsking: OnAsking) => Promise<boolean | undefined>): Promise<void>
}

/** Deliveries at once whose receivers answer. */
export const LINKS_AT_ONCE = 32
/** Deliveries at once beside them that wait for receivers which do not answer. */
export const HANGING_AT_ONCE = 32
/** Of those, how many may be over links whose last delivery failed: the others are for receivers that begin to hang now. */
const PROBING_AT_ONCE = HANGING_AT_ONCE / 2
/** Longer than this a receiver that is well takes for no answer; from then on its delivery takes no place of those that get one. */
const HANGS_AFTER_MS = 1000

/** @param again asks for a delivery that was not begun */
export function createLinkPlaces(
  again: (link: string) => void,
  { hangsAfterMs = HANGS_AFTER_MS }: { readonly hangsAfterMs?: number } = {},
): LinkPlaces {
  const failed = new Set<string>()
  const putOff = new Set<string>()
  const waiting: (() => void)[] = []
  let running = 0
  let hanging = 0
  let probing = 0
  const isFree = (): boolean => running - Math.min(hanging, HANGING_AT_ONCE) < LINKS_AT_ONCE
  const letIn = (): void => {
    while (waiting.length > 0 && isFree()) {
      running++
      waiting.shift()?.()
    }
  }
  const place = async (): Promise<void> => {
    if (isFree() && waiting.length === 0) running++
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }
  /** Counts a delivery among those that hang as long as its receiver does not answer. */
  const watch = (isProbe: boolean): { readonly onAsking: OnAsking; readonly end: () => void } => {
    let hangs = false
    let timer: NodeJS.Timeout | undefined
    const set = (does: boolean): void => {
      if (hangs === does) return
      hangs = does
      hanging += does ? 1 : -1
      letIn()
    }
    // Nobody knows of it whether it answers.
    set(isProbe)
    const end = (): void => {
      clearTimeout(timer)
      set(false)
    }
    const onAsking = (isOpen: boolean): void => {
      if (!isOpen) end()
      else timer = setTimeout(set, hangsAfterMs, true).unref()
    }
    return { onAsking, end }
  }

  const deliverNow = async (
    link: string,
    deliver: Parameters<LinkPlaces['run']>[1],
    isProbe: boolean,
  ): Promise<void> => {
    const watched = watch(isProbe)
    try {
      const hasFailed = await deliver(watched.onAsking)
      if (hasFailed) failed.add(link)
      else if (hasFailed === false) failed.delete(link)
    } finally {
      watched.end()
      running--
      letIn()
    }
  }

  return {
    async run(link, deliver) {
      if (!failed.has(link)) {
        await place()
        await deliverNow(link, deliver, false)
        return
      }
      if (probing >= PROBING_AT_ONCE) {
        putOff.add(link)
        return
      }
      probing++
      running++
      try {
        await deliverNow(link, deliver, true)
      } finally {
        probing--
        const [next] = putOff
        if (next !== undefined) {
          putOff.delete(next)
          again(next)
        }
      }
    },
  }
}
