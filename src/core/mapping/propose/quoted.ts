const BARE = /^[A-Za-z_\u4e00-\u9fa5][\w.\u4e00-\u9fa5-]*$/u
/** What YAML readers take for something else than a text. */
const OTHER = /^(true|false|null|yes|no|on|off|y|n)$/iu
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u

/** A text as YAML has it: bare where it can be nothing else, never able to end its line or its quotation marks. */
export function quoted(text: string): string {
  if (BARE.test(text) && !OTHER.test(text)) return text
  return CONTROL.test(text) ? JSON.stringify(text.toWellFormed()) : `'${text.replaceAll("'", "''")}'`
}

/** A text as it may stand in a comment: on one line. */
export const inComment = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').slice(0, 80)
