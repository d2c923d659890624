/** Generations of the commitment certificate. */
export type PromiseForm = '2019' | '2021' | '2026'

/** Codes of 承诺依据: the same number means another thing in each form; the pilot of 2019 had none. */
const BASIS: Readonly<Record<PromiseForm, Readonly<Record<string, string>>>> = {
  '2019': {},
  '2021': { '1': '委托检测', '2': '自我检测', '3': '内部质量控制', '4': '自我承诺' },
  '2026': { '1': '质量安全控制符合要求', '2': '自行检测合格', '3': '委托检测合格' },
}

export interface PromiseBasis {
  /** Words of the form, in the order written. */
  readonly basis: readonly string[]
  /** Codes that the form does not have, as written. */
  readonly unknown: readonly string[]
}

/** What the form takes: each code with its words. */
export const basisTaken = (form: PromiseForm): string[] =>
  Object.entries(BASIS[form]).map(([code, words]) => `${code} ${words}`)

/** Reads the codes of 承诺依据, `1,2` or one by one, by the form of the certificate; words of the form may stand for codes. */
export function promiseBasis(form: PromiseForm, written: string | readonly string[]): PromiseBasis {
  const codes = (typeof written === 'string' ? written : written.join(','))
    .normalize('NFKC')
    .split(/[,、;\s]+/u)
    .filter((code) => code !== '')
  const table = BASIS[form]
  const words = new Set(Object.values(table))
  const wordOf = (code: string) =>
    Object.hasOwn(table, code) ? table[code] : words.has(code) ? code : undefined
  return {
    basis: [...new Set(codes.flatMap((code) => wordOf(code) ?? []))],
    unknown: codes.filter((code) => wordOf(code) === undefined),
  }
}
