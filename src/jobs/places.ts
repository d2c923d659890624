/** Places for work of one kind in this process: each name has one at most, and there are so many of them. */
export interface Places {
  /** Begins the work, unless its name has a place or none is free. Settles as the work does, at once where it was not begun. */
  run(name: string, work: () => Promise<unknown>): Promise<void>
  /** Resolves when nothing is under way. */
  idle(): Promise<unknown>
}

/** @param may whether work may still begin */
export function createPlaces(most: number, may: () => boolean): Places {
  const taken = new Map<string, Promise<unknown>>()
  return {
    async run(name, work) {
      if (taken.has(name) || taken.size >= most || !may()) return
      const done = work().finally(() => taken.delete(name))
      taken.set(name, done)
      await done
    },
    idle: () => Promise.allSettled(taken.values()),
  }
}
