import { fieldLines, massUnit } from './fields.ts'
import { headingUnit, type Meaning } from './meaning.ts'
import { linesOf } from './part-lines.ts'
import type { PlaceColumns } from './place-columns.ts'
import { inComment, quoted } from './quoted.ts'
import type { Recognised } from './recognise.ts'

const ANIMAL_PAPER: Meaning = 'document.animal'
const MEAT_PAPERS: ReadonlySet<Meaning | undefined> = new Set(['document.product', 'document.meat_quality'])

/** Whether the rows tell of a slaughter: live animals go in, meat comes out. `perhaps` is for a person to decide. */
export type Slaughter = 'certain' | 'perhaps' | 'none'

/**
 * Heads that were killed are a slaughter; so are carcasses beside live animals, and a paper for animals beside one for their meat in
 * one row of a slaughterhouse. The same two papers elsewhere, or where goods are sold, may only be copied from before.
 */
export function slaughterOf(fields: readonly Recognised[]): Slaughter {
  const find = (meaning: Meaning): Recognised | undefined =>
    fields.find((field) => field.meaning === meaning && field.profile.filled > 0)
  const has = (...meanings: Meaning[]): boolean => meanings.some((one) => find(one) !== undefined)
  if (has('slaughtered.heads')) return 'certain'
  if (has('carcass.mass') && has('live.mass', 'arrived.heads', ANIMAL_PAPER)) return 'certain'
  const animal = find(ANIMAL_PAPER)
  const meat = fields.find(({ meaning }) => MEAT_PAPERS.has(meaning))
  if (animal === undefined || meat === undefined || !isTogether(animal, meat)) return 'none'
  const isSold = has('buyer.name', 'buyer.code', 'price')
  return has('slaughterhouse.code', 'slaughterhouse.name') && !isSold ? 'certain' : 'perhaps'
}

/** Whether some row has a value in both. */
const isTogether = (one: Recognised, other: Recognised): boolean =>
  one.profile.filled + other.profile.filled > one.profile.records

/**
 * The fields as every other record has them beside a slaughter: on what arrives and is tested the paper of the animals, on what is
 * sold and leaves those of the meat. Without a slaughter, heads and carcasses are quantities like any other.
 */
export function besideSlaughter(
  kind: string,
  fields: readonly Recognised[],
  slaughter: Slaughter,
): Recognised[] {
  if (slaughter !== 'certain') return withoutSlaughter(fields)
  const isMeat = kind === 'sale' || kind === 'dispatch'
  return fields.filter(({ meaning }) => (isMeat ? meaning !== ANIMAL_PAPER : !MEAT_PAPERS.has(meaning)))
}

function withoutSlaughter(fields: readonly Recognised[]): Recognised[] {
  const isFree = (wanted: Meaning): boolean => !fields.some(({ meaning }) => meaning === wanted)
  const mass = isFree('quantity')
    ? fields.find(({ meaning }) => meaning === 'carcass.mass' || meaning === 'live.mass')
    : undefined
  return fields.map((field): Recognised => {
    if (field === mass) return { ...field, meaning: 'quantity' }
    return field.meaning === 'arrived.heads' && isFree('heads') ? { ...field, meaning: 'heads' } : field
  })
}

/** What a transformation has of the row beside what goes in and out; where another record has the rest, only who, where and when. */
const SHARED = /^(occurredAt|recordedAt|region|sites\.(?!farm|stall)|parties\.(?!buyer)|product)/u
const WHOLE = /^(occurredAt|recordedAt|region|sites|parties|product|origin|destination|vehicle|note)/u

/** The lines of a transformation, in the form of a member of `emit`. @param isMain the row is this and, besides, at most a test */
export function slaughterLines(
  fields: readonly Recognised[],
  isMain: boolean,
  places: readonly PlaceColumns[],
): string[] {
  const named = (meaning: Meaning): Recognised | undefined =>
    fields.find((field) => field.meaning === meaning)
  const papers = fields.filter(({ meaning }) => meaning === ANIMAL_PAPER || MEAT_PAPERS.has(meaning))
  const animals = papers.filter(({ meaning }) => meaning === ANIMAL_PAPER)
  const meats = papers.filter(({ meaning }) => MEAT_PAPERS.has(meaning))
  const heads = named('slaughtered.heads') ?? named('heads')
  const carcass = named('carcass.mass')
  const lots = fields.filter(({ meaning, profile }) => meaning === 'lot' && !profile.list)
  const input = [
    ...paperLines('input', animals),
    ...lotLines(lots),
    ...(heads ? [`quantity: { from: ${quoted(heads.profile.name)}, unit: { const: 头 } }`] : []),
    ...massLines(named('live.mass')),
  ]
  const output = [...paperLines('output', meats), ...massLines(carcass)]
  const shared = linesOf(fieldLines('transformation', fields, places), isMain ? WHOLE : SHARED)
  return [
    '  - kind: transformation',
    ...whenLines(named('slaughtered.heads'), carcass ?? meats[0]),
    '    fields:',
    '      process: { const: slaughter }',
    ...[...shared, ...nested('input', input), ...nested('output', output)].map((line) => `      ${line}`),
  ]
}

const nested = (name: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${name}:`, ...lines.map((line) => `  ${line}`)]

/** A row may also tell of animals that were refused, or wait. */
function whenLines(killed: Recognised | undefined, out: Recognised | undefined): string[] {
  if (killed !== undefined) return [`    when: { ${quoted(killed.profile.name)}: { above: '0' } }`]
  return out === undefined ? [] : [`    when: { ${quoted(out.profile.name)}: present }`]
}

const PAPERS: Readonly<Record<string, string>> = {
  'document.animal': '[animal_A, animal_B]',
  'document.product': '[product_A, product_B]',
  'document.meat_quality': 'meat_quality',
}

function paperLines(role: 'input' | 'output', papers: readonly Recognised[]): string[] {
  if (papers.length === 0) return []
  return [
    'documents:',
    ...papers.map(
      ({ meaning, profile }) =>
        `  - { role: ${role}, from: ${quoted(profile.name)}, type: ${PAPERS[meaning ?? '']} }`,
    ),
  ]
}

function lotLines(lots: readonly Recognised[]): string[] {
  const [first] = lots
  if (first === undefined) return []
  const name = first.profile.name
  return [
    `# CHECK whether ${inComment(name)} numbers the live animals, or the meat: then it stands under output`,
    'lots:',
    `  - { role: input, from: ${quoted(name)}, scheme: local }`,
  ]
}

function massLines(field: Recognised | undefined): string[] {
  if (field === undefined) return []
  const unit = headingUnit(field.profile.name)
  return massUnit('mass', quoted(field.profile.name), unit)
}

/** What is said of a slaughter that only a person can tell. */
export function perhapsLines(fields: readonly Recognised[]): string[] {
  const names = fields
    .filter(({ meaning }) => meaning === ANIMAL_PAPER || MEAT_PAPERS.has(meaning))
    .map(({ profile }) => inComment(profile.name))
  return [
    `  # CHECK: a paper for live animals and one for meat stand in one row (${names.join(', ')}). Where the row is a slaughter, add a`,
    '  # record of the kind transformation: the first under input, the second under output.',
  ]
}
