const KEPT = 20

/** The newest records that say something, newest first, as they come and go. Bounded: of the older ones only the number is known. */
export interface NewestRecords {
  readonly put: (recordId: string) => void
  readonly drop: (recordId: string) => void
  readonly list: () => readonly string[]
}

export function newestRecords(known: readonly string[]): NewestRecords {
  const list = [...known]
  const drop = (recordId: string): void => {
    const at = list.indexOf(recordId)
    if (at >= 0) list.splice(at, 1)
  }
  return {
    // A page of the log says most descriptions hundreds of times: nothing is copied.
    put: (recordId) => {
      drop(recordId)
      if (list.length >= KEPT) list.length = KEPT - 1
      list.unshift(recordId)
    },
    drop,
    list: () => list,
  }
}
