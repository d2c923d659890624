import type { Sheet } from '#adapters/paging/listing.ts'
import { type PagingState, SEEN_MAX } from '#adapters/paging/state.ts'
import { greatest } from './values.ts'
import { stateValue, valueText, type Watermark } from './watermark.ts'

interface Recent {
  readonly mark: string
  /** Of a mark that came with the state: about that of the state. */
  readonly value: bigint
  readonly isOfState?: true
}

/** How far a reading has come, and by which marks the rows of the last values are known again. */
export interface Progress {
  /** What is committed: never beyond what is held to be complete, never less than before. */
  readonly value: bigint | null
  /** Number of the last row at the value, where it is known. */
  readonly id: string | undefined
  /** Notes the rows of a page; true where one of them is new. */
  note(sheet: Sheet, values: readonly (bigint | null)[]): boolean
  /** Moves the value on, if it is beyond. */
  reach(value: bigint, id?: string): void
  state(): PagingState
}

/** @throws AdapterError config for a state of another form */
export function progressOf(watermark: Watermark, state: PagingState): Progress {
  let value = stateValue(state.value, watermark.isTime)
  let id = value === null ? undefined : state.id
  // Behind a row of a known number nothing comes twice.
  const needsMarks = !watermark.takesId || watermark.overlap > 0n
  let recent: Recent[] = (state.seen ?? []).map((mark) => ({ mark, value: value ?? 0n, isOfState: true }))
  const known = new Set(state.seen)
  let newest: bigint | null = null

  /**
   * Tells of a value whether its row may be a known one. Most are beyond everything that is known, and a digest of every row would take
   * longer than all the rest.
   */
  const knownTest = (): ((one: bigint | null) => boolean) => {
    if (known.size === 0) return () => false
    const isAny = newest === null || recent.some(({ isOfState }) => isOfState)
    return (one) => isAny || one === null || newest === null || one <= newest
  }

  return {
    get value() {
      return value
    },
    get id() {
      return id
    },
    note(sheet, values) {
      if (!needsMarks) return sheet.count > 0
      const top = greatest(values)
      if (top === null) return sheet.count > 0
      const mayBeKnown = knownTest()
      // What the next reading is given again.
      const least = watermark.floor(top - watermark.overlap)
      const first = watermark.isOrdered ? sheet.count - SEEN_MAX : 0
      let isNew = false
      values.forEach((found, index) => {
        const one = found ?? top
        const isKept = one >= least && index >= first
        const mark = isKept || mayBeKnown(found) ? watermark.mark(sheet, index) : undefined
        if (mark !== undefined && known.has(mark)) return
        isNew = true
        if (mark === undefined || !isKept) return
        known.add(mark)
        recent.push({ mark, value: one })
        if (newest === null || one > newest) newest = one
      })
      return isNew
    },
    reach(next, ofId) {
      if (value !== null && (next < value || (next === value && ofId === undefined))) return
      value = next
      id = ofId
    },
    state() {
      const least = value === null ? null : watermark.floor(value - watermark.overlap)
      recent = recent
        .filter((one) => least === null || one.value >= least)
        .sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0))
        .slice(-SEEN_MAX)
      known.clear()
      for (const { mark } of recent) known.add(mark)
      return {
        ...(value === null ? {} : { value: valueText(value, watermark.isTime) }),
        ...(id === undefined ? {} : { id }),
        ...(recent.length > 0 ? { seen: recent.map(({ mark }) => mark) } : {}),
      }
    },
  }
}
