/** A count with its noun: `1 record`, `2 records`. @param many where it is not the one with an s */
export const counted = (count: number | string, one: string, many = `${one}s`): string =>
  `${count} ${inNumber(count, one, many)}`

/** The word that agrees with a count: `is` or `are`. */
export const inNumber = (count: number | string, one: string, many: string): string =>
  String(count) === '1' ? one : many

/** `{records:record|records}`: the words before the bar where the value is 1, else those behind it. */
const CHOICE = /\{(\w+):([^|{}]*)\|([^{}]*)\}/g

/** A sentence with the words that agree with its values; the values themselves are still to be filled in. */
export const agreeing = (sentence: string, values: Readonly<Record<string, unknown>>): string =>
  sentence.replace(CHOICE, (_whole, name: string, one: string, many: string) =>
    inNumber(String(values[name]), one, many),
  )
