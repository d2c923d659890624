import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import type { Issue } from '#core/issue.ts'
import { CANONICAL } from '#core/model/identity.ts'
import { SCHEMA_VERSION } from '#core/model/record.ts'
import { messageId, messageTime } from '#flow/intake/message-id.ts'
import { unknownRecord, unknownSystem } from '#flow/intake/target.ts'
import type { LiveRegistry } from '#flow/systems/live.ts'
import { isPushed } from '#flow/systems/registry.ts'
import { readLink } from '#store/links.ts'
import { newestMessages } from '#store/replay-messages.ts'
import {
  insertReplay,
  type Replay,
  type ReplayMapping,
  type ReplayMode,
  type ReplayScope,
} from '#store/replays.ts'
import { readSystem } from '#store/systems.ts'

/** What is asked for. */
export interface ReplayWish {
  readonly mode: ReplayMode
  readonly scope: ReplayScope & {
    /** The newest so many messages of the scope. */
    readonly newest?: number
  }
  /** For a comparison of two versions of one record's mapping. */
  readonly versions?: { readonly from: number; readonly to: number }
  /** Links that get what it changes: by their identifiers, `none`, or `all`, as where it is absent. */
  readonly targets?: 'none' | 'all' | readonly string[]
}

/**
 * Notes a replay. The versions that are active now are those that it runs with to its end, whatever is activated meanwhile.
 * @throws HubError for a system, record or version that there is not
 */
export async function createReplay(
  parts: { readonly pool: Pool; readonly registry: LiveRegistry; readonly clock: () => number },
  wish: ReplayWish,
  who: string,
): Promise<Replay> {
  const { pool, clock } = parts
  const { newest, ...asked } = wish.scope
  const issues = wrongParts(wish)
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
  const mappings = await mappingsOf(parts, wish)
  const targets = await targetsOf(pool, wish.targets ?? 'all')
  const scope =
    newest === undefined ? asked : { ...asked, receipts: await newestMessages(pool, asked, newest) }
  return await insertReplay(pool, { id: messageId(clock()), mode: wish.mode, scope, mappings, who, targets })
}

async function targetsOf(pool: Pool, wanted: NonNullable<ReplayWish['targets']>): Promise<string[] | null> {
  if (wanted === 'all') return null
  if (wanted === 'none') return []
  const found = await Promise.all(wanted.map((id) => readLink(pool, id)))
  const issues = wanted.flatMap((_, i): Issue[] =>
    found[i] ? [] : [{ path: `/targets/${i}`, code: 'E_SCHEMA', reason: 'no such link' }],
  )
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
  return [...wanted]
}

async function mappingsOf(
  { pool, registry }: { readonly pool: Pool; readonly registry: LiveRegistry },
  { mode, scope, versions }: ReplayWish,
): Promise<Record<string, ReplayMapping>> {
  const { system, record } = scope
  const installed = registry.system(system)
  // A system that pushes canonical records needs no folder.
  if (!installed && !(await readSystem(pool, system))) throw unknownSystem(registry, system)
  if (mode === 'compare') {
    const { from, to } = versions as { from: number; to: number }
    for (const version of [from, to]) {
      const found = await registry.version(system, record as string, version)
      if (!found) throw new HubError('not_found', { detail: `mapping ${system}/${record}@${version}` })
      if (!found.mapping) throw broken(`${system}/${record}@${version}`)
    }
    return { [record as string]: { version: to, against: from } }
  }
  const forward = [...(installed?.records.values() ?? [])].filter(isPushed)
  const wanted = forward.filter(({ name }) => record === undefined || name === record)
  const takesCanonical = record === undefined || record === CANONICAL
  if (record !== undefined && wanted.length === 0 && !takesCanonical) {
    const known = [...forward.map(({ name }) => name), CANONICAL]
    if (installed) throw unknownRecord(installed, record, known)
    throw new HubError('unknown_record', { detail: `${system}/${record}`, members: { known } })
  }
  const mappings: Record<string, ReplayMapping> = {}
  for (const { name, mapping } of wanted) if (mapping) mappings[name] = { version: mapping.version }
  if (wanted.length > 0 && Object.keys(mappings).length === 0)
    throw broken(record === undefined ? system : `${system}/${record}`)
  return takesCanonical ? { [CANONICAL]: { version: SCHEMA_VERSION }, ...mappings } : mappings
}

const broken = (detail: string): HubError => new HubError('mapping_broken', { detail, retryAfterMs: 60_000 })

function wrongParts({ mode, scope, versions, targets }: ReplayWish): Issue[] {
  const issues: Issue[] = []
  const wrong = (path: string, reason: string): void => void issues.push({ path, code: 'E_SCHEMA', reason })
  scope.receipts?.forEach((id, i) => {
    if (messageTime(id) === null) wrong(`/scope/receipts/${i}`, 'not a receipt number')
  })
  const ways = (['receipts', 'rejectionGroup', 'flag', 'newest'] as const).filter(
    (name) => scope[name] !== undefined,
  )
  if (ways.length > 1) wrong(`/scope/${ways[1]}`, `only one of ${ways.join(', ')} can choose the messages`)
  if (scope.from !== undefined && scope.to !== undefined && Date.parse(scope.from) >= Date.parse(scope.to))
    wrong('/scope/to', 'not later than "from"')
  if (mode !== 'apply' && targets !== undefined) wrong('/targets', 'only "apply" changes anything')
  if (mode === 'compare') {
    if (scope.record === undefined) wrong('/scope/record', 'a comparison is of one record')
    if (scope.record === CANONICAL)
      wrong(
        '/scope/record',
        'canonical records have no mapping to compare; a "dry-run" compares them with what is stored',
      )
    if (versions === undefined) wrong('/versions', 'name the two versions: from and to')
  } else if (versions !== undefined) {
    wrong('/versions', 'a replay runs with the active mapping; activate the version, or compare')
  }
  return issues
}
