import { ADAPTERS } from '#adapters/registry.ts'

/** The keywords of a form that are told. */
interface Form {
  readonly type?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Form>>
  readonly patternProperties?: Readonly<Record<string, Form>>
  readonly required?: readonly string[]
  readonly items?: Form
  readonly anyOf?: readonly Form[]
  readonly minimum?: number
  readonly maximum?: number
  readonly 'x-zh'?: { readonly title?: string; readonly description?: string }
}

const PART = /(<!-- settings: [^\n]*-->\n)[\s\S]*?(<!-- \/settings -->)/

/** `docs/adapters.md` with the settings of every adapter between its marks, as their forms say. */
export const adaptersPage = (page: string): string =>
  page.replace(
    PART,
    (_, begin: string, end: string) => `${begin}\n${ADAPTERS.map(adapterPart).join('\n')}\n${end}`,
  )

function adapterPart(adapter: (typeof ADAPTERS)[number]): string {
  const { name, title, description, settings, secrets } = adapter
  const rows = rowsOf(settings as unknown as Form, '')
  const sealed = Object.entries(secrets).map(([secret, words]) => `\`${secret}\` (${words.en} · ${words.zh})`)
  return [
    `### \`${name}\`: ${title.en} · ${title.zh}`,
    '',
    `${description.en}. ${description.zh}。`,
    '',
    '| setting · 设置 | form | meaning · 说明 |',
    '|---|---|---|',
    ...rows,
    '',
    `Secrets · 密钥: ${sealed.length === 0 ? 'none · 无' : sealed.join(', ')}.`,
    '',
  ].join('\n')
}

function rowsOf(form: Form, place: string): string[] {
  return Object.entries(form.properties ?? {}).flatMap(([name, property]) => {
    const at = place === '' ? name : `${place}.${name}`
    const star = form.required?.includes(name) && property.default === undefined ? '\\*' : ''
    const row = `| \`${at}\`${star} | ${formOf(property)} | ${wordsOf(property)} |`
    return [row, ...innerRows(property, at)]
  })
}

function innerRows(form: Form, at: string): string[] {
  const named = Object.values(form.patternProperties ?? {}).flatMap((one) => rowsOf(one, `${at}.<name>`))
  const members = form.items ? innerRows(form.items, `${at}[]`) : []
  const choices = (form.anyOf ?? []).flatMap((one) => innerRows(one, at))
  return [...rowsOf(form, at), ...named, ...members, ...choices]
}

function formOf(form: Form): string {
  const { default: given } = form
  return typeOf(form) + (given === undefined ? '' : `, \`${JSON.stringify(given)}\``)
}

function typeOf(form: Form): string {
  const { type, enum: values, const: only, items, anyOf, minimum, maximum } = form
  if (values) return values.map((value) => `\`${value}\``).join(' ')
  if (only !== undefined) return `\`${only}\``
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(' or ')
  if (items) return `list of ${typeOf(items)}`
  if (type === 'object') return form.patternProperties ? 'names' : 'object'
  const from = minimum === undefined ? '' : String(minimum)
  const bounds = minimum === undefined && maximum === undefined ? '' : ` ${from}…${maximum ?? ''}`
  return `${type === 'string' ? 'text' : (type ?? 'anything')}${bounds}`
}

function wordsOf({ title = '', description, 'x-zh': zh }: Form): string {
  const english = description === undefined ? title : `${title}. ${description}`
  const chinese = [zh?.title, zh?.description].filter((text) => text !== undefined).join('：')
  return [english, chinese]
    .filter((text) => text !== '')
    .map(inCell)
    .join(' · ')
}

const inCell = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .replace(/<(?=\w)/g, '&lt;')
    .replaceAll('\n', ' ')
