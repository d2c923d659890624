import { canonicalJson } from './canonical-json.ts'
import type { Kind } from './kinds.ts'
import { hidePersonal } from './personal-values.ts'

/** Texts of a version: canonical JSON of its body, and of recordedAt where it has one. */
export interface VersionTexts {
  readonly body: string
  readonly recorded: string | null
}

/** The texts with places instead of what is of persons, and what stood there, as JSON text; or nothing, and the texts as a whole there. */
export interface Taken extends VersionTexts {
  readonly values: string
}

/** A place is a text of this sign and a number; where the record itself has such texts, the sign is repeated until it has none. */
const SIGN = '~'

/**
 * Takes what is, or may be, of a person out of the texts of a version; null where there is nothing of that. The texts stay JSON, so that SQL finds in
 * them what is of goods.
 */
export function takePersonal(kind: Kind, texts: VersionTexts): Taken | null {
  const values: unknown[] = []
  const sign = signFor(texts)
  const body = JSON.parse(texts.body) as object
  const record = texts.recorded === null ? body : { ...body, recordedAt: JSON.parse(texts.recorded) }
  const { recordedAt, ...left } = hidePersonal(kind, record, (_, value) => `${sign}${values.push(value) - 1}`)
  if (values.length === 0) return null
  const taken = {
    body: canonicalJson(left),
    recorded: recordedAt === undefined ? null : canonicalJson(recordedAt),
    values: JSON.stringify([sign, ...values.map(canonicalJson)]),
  }
  return isWhole(taken, texts) ? taken : { body: '{}', recorded: null, values: JSON.stringify(texts) }
}

/**
 * Whether the same texts come back: not one character of a record may depend on how it is stored. They do not where `JSON.parse` read another text than
 * was there (V8 of Node 24.21 takes `"\"~0\""` for `"\\\"~0"` where both are names in one text); such a record is taken as a whole.
 */
function isWhole(taken: Taken, { body, recorded }: VersionTexts): boolean {
  try {
    const back = putBackPersonal(taken)
    return back.body === body && back.recorded === recorded
  } catch {
    return false
  }
}

function signFor({ body, recorded }: VersionTexts): string {
  let sign = SIGN
  while (body.includes(`"${sign}`) || recorded?.includes(`"${sign}`)) sign += SIGN
  return sign
}

/** The texts as they were before `takePersonal`, to the character. @throws where they and the values do not fit */
export function putBackPersonal({ body, recorded, values }: Taken): VersionTexts {
  const read = JSON.parse(values) as string[] | VersionTexts
  if (!Array.isArray(read)) return read
  const [sign = '', ...texts] = read
  const places = new RegExp(`"${sign}(\\d+)"(?!:)`, 'g')
  let count = 0
  const put = (text: string): string =>
    text.replace(places, (_, place: string) => {
      count += 1
      return texts[Number(place)] ?? misfit()
    })
  const whole = { body: put(body), recorded: recorded === null ? null : put(recorded) }
  return count === texts.length ? whole : misfit()
}

function misfit(): never {
  throw new Error('the places of a version and its sealed values do not fit')
}
