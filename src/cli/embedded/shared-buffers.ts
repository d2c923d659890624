import { totalmem } from 'node:os'

const MB = 1024 * 1024
const LEAST_MB = 128
const MOST_MB = 1024
/** PostgreSQL alone on a machine is given a quarter; this one shares it with the hub, and the system caches the same files. */
const SHARE = 16

/**
 * What PostgreSQL keeps of its tables: with 1 GB a walk of a graph that fits takes 0.8 of the processor time that it takes with 128 MB,
 * because each page that is not there is fetched from the system's cache anew. It is taken as it is filled.
 * @param bytes memory of the machine, or of the container where that has less
 * @returns as PostgreSQL reads it
 */
export function sharedBuffers(bytes: number = memory()): string {
  return `${Math.min(MOST_MB, Math.max(LEAST_MB, Math.floor(bytes / SHARE / MB)))}MB`
}

/** Outside a container the second is 0, or more than there is. */
const memory = (): number => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
