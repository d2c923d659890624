import type { Pool } from 'pg'
import Type from 'typebox'
import { AddressRefused, checkAddress } from '#adapters/http/guard.ts'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { writingMapping } from '#flow/delivery/backward-mapping.ts'
import type { Registry } from '#flow/systems/registry.ts'
import type { ChangeFilter } from '#store/change-filter.ts'
import { headPosition, positionBefore } from '#store/changes.ts'
import type { LinkPatch, NewLink } from '#store/links.ts'
import { readSystem, type System } from '#store/systems.ts'
import { LinkFilter, LinkLimits } from './schemas/links.ts'

const url = Type.String({ minLength: 1, maxLength: 2000, description: 'Address of the receiver · 接收地址' })
const name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', description: 'Name · 名称' })
const network = Type.String({ minLength: 1, maxLength: 100 })
const allowAddress = Type.Union([network, Type.Array(network, { maxItems: 20 })], {
  description: 'Private networks that may be reached, CIDR:port such as 127.0.0.1/32:9000 · 允许的内网地址',
})
const mapping = Type.String({
  minLength: 1,
  maxLength: 200,
  description: '`canonical` (the default) or `<system>/<record>` · 映射',
})

const coalesce = Type.Boolean({ description: 'Send only newest versions of what waits · 仅发送最新版本' })
const from = Type.Union([Type.Enum(['start', 'now']), Type.String({ format: 'date-time' })], {
  description:
    '`start` (the default) sends everything stored, `now` what comes, a time what the hub got since · 起点：start（默认）、now 或时间',
})

export const NewLinkBody = Type.Object(
  {
    name,
    system: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'Receiving system · 接收系统' }),
    ),
    url: Type.Optional(url),
    allowAddress: Type.Optional(allowAddress),
    filter: Type.Optional(LinkFilter),
    mapping: Type.Optional(mapping),
    limits: Type.Optional(LinkLimits),
    coalesce: Type.Optional(coalesce),
    from: Type.Optional(from),
  },
  {
    additionalProperties: false,
    title: 'New link · 新链路',
    examples: [
      {
        name: 'City platform',
        url: 'http://127.0.0.1:9000/changes',
        allowAddress: '127.0.0.1/32:9000',
        filter: { kinds: ['sale', 'entry'], regions: ['330400'] },
        mapping: 'canonical',
      },
    ],
  },
)

export const LinkPatchBody = Type.Partial(
  Type.Object({ name, url, allowAddress, filter: LinkFilter, mapping, limits: LinkLimits, coalesce }),
  { additionalProperties: false, minProperties: 1, title: 'Changes to a link · 修改链路' },
)

export interface NewLinkFields {
  readonly name: string
  readonly system?: string | null
  readonly url?: string | null
  readonly allowAddress?: string | readonly string[]
  readonly filter?: ChangeFilter
  readonly mapping?: string
  readonly limits?: LinkLimitsWish
  readonly coalesce?: boolean
  /** `start`, `now`, or an ISO time. */
  readonly from?: string
}

type LinkLimitsWish = NonNullable<NewLink['limits']>

export type LinkChange = Pick<
  LinkPatch,
  'name' | 'filter' | 'mapping' | 'url' | 'allowAddress' | 'limits'
> & {
  readonly coalesce?: boolean
}

/**
 * What a link will be, after everything in it was checked: its system is registered, its mapping writes, its address may be reached.
 * Throws `invalid_request` or `address_refused`.
 */
export async function settledLink(
  { pool, registry }: { readonly pool: Pool; readonly registry: Registry },
  wanted: NewLinkFields,
): Promise<Omit<NewLink, 'name'>> {
  const issues: Issue[] = []
  const system = wanted.system ? await readSystem(pool, wanted.system) : null
  if (wanted.system && !system) issues.push(issue('/system', 'no such system is registered'))
  if (!wanted.system && !wanted.url) issues.push(issue('/url', 'give the url of the receiver, or its system'))
  const { mapping = 'canonical' } = wanted
  if (mapping !== 'canonical' && !writingMapping(registry, mapping)) {
    issues.push(issue('/mapping', 'canonical, or the name of a mapping that writes for a receiver'))
  }
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
  const own = wanted.url ? wanted : settingsOf(system)
  const address = own.url ?? null
  const allow = listOf(own.allowAddress)
  if (address !== null) await refuseAddress(address, allow)
  return {
    system: wanted.system ?? null,
    url: address,
    allowAddress: allow,
    ...(wanted.filter ? { filter: wanted.filter } : {}),
    ...(wanted.limits ? { limits: wanted.limits } : {}),
    ...(wanted.coalesce === undefined ? {} : { coalesces: wanted.coalesce }),
    ...(await placeOf(pool, wanted.from)),
    mapping,
  }
}

/** The place in the log to begin after. */
async function placeOf(pool: Pool, from = 'start'): Promise<{ cursor?: bigint }> {
  if (from === 'start') return {}
  return { cursor: from === 'now' ? await headPosition(pool) : await positionBefore(pool, from) }
}

/** Where a system takes deliveries, by its settings. */
const settingsOf = (system: System | null): { url?: string; allowAddress?: unknown } => {
  const { url: address, allowAddress: networks } = system?.settings ?? {}
  return typeof address === 'string' ? { url: address, allowAddress: networks } : {}
}

const issue = (path: string, reason: string): Issue => ({ path, code: 'E_SCHEMA', reason })

/** Networks as a list, however they were given. */
export const listOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.filter((one) => typeof one === 'string')
      : []

/** Throws `address_refused` for an address that may not be reached. */
export async function refuseAddress(address: string, allow: readonly string[]): Promise<void> {
  try {
    await checkAddress(address, allow)
  } catch (error) {
    if (error instanceof AddressRefused) throw new HubError('address_refused', { detail: error.reason })
    // A name that cannot be resolved today may be tomorrow; each delivery checks again.
    if (!(error instanceof Error && 'syscall' in error)) throw error
  }
}
