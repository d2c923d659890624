import { basisTaken, type PromiseForm, promiseBasis } from '#core/documents/promise-basis.ts'

/**
 * `call`: the way out for what no verb can say: a function of this list, by its name, on texts. Each has its own test. One that is
 * needed by a third system becomes a verb.
 */
export const CALL_EXAMPLE = {
  mapping: '{ call: promise-basis, args: [ basis, { const: "2026" } ] }',
  target: 'findings',
  in: { basis: '1,2' },
  out: ['质量安全控制符合要求', '自行检测合格'],
} as const

/** What a call gives: texts, and those of them that the function did not know. */
export interface CallAnswer {
  readonly values: readonly string[]
  readonly unknown: readonly string[]
}

interface Call {
  /** Number of arguments. The first must have a value, or the call gives nothing. */
  readonly takes: number
  readonly says: { readonly en: string; readonly zh: string }
  run(args: readonly (string | undefined)[]): CallAnswer
  /** What the function knows, for who sent something else. */
  takesOneOf(args: readonly (string | undefined)[]): readonly string[]
}

const NONE: CallAnswer = { values: [], unknown: [] }
const FORMS: readonly string[] = ['2019', '2021', '2026'] satisfies PromiseForm[]

export const CALLS = {
  'promise-basis': {
    takes: 2,
    says: {
      en: 'words of the codes of 承诺依据, by the form of the certificate (2019, 2021, 2026); unknown codes stay as written',
      zh: '按合格证样式（2019、2021、2026）解释承诺依据代码；未知代码保留原文',
    },
    run([codes, form]) {
      if (codes === undefined) return NONE
      if (form === undefined || !FORMS.includes(form)) return { values: [codes], unknown: [codes] }
      const { basis, unknown } = promiseBasis(form as PromiseForm, codes)
      return { values: [...basis, ...unknown], unknown }
    },
    takesOneOf: ([, form]) =>
      form !== undefined && FORMS.includes(form) ? basisTaken(form as PromiseForm) : [],
  },
} as const satisfies Record<string, Call>

export type CallName = keyof typeof CALLS
export const CALL_NAMES = Object.keys(CALLS) as readonly CallName[]
