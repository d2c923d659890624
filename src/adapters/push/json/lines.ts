import { isRow, sourceRecord } from '#adapters/push/record.ts'
import type { Issue } from '#core/issue.ts'
import type { SourceRecord } from '#core/source.ts'

/** What the record around its lines is called in them, as in the joined rows of XML. */
const BASE = 'base'

/**
 * The source records of a record that holds a list of them, such as the goods of a delivery: each member of the list `name`, completed by
 * the record around it as `base`. One without members stays one record with an issue, so that none is lost. Counts on from call to call.
 * @param whole the list tells all lines that there are: an empty one says that there are none
 */
export function createInnerReader(name: string, whole = false): (record: SourceRecord) => SourceRecord[] {
  let index = 0
  return (record) => {
    const { value } = record
    // What is no object has its issue already.
    if (!isRow(value)) return [{ ...record, index: index++ }]
    const { [name]: list, ...base } = value
    const first = index
    if (whole && Array.isArray(list) && list.length === 0) {
      const placing = (_: string, field: string): string => placeOf(record, name, field)
      const alone = sourceRecord(
        index++,
        record.path,
        { [BASE]: base },
        placing,
        record.issues,
        record.envelope,
      )
      return [{ ...alone, whole: { first, lines: [], alone: true } }]
    }
    if (!Array.isArray(list) || list.length === 0) {
      const issue = withoutLines(record, name, list !== undefined && list !== null && !Array.isArray(list))
      return [{ ...record, index: index++, issues: [...record.issues, issue] }]
    }
    const lines = list.map((line, i) => {
      const path = record.place(`${name}.${i}`)
      const found = record.issues.filter((issue) => isOf(issue.path, path, record.place(name)))
      const issues = isRow(line) ? found : [...found, notAnObject(path)]
      const placing = (_: string, field: string): string => placeOf(record, `${name}.${i}`, field)
      return sourceRecord(
        index++,
        path,
        isRow(line) ? { ...line, [BASE]: base } : line,
        placing,
        issues,
        record.envelope,
      )
    })
    if (!whole) return lines
    const last = lines.length - 1
    return lines.map((line, i) => ({ ...line, whole: i === last ? { first, lines } : { first } }))
  }
}

function placeOf(record: SourceRecord, line: string, field: string): string {
  if (field === BASE) return record.path
  return record.place(field.startsWith(`${BASE}.`) ? field.slice(BASE.length + 1) : `${line}.${field}`)
}

/** Whether an issue is one of a line: found in it, or in what all lines share. */
const isOf = (at: string, line: string, list: string): boolean => isWithin(at, line) || !isWithin(at, list)

const isWithin = (at: string, place: string): boolean =>
  at === place || (at.startsWith(place) && /[/.]/.test(at.charAt(place.length)))

function withoutLines(record: SourceRecord, name: string, isOther: boolean): Issue {
  return {
    path: record.place(name),
    code: 'E_SCHEMA',
    reason: isOther ? 'not a list' : 'the list of lines is empty',
    fix: 'send the lines as a list of objects, at least one',
  }
}

const notAnObject = (path: string): Issue => ({
  path,
  code: 'E_SCHEMA',
  reason: 'not an object',
  fix: 'send each record as an object',
})
