import { LIMITS } from '#adapters/limits.ts'
import { createHttpPort } from '#adapters/ports/http.ts'
import { createProvider, type Provider } from '#flow/operators/provider.ts'
import type { Settings } from './settings.ts'

const TIMEOUT_MS = 10_000

/** The provider of the settings over a guarded client of its own; undefined where none is named. */
export function openProvider({
  oidc,
  publicUrl,
}: Pick<Settings, 'oidc' | 'publicUrl'>): (Provider & { close(): void }) | undefined {
  if (!oidc || publicUrl === undefined) return undefined
  const http = createHttpPort({
    allow: oidc.allowAddress,
    limits: { ...LIMITS, timeoutMs: TIMEOUT_MS, maxBytes: 1_000_000 },
    // It has no rate, so nothing ever pauses.
    clock: { now: Date.now, pause: async () => {} },
    signal: new AbortController().signal,
  })
  const redirectUri = `${publicUrl}/admin/oidc/callback`
  return { ...createProvider({ ...oidc, redirectUri, http }), close: () => http.close() }
}
