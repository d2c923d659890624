import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { decodeMessage } from '#adapters/push/decode-message.ts'
import { commands } from '#cli/commands.ts'
import { readSettings } from '#cli/settings.ts'
import { DOCUMENT_TYPES } from '#core/documents/document-type.ts'
import { FLAGS } from '#core/flags.ts'
import { compileMapping } from '#core/mapping/compile.ts'
import { KINDS } from '#core/model/kinds.ts'
import { loadRegistry } from '#flow/systems/load.ts'
import { source, sources } from '../../lint/sources.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The code words in the first column of every table below a heading. */
function firstColumn(text: string, heading: string): string[] {
  const [, after = ''] = text.split(new RegExp(`^#+ ${heading}.*$`, 'm'))
  const [section = ''] = after.split(/^#+ /m)
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map((found) => found[1] as string)
}

describe('docs/glossary.md', () => {
  const glossary = source('docs/glossary.md')
  it('lists every quality flag, and none that does not exist', () => {
    expect(firstColumn(glossary, 'Quality flags').sort()).toEqual(Object.keys(FLAGS).sort())
  })

  it('lists every type of document, and none that does not exist', () => {
    expect(firstColumn(glossary, 'Types of document').sort()).toEqual(Object.keys(DOCUMENT_TYPES).sort())
  })

  it('lists every kind of record, and none that does not exist', () => {
    expect(firstColumn(glossary, 'Kinds of record').sort()).toEqual([...KINDS].sort())
  })
})

describe('docs/dependencies.md', () => {
  const listed = source('docs/dependencies.md')
  const { dependencies, devDependencies } = JSON.parse(source('package.json')) as Record<
    string,
    Record<string, string>
  >
  it.each([
    ['At run time', dependencies],
    ['For development', devDependencies],
  ] as const)('gives a reason for each package that is needed, and no other: %s', (heading, packages) => {
    expect(firstColumn(listed, heading).sort()).toEqual(Object.keys(packages ?? {}).sort())
  })

  it('gives a reason in words to each', () => {
    const rows = [...listed.matchAll(/^\| `[^`]+` \|(.*)\|$/gm)].map((found) => (found[1] as string).trim())
    expect(rows.filter((reason) => reason.split(' ').length < 5)).toEqual([])
  })
})

describe.each([
  ['README.md', 'Settings', 'Commands'],
  ['README.zh-CN.md', '设置', '命令'],
])('%s', (file, settings, cli) => {
  const readme = source(file)
  it('lists every setting, and none that does not exist', () => {
    const reading = readSettings({ HUB_QQQQQQQQQQQQ: 'x' })
    const known = reading.ok ? '' : (reading.mistakes[0]?.fix.en ?? '')
    expect(firstColumn(readme, settings).sort()).toEqual((known.match(/\b[A-Z]+(_[A-Z]+)+\b/g) ?? []).sort())
  })

  it('lists every command, and none that does not exist', () => {
    const named = firstColumn(readme, cli).map((command) => command.split(' ')[1] as string)
    expect([...new Set(named)].sort()).toEqual(Object.keys(commands).sort())
  })

  it('shows a mapping that has no mistake', () => {
    const text = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
    expect(compileMapping({ path: file, text }).mistakes).toEqual([])
  })

  it('shows a bill that the system takes without an issue', async () => {
    const registry = await loadRegistry(join(root, 'mappings'))
    const mapping = registry.system('jiaxing-wholesale')?.records.get('trade')?.mapping
    if (!mapping) throw new Error('the system of the example is not whole')
    const sent = /-d '(\[[\s\S]*?\])'/.exec(readme)?.[1] ?? ''
    const { records } = await decodeMessage(Buffer.from(sent), mapping.read)
    const mapped = records.map((record) => mapping.map(record, { receivedAtMs: Date.UTC(2024, 3, 15) }))
    expect(mapped).toMatchObject([{ rejected: false, issues: [], key: ['JXSG2024041500018'] }])
    expect(mapped[0]?.records.map(({ kind }) => kind)).toEqual(['sale', 'payment'])
    expect(records.flatMap((record) => mapping.drift(record))).toEqual([])
  })

  it('lists every path of the API, and none that does not exist', () => {
    const { paths } = JSON.parse(source('openapi/hub.json')) as {
      paths: Record<string, Record<string, unknown>>
    }
    const real = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`),
    )
    const named = [
      ...readme.matchAll(
        /`((?:GET|POST|PATCH|DELETE|PUT)(?:\/(?:GET|POST|PATCH|DELETE|PUT))*) (\/[^`?\s]*)/g,
      ),
    ]
    const listed = named.flatMap(([, methods = '', path = '']) =>
      methods.split('/').map((method) => `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`),
    )
    expect([...new Set(listed)].sort()).toEqual(real.sort())
  })
})

it.each([
  ['README.md', /(\d+) kinds/, '](docs/onboarding.md)'],
  ['README.zh-CN.md', /含 (\d+) 类记录/, '](docs/onboarding.zh-CN.md)'],
] as const)(
  '%s says how many kinds of record there are, and leads to the page by which a system is added',
  (name, told, page) => {
    const text = source(name)
    expect(told.exec(text)?.[1]).toBe(String(KINDS.length))
    expect(text).toContain(page)
  },
)

describe('docs/adr', () => {
  const adrs = sources('.md').filter(({ path }) => /^docs\/adr\/\d/.test(path))
  it('numbers decisions 1, 2, 3 … without a gap, one page each, with what was rejected', () => {
    const numbers = adrs.map(({ path }) => path.slice('docs/adr/'.length).slice(0, 4))
    expect(numbers).toEqual(adrs.map((_, i) => String(i + 1).padStart(4, '0')))
    for (const { path, text } of adrs) {
      expect.soft(text, path).toMatch(/^# \d{4} /)
      for (const part of ['Status', 'Decision', 'Rejected', 'Consequences'])
        expect.soft(text, path).toContain(`## ${part}`)
    }
  })
})

it('names no call of the API, in a document or in what the hub says, that does not exist', () => {
  const { paths } = JSON.parse(source('openapi/hub.json')) as { paths: Record<string, object> }
  const real = Object.entries(paths).flatMap(([path, methods]) => {
    const text = path.split(/\{[^}]+\}/).map((part) => part.replaceAll('.', '\\.'))
    return Object.keys(methods).map((method) => ({ method, path: new RegExp(`^${text.join('[^/]+')}$`) }))
  })
  const isReal = (method: string, path: string): boolean =>
    real.some((call) => call.method === method.toLowerCase() && call.path.test(path))
  const unknown = sources('.md', '.ts')
    .filter(({ path }) => /^(src|docs)\/|^README/.test(path) && !path.startsWith('docs/adr/'))
    .flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /\b((?:GET|POST|PATCH|DELETE|PUT)(?:\/[A-Z]+)*) (\/v1\/(?:[\w/.$<>-]|\{[^}]*\})*(?:[\w>]|\{[^}]*\}))(…|\/…)?/g,
        ),
      ]
        .filter(([, , , isShort]) => isShort === undefined)
        .map(([, methods = '', named = '']) => ({
          methods: methods.split('/'),
          named: named.replaceAll(/<[^>]+>|\$?\{[^}]*\}/g, 'x'),
        }))
        .filter(({ methods, named }) => !methods.every((method) => isReal(method, named)))
        .map(({ methods, named }) => `${path}: ${methods.join('/')} ${named}`),
    )
  expect(unknown).toEqual([])
})

it('has no link in a document that leads to a file that is not there', () => {
  const broken = sources('.md').flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map((found) => found[1] as string)
      .filter(
        (target) =>
          !/^[a-z]+:/.test(target) && !existsSync(join(root, normalize(join(dirname(path), target)))),
      )
      .map((target) => `${path} → ${target}`),
  )
  expect(broken).toEqual([])
})
