import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Pool } from 'pg'
import Type from 'typebox'
import { isRemoteFolder, type RemoteSecrets } from '#adapters/files/address.ts'
import { FolderRefused, stepsBelow } from '#adapters/files/place.ts'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { isKind } from '#core/model/kinds.ts'
import {
  classesOf,
  DEFAULT_SEES,
  kindSharing,
  SHARING_CLASSES,
  type SharingClass,
} from '#core/model/sharing.ts'
import { unseenNeed, writingMapping } from '#flow/delivery/backward-mapping.ts'
import type { Registry } from '#flow/systems/registry.ts'
import type { ChangeFilter } from '#store/change-filter.ts'
import { headPosition, positionBefore } from '#store/changes.ts'
import { readEgressRules } from '#store/egress.ts'
import { SIGNING_SCHEMES, type SigningScheme } from '#store/link-secrets.ts'
import type { Link, LinkPatch, NewLink } from '#store/links.ts'
import { readSystem, type System } from '#store/systems.ts'
import { refuseAddress, refuseHost } from './refuse-address.ts'
import { remoteIssues, remoteSecrets } from './remote-wish.ts'
import { LinkFilter, LinkLimits } from './schemas/links.ts'

const url = Type.String({
  minLength: 1,
  maxLength: 2000,
  description:
    'Address of the receiver: https, http, or a folder: `sftp://user@host:22/folder?hostKey=SHA256:…`, `ftps://…`, `ftp://…` · 接收地址；sftp、ftps、ftp 为远程文件夹',
})
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
const folder = Type.String({
  minLength: 1,
  maxLength: 1000,
  description: 'Files are written here, below a folder of HUB_DROP_FOLDERS · 以文件形式写入的文件夹',
})
const sees = Type.Array(Type.Enum([...SHARING_CLASSES]), {
  minItems: 1,
  maxItems: SHARING_CLASSES.length,
  uniqueItems: true,
  description:
    'Classes of values that it may see (docs/model.md); `public` and `partner` where nothing is said · 可见的共享级别，默认 public 与 partner',
})
const token = Type.String({
  minLength: 1,
  maxLength: 400,
  pattern: '^[\\x21-\\x7e]+$',
  description:
    'A key of the receiver, sent as Authorization: Bearer; never given back · 接收方的密钥，随请求发送，不再返回',
})
export const signingScheme = Type.Enum([...SIGNING_SCHEMES], {
  description: '`v1`: HMAC-SHA256 with a shared secret; `v1a`: Ed25519 · 签名方式',
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
    folder: Type.Optional(folder),
    sees: Type.Optional(sees),
    signing: Type.Optional(signingScheme),
    token: Type.Optional(token),
    secrets: Type.Optional(remoteSecrets),
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
  Type.Object({
    name,
    url,
    allowAddress,
    filter: LinkFilter,
    mapping,
    limits: LinkLimits,
    coalesce,
    folder,
    sees,
    token: Type.Union([token, Type.Null()]),
    secrets: Type.Union([remoteSecrets, Type.Null()]),
  }),
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
  readonly folder?: string | null
  readonly sees?: readonly SharingClass[]
  readonly signing?: SigningScheme
  readonly token?: string | null
  readonly secrets?: RemoteSecrets | null
}

type LinkLimitsWish = NonNullable<NewLink['limits']>

export type LinkChange = Pick<
  LinkPatch,
  'name' | 'filter' | 'mapping' | 'url' | 'allowAddress' | 'limits' | 'sees' | 'token'
> & {
  readonly coalesce?: boolean
  readonly folder?: string
  readonly secrets?: RemoteSecrets | null
}

/**
 * What a link will be, after everything in it was checked: its system is registered, its mapping writes, its address may be reached.
 * Throws `invalid_request` or `address_refused`.
 */
export async function settledLink(
  parts: { readonly pool: Pool; readonly registry: Registry; readonly dropFolders?: readonly string[] },
  wanted: NewLinkFields,
  link: string | null = null,
): Promise<Omit<NewLink, 'name' | 'sees'> & { readonly sees: readonly SharingClass[] }> {
  const { pool, registry } = parts
  const issues: Issue[] = []
  const system = wanted.system ? await readSystem(pool, wanted.system) : null
  if (wanted.system && !system) issues.push(issue('/system', 'no such system is registered'))
  if (!wanted.system && !wanted.url && !wanted.folder)
    issues.push(issue('/url', 'give the url of the receiver, a folder, or its system'))
  if (wanted.url && wanted.folder) issues.push(issue('/folder', 'either a url or a folder'))
  const { mapping = 'canonical' } = wanted
  const written = mapping === 'canonical' ? null : writingMapping(registry, mapping)
  if (mapping !== 'canonical' && !written) {
    issues.push(issue('/mapping', 'canonical, or the name of a mapping that writes for a receiver'))
  }
  const sees = seenClasses(wanted.sees)
  const unseen = written && unseenNeed(written.mapping, sees)
  if (unseen) {
    const lacking = unseen.flatMap(classesOf).filter((one) => !sees.includes(one))
    const fields = unseen.join(' or ')
    issues.push(
      issue(
        '/sees',
        `the mapping needs ${fields}, and the link does not see ${[...new Set(lacking)].join(', ')}`,
      ),
    )
  }
  const kinds = wanted.filter?.kinds ?? []
  if (kinds.length > 0 && !kinds.some((kind) => isKind(kind) && sees.includes(kindSharing(kind))))
    issues.push(issue('/sees', `the link sees none of the kinds of its filter: ${kinds.join(', ')}`))
  const own = wanted.url || wanted.folder ? wanted : settingsOf(system)
  const address = own.url ?? null
  issues.push(...remoteIssues(wanted, address))
  const folder = wanted.folder ? folderUrl(parts.dropFolders ?? [], wanted.folder, issues) : null
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
  if (folder)
    return {
      system: wanted.system ?? null,
      url: folder,
      allowAddress: [],
      ...(await restOf(pool, wanted)),
      mapping,
      sees,
    }
  const allow = listOf(own.allowAddress)
  if (address !== null) {
    const rules = await readEgressRules(pool, { link, system: wanted.system ?? null })
    await (isRemoteFolder(address) ? refuseHost(address, allow, rules) : refuseAddress(address, allow, rules))
  }
  return {
    system: wanted.system ?? null,
    url: address,
    allowAddress: allow,
    ...(await restOf(pool, wanted)),
    mapping,
    sees,
  }
}

/** What is as it is wished. */
const restOf = async (
  pool: Pool,
  { filter, limits, coalesce, from }: NewLinkFields,
): Promise<Pick<NewLink, 'filter' | 'limits' | 'coalesces' | 'cursor'>> => ({
  ...(filter ? { filter } : {}),
  ...(limits ? { limits } : {}),
  ...(coalesce === undefined ? {} : { coalesces: coalesce }),
  ...(await placeOf(pool, from)),
})

/** The place in the log to begin after. */
async function placeOf(pool: Pool, from = 'start'): Promise<{ cursor?: bigint }> {
  if (from === 'start') return {}
  return { cursor: from === 'now' ? await headPosition(pool) : await positionBefore(pool, from) }
}

/** In their order; what anyone may see every link may see. */
const seenClasses = (wanted: readonly SharingClass[] = DEFAULT_SEES): SharingClass[] =>
  SHARING_CLASSES.filter((one) => one === 'public' || wanted.includes(one))

function folderUrl(roots: readonly string[], folder: string, issues: Issue[]): string | null {
  try {
    stepsBelow(roots, folder)
    return pathToFileURL(folder).href
  } catch (error) {
    if (!(error instanceof FolderRefused)) throw error
    issues.push(issue('/folder', error.reason))
    return null
  }
}

/** What a link is, as the fields of a wish. */
export const wishOf = (link: Link): NewLinkFields => {
  const { url, ...rest } = link
  const { signing: _, ...fields } = rest
  return url?.startsWith('file:') ? { ...fields, url: null, folder: fileURLToPath(url) } : { ...fields, url }
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
