import type { Body } from '#core/model/body.ts'
import type { PartyPart } from '#core/model/parts.ts'
import { endsAsOrganisation } from '#core/organisation-name.ts'
import { isPersonalCode } from '#core/personal.ts'
import { normaliseKey } from '#core/text.ts'

type Parties = Pick<Body, 'parties'>

/**
 * Whether two tests name their laboratory and it is the same: by codes of one scheme where both have such, else by its name. Where one does not name it, nobody
 * knows, and it is taken for another.
 */
export const isSameLaboratory = (a: Parties, b: Parties): boolean =>
  testersOf(a).some((one) => testersOf(b).some((other) => isSame(one, other)))

/** Whether a test names who tested. */
export const namesLaboratory = (test: Parties): boolean => testersOf(test).length > 0

const testersOf = ({ parties = [] }: Parties): PartyPart[] => parties.filter(({ role }) => role === 'tester')

function isSame(a: PartyPart, b: PartyPart): boolean {
  const pairs = codesOf(a).flatMap((one) =>
    codesOf(b).flatMap((other) => (one.scheme === other.scheme ? [one.value === other.value] : [])),
  )
  if (pairs.length > 0) return pairs.includes(true)
  const name = nameOf(a)
  return name !== null && name === nameOf(b)
}

const codesOf = ({ ids }: PartyPart) => ids.filter((id) => !isPersonalCode(id))

/** Names of persons have two to four characters, do not end as those of laboratories do (省检测院), have a dot between their parts, or are masked: who held the instrument says nothing of the laboratory. */
const SHORTEST = 5
const PERSON = /[·•・.*]/

function nameOf({ name, personal, kind }: PartyPart): string | null {
  if (name === undefined || personal === true || kind === 'person' || kind === 'farmer') return null
  const key = normaliseKey(name).replace(/\s+/gu, '')
  const isLaboratory = [...key].length >= SHORTEST || endsAsOrganisation(key)
  return isLaboratory && !PERSON.test(key) ? key : null
}
