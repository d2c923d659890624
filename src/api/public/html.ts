/** Text that is HTML already; everything else is escaped when it is put in. */
export interface Html {
  readonly html: string
}

export type HtmlValue = Html | string | number | undefined | null | false | readonly HtmlValue[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** The text as the content of an element or of a quoted attribute. What cannot be seen is dropped. */
export const escapeHtml = (text: string): string =>
  text.replace(UNSEEN, '').replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char)

// Control characters and marks that turn the direction of what follows.
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g

function write(value: HtmlValue): string {
  if (value === undefined || value === null || value === false) return ''
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  if (isList(value)) return value.map(write).join('')
  return value.html
}

const isList = (value: Html | readonly HtmlValue[]): value is readonly HtmlValue[] => Array.isArray(value)

/** Template tag: what is written in the template is HTML, every value put into it is escaped unless it is `Html` itself. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0] ?? ''
  values.forEach((value, i) => {
    text += write(value) + (strings[i + 1] ?? '')
  })
  return { html: text }
}
