import Type from 'typebox'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import type { SystemFile } from '#core/mapping/system-file.ts'
import { compileExpectation, type Expectation } from '#core/silence/expectation.ts'
import { NOTHING_SET } from '#flow/channels/compose.ts'
import { misdirected } from '#flow/channels/kept-secrets.ts'
import { type InstalledSystem, pushedNames } from '#flow/systems/registry.ts'
import { putSystemFile, readSystemText } from '#flow/systems/system-file.ts'
import { readChannels } from '#store/channels.ts'
import { channelSecretNames } from '#store/system-secrets.ts'
import type { System } from '#store/systems.ts'
import type { RouteParts } from './parts.ts'
import { Expectation as Expectations } from './schemas/alerts.ts'
import { type SystemFields, systemFields, systemSecrets } from './system-view.ts'

const systemFile = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 100_000,
    description:
      'Text of its system.yaml, in place of identifier, title, description and region · system.yaml 内容，代替标识、名称、说明与区划',
  }),
)
/** What registers a system. */
export const NewSystemBody = Type.Partial(
  Type.Object({
    id: Type.String({
      pattern: '^[a-z0-9](-?[a-z0-9]){0,62}$',
      description: 'Slug, such as jiaxing-wholesale · 标识',
    }),
    ...systemFields,
    systemFile,
  }),
  {
    additionalProperties: false,
    title: 'New system · 新对接系统',
    examples: [
      { id: 'hangzhou-platform', title: { zh: '杭州市追溯平台', en: 'Hangzhou platform' }, region: '330100' },
    ],
  },
)
const expectation = Type.Union([Expectations, Type.Null()], {
  description: 'When something is to come from it; null: it is not watched · 报送预期，null 表示不监测',
})
/** What changes one. */
export const PatchBody = Type.Partial(
  Type.Object({ ...systemFields, systemFile, secrets: systemSecrets, expect: expectation }),
  {
    additionalProperties: false,
    minProperties: 1,
    title: 'Changes to a system · 修改对接系统',
  },
)

/** Refuses an expectation that cannot be understood, or that names a record which the system does not have. */
export function refuseExpectation(expect: Expectation, installed: InstalledSystem | undefined): void {
  const compiled = compileExpectation(expect)
  const issues = compiled.ok ? [] : [...compiled.issues]
  const known = installed ? pushedNames(installed) : []
  for (const record of Object.keys(expect.records ?? {})) {
    if (known.length > 0 && !known.includes(record))
      issues.push({
        path: `/expect/records/${record}`,
        code: 'E_SCHEMA',
        reason: 'the system has no such record',
        fix: `Its records: ${known.join(', ')}.`,
      })
  }
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
}

export type NewSystemWish = Partial<SystemFields> & { readonly id?: string; readonly systemFile?: string }

/** A system that is registered without a system.yaml needs an identifier and a title. */
export function wholeSystem({ systemFile: _, id, title, ...rest }: NewSystemWish) {
  if (id !== undefined && title !== undefined) return { ...rest, id, title }
  const missing = [...(id === undefined ? ['/id'] : []), ...(title === undefined ? ['/title'] : [])]
  throw new HubError('invalid_request', {
    issues: missing.map((path) => ({ path, code: 'E_SCHEMA', reason: 'the field is required' })),
  })
}

/** Registers or changes a system by its system.yaml, which alone says what stands in it. */
export async function byFile(
  parts: Pick<RouteParts, 'pool' | 'registry'>,
  { systemFile: text = '', id, title, description, region, settings }: NewSystemWish,
  { isNew, who }: { isNew: boolean; who: string },
): Promise<System | null> {
  const file = readSystemText(text)
  const said = Object.entries({ title, description, region }).filter(([, value]) => value !== undefined)
  const issues: Issue[] = said.map(([name]) => ({
    path: `/${name}`,
    code: 'E_SCHEMA',
    reason: 'system.yaml says it',
  }))
  if (id !== undefined && id !== file.system)
    issues.push({ path: '/systemFile', code: 'E_SCHEMA', reason: `it is the system.yaml of ${file.system}` })
  if (!isNew) issues.push(...(await misdirectedBy(parts, file)))
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
  return await putSystemFile(parts, { text, file, isNew, who, ...(settings ? { more: { settings } } : {}) })
}

/** Channels that the next system.yaml aims elsewhere while their secrets are kept. */
async function misdirectedBy(
  { pool, registry }: Pick<RouteParts, 'pool' | 'registry'>,
  { system, channels = [] }: SystemFile,
): Promise<Issue[]> {
  const rows = new Map((await readChannels(pool, [system])).map((row) => [row.name, row]))
  const former = registry.system(system)?.file?.channels ?? []
  const found: Issue[] = []
  for (const declared of channels) {
    const { name } = declared
    const set = rows.get(name) ?? NOTHING_SET
    const before = { declared: former.find((one) => one.name === name), set }
    const names = await channelSecretNames(pool, { system, name })
    found.push(
      ...misdirected(before, { declared, set }, names).map(({ path, reason, code }) => ({
        ...{ path: '/systemFile', code, value: `channels/${name}${path}`, reason },
        fix: `Take the secret away first: PATCH /v1/systems/${system}/channels/${name} with null.`,
      })),
    )
  }
  return found
}
