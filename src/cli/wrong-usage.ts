import { cliLanguage } from './language.ts'

/** A command was called in a way that it does not know; the command line answers with what is wrong, where that is said, and its usage. */
export class WrongUsage extends Error {
  /** @param wrong in both languages */
  constructor(wrong?: { readonly en: string; readonly zh: string }) {
    super(wrong?.[cliLanguage()])
  }
}

/** Something must be said. */
export const missing = (...names: readonly string[]): WrongUsage =>
  new WrongUsage({ en: `${names.join(', ')}: missing.`, zh: `缺少 ${names.join('、')}。` })

export const tooMany = (word: string): WrongUsage =>
  new WrongUsage({ en: `"${word}" is one word too many.`, zh: `多余的参数“${word}”。` })

/** A command that takes nothing at all. */
export function takesNothing(argv: readonly string[]): void {
  const [first] = argv
  if (first === undefined) return
  throw first.startsWith('-')
    ? new WrongUsage({ en: `${first} is no option here.`, zh: `此处没有选项 ${first}。` })
    : tooMany(first)
}

/** What is wrong with options, from the error that `parseArgs` of Node threw; a `WrongUsage` stays as it is. */
export function wrongOptions(error: unknown): WrongUsage {
  if (error instanceof WrongUsage) return error
  const { code = '', message = '' } = error as { readonly code?: string; readonly message?: string }
  const name = /'([^'\s]*)/.exec(message)?.[1] ?? ''
  return code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL'
    ? tooMany(name)
    : new WrongUsage(WRONG[code]?.(name, message))
}

type Say = (name: string, message: string) => { readonly en: string; readonly zh: string }

const WRONG: Readonly<Record<string, Say>> = {
  ERR_PARSE_ARGS_UNKNOWN_OPTION: (name) => ({
    en: `${name} is no option here.`,
    zh: `此处没有选项 ${name}。`,
  }),
  ERR_PARSE_ARGS_INVALID_OPTION_VALUE: (name, message) =>
    message.includes('does not take')
      ? { en: `${name} takes no value.`, zh: `${name} 不带值。` }
      : { en: `${name}: the value is missing.`, zh: `${name} 缺少值。` },
}
