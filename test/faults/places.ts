/** Where an `api` can die while it takes a message, and a `worker` while it delivers. */
export const PLACES = {
  api: ['before COMMIT is sent', 'after COMMIT is sent', 'after COMMIT, before the answer'],
  worker: [
    'after the lease, before the request',
    'after the answer of the receiver, before the verdicts are stored',
    'after the verdicts are stored',
  ],
} as const
export type Place = (typeof PLACES)['api' | 'worker'][number]
