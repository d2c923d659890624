import type { Kind } from '#core/model/kinds.ts'
import {
  type Cuts,
  cutSpace,
  putBackPersonal,
  type Taken,
  takePersonal,
  type VersionTexts,
  writeLeft,
  writeValues,
} from '#core/model/taken-values.ts'
import { hasDataKeys, openedAtOnce, openedFor, sealedFor } from './data-keys.ts'
import { unreadable } from './sealed-text.ts'

declare const stored: unique symbol
/**
 * A body as a column has it: canonical JSON, of which what is of persons may be sealed. It is no text to the compiler, so that none can be used without
 * having been opened.
 */
export interface StoredBody {
  readonly [stored]: true
}

/** Where a body is stored; a sealed one opens nowhere else. */
export const versionPlace = (recordId: string, version: number): string =>
  `record_versions ${recordId} ${version}`
export const claimPlace = (id: string): string => `claims ${id}`

/** The member of a body that holds what was taken out of it; its name comes after those of the model, so the text stays canonical. */
const MEMBER = ',"~":"'
const END = '"}'
/** That of a body in which nothing else is left. */
const ALONE = `{${MEMBER.slice(1)}`

/** The texts of a version as they are stored: what is of persons is sealed, for this place, where the connection has data keys. */
export function sealVersion(db: object, kind: Kind, texts: VersionTexts, place: string): VersionTexts {
  const taken = hasDataKeys(db) ? takePersonal(kind, texts) : null
  return taken ? sealTaken(db, taken, place) : texts
}

/** The same of what was taken out already. @param db has data keys */
export function sealTaken(db: object, taken: Taken, place: string): VersionTexts {
  const sealed = sealTexts(db, Buffer.from(taken.values), place)
  const start = taken.body === '{}' ? ALONE : taken.body.slice(0, -1) + MEMBER
  return { body: `${start}${sealed}${END}`, recorded: taken.recorded }
}

/** Bodies are sealed in this memory one after the other; a longer one gets its own. */
const ROOM = Buffer.allocUnsafeSlow(256 * 1024)

/**
 * The body, with its cuts sealed for this place, as `sealVersion` makes it; until the next call.
 * @param bytes of its text @param db has data keys
 */
export function sealCuts(db: object, bytes: Buffer, cuts: Cuts, place: string): Uint8Array {
  const space = cutSpace(bytes, cuts)
  const room = space * 4 <= ROOM.length ? ROOM : Buffer.allocUnsafe(space * 4)
  const values = room.subarray(0, writeValues(bytes, cuts, room, 0))
  const sealed = sealTexts(db, values, place)
  const left = writeLeft(bytes, cuts, room, 0)
  // In the place of the bracket that ends the body.
  let end = left - 1
  end += room.write(MEMBER, end, 'latin1')
  end += room.write(sealed, end, 'latin1')
  end += room.write(END, end, 'latin1')
  return room.subarray(0, end)
}

function sealTexts(db: object, values: Uint8Array, place: string): string {
  const sealed = sealedFor(db, values, place)
  if (!sealed) throw new Error('what was taken out cannot be sealed: the data keys are not there')
  return sealed.toString('base64')
}

/**
 * The texts of a version as they were given to `sealVersion`, to the character.
 * @throws {HubError} `sealed_unreadable` where a byte is another, or they were sealed for another place or with keys that are not there
 */
export async function openVersion(db: object, stored: StoredTexts, place: string): Promise<VersionTexts> {
  const parts = partsOf(stored)
  if (!parts) return asTheyAre(stored)
  try {
    return whole(parts, await openedFor(db, parts.sealed, place))
  } catch (error) {
    throw unreadable(error, place)
  }
}

/**
 * The same without waiting, for hundreds of versions at once; null where it needs a data key that is not at hand, which `openVersion` looks for.
 * @throws {HubError} `sealed_unreadable`
 */
export function openVersionAtOnce(db: object, stored: StoredTexts, place: string): VersionTexts | null {
  const parts = partsOf(stored)
  if (!parts) return asTheyAre(stored)
  try {
    const values = openedAtOnce(db, parts.sealed, place)
    return values && whole(parts, values)
  } catch (error) {
    throw unreadable(error, place)
  }
}

/** The texts of a version as columns have them. */
interface StoredTexts {
  readonly body: StoredBody
  readonly recorded?: string | null
}

interface SealedParts extends VersionTexts {
  readonly sealed: Buffer
}

const asTheyAre = ({ body, recorded = null }: StoredTexts): VersionTexts => ({
  body: body as unknown as string,
  recorded,
})

/** What is left in the clear and what is sealed; null where nothing is. */
function partsOf({ body, recorded = null }: StoredTexts): SealedParts | null {
  const text = body as unknown as string
  const at = sealedFrom(text)
  if (at < 0) return null
  const sealed = Buffer.from(text.slice(at + MEMBER.length, -END.length), 'base64')
  return { body: at === 0 ? '{}' : `${text.slice(0, at)}}`, recorded, sealed }
}

const whole = ({ body, recorded }: SealedParts, values: Buffer): VersionTexts =>
  putBackPersonal({ body, recorded, values: values.toString() })

/** Where the sealed member of a body begins, as its last one; below 0 where it has none. */
function sealedFrom(text: string): number {
  if (!text.endsWith(END)) return -1
  const at = text.startsWith(ALONE) ? 0 : text.lastIndexOf(MEMBER)
  const isLast = at >= 0 && text.indexOf('"', at + MEMBER.length) === text.length - END.length
  return isLast ? at : -1
}

/** Rows with their bodies opened, in their order. */
export async function openBodies<Row extends { readonly body: StoredBody }>(
  db: object,
  rows: readonly Row[],
  placeOf: (row: Row) => string,
): Promise<(Omit<Row, 'body'> & { readonly body: string })[]> {
  const opened: (Omit<Row, 'body'> & { readonly body: string })[] = []
  for (const row of rows) {
    const { body } = await openVersion(db, { body: row.body }, placeOf(row))
    opened.push({ ...row, body })
  }
  return opened
}
