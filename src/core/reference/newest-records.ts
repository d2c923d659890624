const KEPT = 20

/** The newest records that say something, newest first, as they come and go. Bounded: of the older ones only the number is known. */
export interface NewestRecords {
  readonly put: (recordId: string) => void
  readonly drop: (recordId: string) => void
  readonly list: () => readonly string[]
}

export function newestRecords(known: readonly string[]): NewestRecords {
  let list = [...known]
  return {
    put: (recordId) => {
      list = [recordId, ...list.filter((one) => one !== recordId)].slice(0, KEPT)
    },
    drop: (recordId) => {
      list = list.filter((one) => one !== recordId)
    },
    list: () => list,
  }
}
