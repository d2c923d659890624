import type { Language } from '#api/language.ts'

/** Prints the demo in one language. */
export interface Printer {
  readonly language: Language
  heading(zh: string, en: string): void
  line(zh: string, en: string): void
  text(text: string): void
}

export function createPrinter(language: Language): Printer {
  const bold = (text: string): string => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text)
  const choose = (zh: string, en: string): string => (language === 'zh' ? zh : en)
  let step = 0
  return {
    language,
    heading(zh, en) {
      step++
      console.log(`\n${bold(`${step} · ${choose(zh, en)}`)}`)
    },
    line: (zh, en) => console.log(`  ${choose(zh, en)}`),
    text: (text) => console.log(text.replace(/^/gm, '  ')),
  }
}
