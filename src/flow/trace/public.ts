import type { Pool } from 'pg'
import { HubError } from '#core/errors.ts'
import { loadTrace } from './load-trace.ts'
import type { PublicTrace } from './public-trace.ts'
import { publicView } from './public-view.ts'

const DEPTH = 12
const NODES_MAX = 100

/** The path behind a code as anyone may see it; null for a code that no record mentions, or that can be none. */
export async function publicTrace(
  pool: Pool,
  code: string,
  systems: readonly string[],
): Promise<PublicTrace | null> {
  try {
    const trace = await loadTrace(pool, { code, direction: 'back', depth: DEPTH, limit: NODES_MAX, systems })
    return publicView(code, trace)
  } catch (error) {
    if (error instanceof HubError && (error.code === 'not_found' || error.code === 'invalid_request'))
      return null
    throw error
  }
}
