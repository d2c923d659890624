import type { SaxesTagPlain } from 'saxes'
import { DecodeRefusal } from '#adapters/push/refusal.ts'
import type { ReadOptions } from '#core/source.ts'

type Envelope = NonNullable<NonNullable<ReadOptions['xml']>['envelope']>

/**
 * Refuses a message whose outermost element is not the one that the mapping names. A file of another record would otherwise be read
 * as an empty one, or as one that is full of broken rows.
 * @throws DecodeRefusal
 */
export function checkEnvelope(tag: SaxesTagPlain, { name, attributes }: Envelope): void {
  const fix = 'post the file to the record that it is for'
  if (tag.name !== name)
    throw new DecodeRefusal('E_SCHEMA', tag.name, `the rows must stand inside of ${name}`, fix)
  for (const [attribute, wanted] of Object.entries(attributes)) {
    const found = tag.attributes[attribute]
    if (found === wanted) continue
    const reason = found === undefined ? `no ${attribute}, but ${wanted} is wanted` : `it is not ${wanted}`
    throw new DecodeRefusal('E_SCHEMA', `${name}/@${attribute}`, reason, fix)
  }
}
