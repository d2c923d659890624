import { AdapterError } from '#adapters/adapter.ts'

/** A source that stops where it says that more exist: to go on would pass over the rest in silence. */
export const heldBack = (setting = '/settings/paging'): AdapterError =>
  new AdapterError('source', 'the source says that there are more rows, and does not give them', { setting })
