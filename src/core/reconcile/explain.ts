import type { VersionKey } from './bucket.ts'
import type { Difference, KeyPair } from './compare.ts'
import { joinDigests, versionDigest } from './digest.ts'

/** Earlier versions of one record that are tried: so many below its own, and from the first on, because a hub that was restored leaves numbers out. */
const VERSIONS_MAX = 1000

/**
 * The records by which two sides differ in a bucket, as far as figures alone name them beyond doubt: the other side has none; or it has one or two
 * fewer, or one in an older version, and the digests of both sides differ by just these (128 bits, which no others give by chance).
 * Null where figures do not say it.
 * @param keys all of ours in the bucket
 */
export function explained(keys: readonly VersionKey[], { own, theirs }: Difference): KeyPair[] | null {
  // Something was stored since the figures were put together: they are of another set.
  if (keys.length !== own.count) return null
  if (theirs.count === 0) return keys.map(lacking)
  if (own.digest === null || theirs.digest === null) return null
  const wanted = joinDigests(own.digest, theirs.digest)
  if (own.count - theirs.count === 0) return older(keys, wanted)
  const digests = new Map(keys.map((key) => [versionDigest(key.id, key.version), key]))
  if (own.count - theirs.count === 1) {
    const one = digests.get(wanted)
    return one ? [lacking(one)] : null
  }
  if (own.count - theirs.count !== 2) return null
  for (const [digest, key] of digests) {
    const other = digests.get(joinDigests(digest, wanted))
    if (other && other !== key) return [lacking(key), lacking(other)]
  }
  return null
}

function older(keys: readonly VersionKey[], wanted: string): KeyPair[] | null {
  for (const { id, version, mass } of keys) {
    const digest = versionDigest(id, version)
    for (const past of earlier(version))
      if (joinDigests(digest, versionDigest(id, past)) === wanted)
        return [{ id, own: { version, mass }, theirs: { version: past, mass: null } }]
  }
  return null
}

function* earlier(version: number): Generator<number> {
  const least = Math.max(1, version - VERSIONS_MAX)
  for (let past = version - 1; past >= least; past--) yield past
  for (let past = Math.min(VERSIONS_MAX, least - 1); past >= 1; past--) yield past
}

const lacking = ({ id, version, mass }: VersionKey): KeyPair => ({
  id,
  own: { version, mass },
  theirs: null,
})
