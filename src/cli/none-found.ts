import { cliLanguage } from './language.ts'

/** Says beside a list, not in it, that it is empty. */
export function tellNone(): void {
  console.error(cliLanguage() === 'zh' ? '没有符合条件的结果' : 'nothing fits')
}
