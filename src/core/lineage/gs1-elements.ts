import { gs1CheckOk } from '#core/identifiers/gs1.ts'

/** Before the data a scanner may say what symbol it read: `]C1`, `]d2`, `]Q3`. */
const SYMBOL = /^\][A-Za-z]\d/
/** Ends an element of no fixed length (FNC1). */
const END = '\u001d'
/** Digits of the elements that are of a fixed length, with those of their identifier, by its first two digits (GS1 General Specifications, 7.8.5). */
const FIXED: ReadonlyMap<string, number> = new Map([
  ['00', 20],
  ...['01', '02', '03'].map((ai) => [ai, 16] as const),
  ['04', 18],
  ...['11', '12', '13', '14', '15', '16', '17', '18', '19'].map((ai) => [ai, 8] as const),
  ['20', 4],
  ...['31', '32', '33', '34', '35', '36'].map((ai) => [ai, 10] as const),
  ['41', 16],
])
const VALUE = /^[!-~]{1,20}$/

/**
 * A GTIN with its lot, then with its serial, of an element string as it is printed, `(01)…(17)…(10)…`, or as a scanner gives it:
 * `01<GTIN-14>10<lot>` and `01<GTIN-14>21<serial>`. Empty for any other text.
 */
export function readElements(text: string): string[] {
  const code = text.replace(SYMBOL, '')
  const elements = code.startsWith('(') ? printed(code) : scanned(code)
  const gtin = elements.get('01')
  if (gtin === undefined || !/^\d{14}$/.test(gtin) || !gs1CheckOk(gtin)) return []
  return ['10', '21'].flatMap((ai) => {
    const value = elements.get(ai)
    return value !== undefined && VALUE.test(value) ? [`01${gtin}${ai}${value}`] : []
  })
}

const printed = (code: string): ReadonlyMap<string, string> =>
  new Map(
    [...code.matchAll(/\((\d{2,4})\)((?:(?!\(\d{2,4}\)).)*)/gs)].map(([, ai = '', value = '']) => [
      ai,
      value,
    ]),
  )

function scanned(code: string): ReadonlyMap<string, string> {
  const elements = new Map<string, string>()
  let rest = code
  while (rest !== '') {
    const ai = rest.slice(0, 2)
    const fixed = FIXED.get(ai)
    const end = rest.indexOf(END)
    const length = fixed ?? (end < 0 ? rest.length : end)
    elements.set(ai, rest.slice(2, length))
    const next = rest.slice(length)
    rest = next.startsWith(END) ? next.slice(1) : next
  }
  return elements
}
