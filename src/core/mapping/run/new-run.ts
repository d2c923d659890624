import type { SourceRecord } from '#core/source.ts'
import type { Row, Run } from './run.ts'

export const NO_ROW: Row = Object.freeze(Object.create(null))

/** The state of a mapping before its first record. */
export function newRun(): Run {
  const source: SourceRecord = { index: 0, path: '', value: null, place: (field) => field, issues: [] }
  return {
    serial: 0,
    source,
    row: NO_ROW,
    prefix: '',
    field: '',
    flags: 0,
    rejected: false,
    emitted: 0,
    isVoid: false,
    issues: [],
    refusals: 0,
    raw: null,
    year: 0,
    day: '',
    now: '',
    tomorrow: '',
    unit: undefined,
    massKg: undefined,
    band: undefined,
    productClass: undefined,
    expected: null,
    seen: null,
  }
}
