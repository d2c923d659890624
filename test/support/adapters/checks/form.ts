import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { expect } from 'vitest'
import type { Words } from '#adapters/adapter.ts'
import type { Check } from '#test/adapters/checks.ts'
import type { AnyAdapter } from '#test/adapters/trial.ts'

/** Names that a setting must not have: what they hold is a secret. */
const SECRET_NAME = /^(password|passphrase|secret|clientSecret|apiKey|appSecret|privateKey|pin)$/i
const CHINESE = /\p{Script=Han}/u

/** The keywords that are looked at, wherever they stand. */
interface Form {
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Form>>
  readonly patternProperties?: Readonly<Record<string, Form>>
  readonly items?: Form
  readonly anyOf?: readonly Form[]
  readonly oneOf?: readonly Form[]
  readonly additionalProperties?: unknown
  readonly type?: string
  readonly 'x-zh'?: { readonly title?: string; readonly description?: string }
}

export const FORM_CHECKS: Record<'schema', Check> = {
  schema: {
    title:
      'every setting and secret is named in Chinese and English, no secret is a setting, and defaults are valid',
    async run({ adapter }) {
      expect(faultsOfAdapter(adapter)).toEqual([])
    },
  },
}

function faultsOfAdapter(adapter: AnyAdapter): string[] {
  const faults: string[] = []
  if (!/^[a-z][a-z0-9-]*$/.test(adapter.name)) faults.push(`name ${adapter.name}`)
  const words: [string, Words][] = [
    ['title', adapter.title],
    ['description', adapter.description],
    ...Object.entries(adapter.secrets),
  ]
  for (const [name, { zh, en }] of words) {
    if (!CHINESE.test(zh)) faults.push(`${name}: no Chinese`)
    if (en.trim() === '') faults.push(`${name}: no English`)
  }
  faults.push(...faultsOfForm(adapter.settings as unknown as Form, ''))
  const known = new Set(Object.keys(adapter.secrets))
  for (const name of Object.keys(adapter.settings.properties))
    if (known.has(name)) faults.push(`/${name}: a secret that is a setting`)
  if (Value.Check(adapter.state, { 'of another form': 1 }))
    faults.push('state: its form lets anything through')
  return faults
}

function faultsOfForm(form: Form, place: string): string[] {
  const faults: string[] = []
  if (form.type === 'object' && form.properties && form.additionalProperties !== false)
    faults.push(`${place}: not closed, so a misspelt setting is not noticed`)
  for (const [name, property] of Object.entries(form.properties ?? {})) {
    const at = `${place}/${name}`
    const zh = property['x-zh']
    if (!property.title) faults.push(`${at}: no title`)
    if (!CHINESE.test(zh?.title ?? '')) faults.push(`${at}: no Chinese title`)
    if (property.description !== undefined && !CHINESE.test(zh?.description ?? ''))
      faults.push(`${at}: no Chinese description`)
    if (SECRET_NAME.test(name)) faults.push(`${at}: a secret that is a setting`)
    if (property.default !== undefined && !Value.Check(property as unknown as TSchema, property.default))
      faults.push(`${at}: a default that is not valid`)
    faults.push(...faultsOfForm(property, at))
  }
  const inner = [
    ...Object.values(form.patternProperties ?? {}),
    ...(form.items ? [form.items] : []),
    ...(form.anyOf ?? []),
    ...(form.oneOf ?? []),
  ]
  for (const one of inner) faults.push(...faultsOfForm(one, place))
  return faults
}
