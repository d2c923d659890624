import type { Pool } from 'pg'
import { parseEgress } from '#adapters/http/egress.ts'
import { HubError } from '#core/errors.ts'
import { setEgress, setHubEgress } from '#store/egress.ts'
import { listPartners, type Partner } from '#store/partners.ts'

const PARTNERS_MAX = 10_000
/** Of a list that is set by a call or command. */
export const ENTRIES_MAX = 200

/** The entries as they are stored. Throws `invalid_request` for one that is none. */
function checkedEntries(egress: readonly string[] | null): string[] | null {
  const issues = (egress ?? []).flatMap((entry, i) =>
    parseEgress(entry)
      ? []
      : [
          {
            path: `/egress/${i}`,
            code: 'E_SCHEMA' as const,
            value: entry.slice(0, 80),
            reason: 'no host, name below a host, address or network, each with or without a port',
            fix: 'Write it like api.example.cn:443, *.example.cn, 203.0.113.0/24 or [2001:db8::]/32.',
          },
        ],
  )
  if (issues.length > 0) throw new HubError('invalid_request', { issues })
  return egress && [...new Set(egress.map((entry) => entry.toLowerCase()))]
}

/** Sets the list of a partner. Throws `invalid_request` for an entry that is none, `not_found` where there is no such partner. */
export async function changeEgress(
  pool: Pool,
  id: string,
  egress: readonly string[] | null,
): Promise<Partner> {
  if (!(await setEgress(pool, id, checkedEntries(egress))))
    throw new HubError('not_found', { detail: `partner ${id}` })
  const partner = (await listPartners(pool, PARTNERS_MAX)).find((one) => one.id === id)
  if (!partner) throw new HubError('not_found', { detail: `partner ${id}` })
  return partner
}

/** Sets the list of the hub, for what is of no partner, and gives it as it is stored. Throws `invalid_request` for an entry that is none, or one too many. */
export async function changeHubEgress(
  pool: Pool,
  egress: readonly string[] | null,
): Promise<readonly string[] | null> {
  if ((egress ?? []).length > ENTRIES_MAX)
    throw new HubError('invalid_request', {
      issues: [{ path: '/egress', code: 'E_SCHEMA', reason: `more than ${ENTRIES_MAX} entries` }],
    })
  const checked = checkedEntries(egress)
  await setHubEgress(pool, checked)
  return checked
}
