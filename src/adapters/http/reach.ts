import got from 'got'
import { createGuardedAgents, pinnedLookup } from './agents.ts'
import { failureOfError } from './failure.ts'
import { checkAddress, type Resolve } from './guard.ts'

const TIMEOUT_MS = 5000

/** Whether anyone answers at an address, and if not, why. */
export type Reached =
  | { readonly reached: true; readonly status: number }
  | { readonly reached: false; readonly detail: string }

/**
 * Asks an address for its headers (HEAD, no redirect, 5 s): any HTTP answer counts, since a receiver may take nothing but POST. The
 * address is checked as for a delivery. Never throws for what the other side or the network can do.
 */
export async function reach(url: string, allow: readonly string[], resolve?: Resolve): Promise<Reached> {
  try {
    const address = await checkAddress(url, allow, resolve)
    const agent = createGuardedAgents(address.allow)
    try {
      const { statusCode } = await got.head(address.url, {
        headers: { 'user-agent': 'trace-hub' },
        agent,
        dnsLookup: pinnedLookup(address),
        followRedirect: false,
        throwHttpErrors: false,
        retry: { limit: 0 },
        timeout: { request: TIMEOUT_MS },
      })
      return { reached: true, status: statusCode }
    } finally {
      agent.http.destroy()
      agent.https.destroy()
    }
  } catch (error) {
    return { reached: false, detail: failureOfError(error).detail }
  }
}
