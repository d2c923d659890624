import { describe, expect, it } from 'vitest'
import { ADAPTERS } from '#adapters/registry.ts'
import { CHECK_NAMES } from '#test/adapters/checks.ts'
import { source } from '../../lint/sources.ts'

const page = source('docs/adapters.md')

/** The part of an adapter, to the next heading. */
const partOf = (name: string): string => page.split(`\n### \`${name}\`: `)[1]?.split(/\n#{2,3} /)[0] ?? ''

/** Names of all settings, wherever in a form they stand. */
function namesIn(form: unknown): string[] {
  if (Array.isArray(form)) return form.flatMap(namesIn)
  if (typeof form !== 'object' || form === null) return []
  return Object.entries(form).flatMap(([keyword, value]) =>
    keyword === 'properties'
      ? [...Object.keys(value as object), ...namesIn(Object.values(value as object))]
      : namesIn(value),
  )
}

describe('docs/adapters.md', () => {
  it.each(ADAPTERS.map((adapter) => [adapter.name, adapter] as const))(
    'names %s with each of its settings and secrets',
    (name, { settings, secrets }) => {
      const part = partOf(name)
      expect(part.length).toBeGreaterThan(200)
      const named = new Set(
        [...part.matchAll(/^\| `([^`]+)`/gm)].map(([, path = '']) =>
          path.split(/[.[]/).findLast((step) => step !== ']'),
        ),
      )
      expect(namesIn(settings).filter((setting) => !named.has(setting))).toEqual([])
      for (const secret of Object.keys(secrets)) expect(part).toContain(`\`${secret}\` (`)
    },
  )

  it('names no adapter that is not there', () => {
    const named = [...page.matchAll(/^### `([a-z]+)`: /gm)].map(([, name]) => name)
    expect(named.sort()).toEqual(ADAPTERS.map(({ name }) => name).sort())
  })

  it('explains each member of the contract', () => {
    const contract = source('src/adapters/adapter.ts')
    const membersOf = (type: string): string[] => {
      const body =
        contract.split(new RegExp(`export interface ${type}\\b[^{]*\\{\n`))[1]?.split('\n}\n')[0] ?? ''
      return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, name]) => name as string)
    }
    for (const type of ['AdapterParts', 'Adapter', 'Page', 'ChannelLimits']) {
      const members = membersOf(type)
      expect(members.length, type).toBeGreaterThan(4)
      expect(
        members.filter((member) => !page.includes(`\`${member}\``)),
        type,
      ).toEqual([])
    }
  })

  it('names each check of the conformance suite', () => {
    const suite = page.split('## The conformance suite')[1]?.split('\n## ')[0] ?? ''
    expect(CHECK_NAMES.filter((name) => !suite.includes(`\`${name}\``))).toEqual([])
  })

  it('shows the smallest adapter as it is', () => {
    const model = source('test/support/adapters/example/adapter.ts')
    const shown = page.split('## The smallest one')[1]?.split('\n## ')[0] ?? ''
    const pieces = [...shown.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, piece]) => piece as string)
    expect(pieces.length).toBeGreaterThan(3)
    expect(pieces.filter((piece) => !model.includes(piece))).toEqual([])
    expect(page).toContain(`${model.trimEnd().split('\n').length} lines`)
  })
})
