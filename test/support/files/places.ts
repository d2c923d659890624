import type { ConnectPort } from '#adapters/adapter.ts'
import type { PlaceParts } from '#adapters/files/places/open.ts'
import type { PlaceSettings } from '#adapters/files/places/settings.ts'
import { createConnectPort } from '#adapters/ports/connect.ts'

export const USER = 'city'
export const PASSWORD = 'a secret of 2024'

const LIMITS = { requestsPerSecond: null, rowsPerSecond: null, pageRows: 500, maxBytes: 1e9, timeoutMs: 3000 }

/** A port that lets connect to this machine, as an operator allows it. */
export function connectHere(signal: AbortSignal, timeoutMs = 3000): ConnectPort {
  return createConnectPort({
    allow: ['127.0.0.1/32:1-65535'],
    limits: { ...LIMITS, timeoutMs },
    clock: { now: Date.now, pause: async () => {} },
    signal,
  })
}

/** What a place is opened with, on this machine. */
export function placeParts(
  settings: Partial<PlaceSettings>,
  more: {
    signal?: AbortSignal
    folders?: string[]
    timeoutMs?: number
    secrets?: Record<string, string>
  } = {},
): PlaceParts {
  const { signal = new AbortController().signal, folders = [], timeoutMs = 3000 } = more
  return {
    settings: {
      protocol: 'local',
      folder: '/',
      trustFirstHostKey: false,
      oldAlgorithms: false,
      encoding: 'utf-8',
      ...(settings.protocol === 'local' || settings.protocol === undefined
        ? {}
        : { host: '127.0.0.1', user: USER }),
      ...settings,
    },
    secrets: more.secrets ?? { password: PASSWORD },
    connect: connectHere(signal, timeoutMs),
    folders,
    limits: { timeoutMs },
    signal,
  }
}
