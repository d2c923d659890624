/** Examples of links in the OpenAPI document. */

const laneExample = {
  secondsBehind: 0,
  oldest: null,
  held: { waiting: 0, refused: 0 },
  position: '1204',
  attempts: 0,
  nextAt: null,
  delivered: 1180,
  refused: 0,
  coalesced: 0,
  lastOkAt: '2026-07-14T20:12:31.500Z',
  lastError: null,
  breaker: 'closed',
}

export const linkExample = {
  id: '0b6a1c8e-37d2-4c41-9d2e-5f3a5c0198f2',
  name: 'City platform',
  system: null,
  url: 'http://127.0.0.1:9000/changes',
  allowAddress: ['127.0.0.1/32:9000'],
  filter: { kinds: ['sale', 'entry'], regions: ['330400'] },
  mapping: 'canonical',
  limits: { changesPerSecond: 2000 },
  coalesce: false,
  folder: null,
  sees: ['public', 'partner'],
  signing: [{ scheme: 'v1', publicKey: null, validUntil: null }],
  hasToken: false,
  state: 'active',
  createdAt: '2026-07-14T20:00:00.000Z',
  updatedAt: '2026-07-14T20:00:00.000Z',
  behind: 0,
  ...laneExample,
  recall: { ...laneExample, delivered: 0, lastOkAt: null },
}

export const newLinkExample = {
  ...linkExample,
  position: '0',
  behind: 1204,
  secondsBehind: 41,
  oldest: { position: '1', at: '2026-07-14T19:59:19.000Z' },
  delivered: 0,
  lastOkAt: null,
  recall: { ...linkExample.recall, position: '0' },
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
}
