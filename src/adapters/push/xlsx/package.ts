import { notWorkbook, refuseTable } from '#adapters/push/table/refuse.ts'
import type { Directory, Part } from './archive.ts'
import { inflate } from './inflate.ts'
import { PARTS_MAX } from './limits.ts'
import { type Attributes, readWholePart } from './part-reader.ts'
import { tooLarge } from './refuse.ts'
import type { Source } from './source.ts'

/** Opens a part of the archive. */
export type OpenPart = (part: Part) => AsyncIterable<Uint8Array>

/** Where the parts of a workbook are, and what it says of itself. */
export interface Package {
  readonly sheets: readonly SheetEntry[]
  readonly is1904: boolean
  readonly sharedTexts: Part | null
  readonly formats: Part | null
}

export interface SheetEntry {
  readonly name: string
  /** Hidden by its author, or by a program. */
  readonly isHidden: boolean
  readonly part: Part | null
}

const SHEETS_MAX = 10_000

export const partOpener =
  (source: Source, budget: { left: number }): OpenPart =>
  (part) =>
    inflate(source, part, budget)

/** Follows the relationships from the root of the package to its sheets. @throws DecodeRefusal where it is no workbook */
export async function readPackage(directory: Directory, open: OpenPart): Promise<Package> {
  const root = await readRelations(directory, open, '')
  const path = [...root.values()].find(({ type }) => type === 'officeDocument')?.target
  const workbook = path === undefined ? undefined : directory.get(path)
  if (path === undefined || !workbook) throw otherPackage(directory)
  if (path.endsWith('.bin')) throw notWorkbook('binary')
  const relations = await readRelations(directory, open, path)
  const partOf = (wanted: string): Part | null => {
    for (const { type, target } of relations.values())
      if (type === wanted) return directory.get(target) ?? null
    return null
  }
  const sheets: { name: string; isHidden: boolean; id: string }[] = []
  let is1904 = false
  let isSpreadsheet = false
  await readWholePart(open(workbook), workbook.name, {
    open(name, attributes) {
      if (name === 'workbook') isSpreadsheet = true
      else if (name === 'workbookPr') is1904 = isTrue(attributes['date1904'])
      else if (name === 'sheet' && sheets.length < SHEETS_MAX) sheets.push(sheetOf(attributes))
    },
  })
  if (!isSpreadsheet) throw otherPackage(directory)
  return {
    is1904,
    sharedTexts: partOf('sharedStrings'),
    formats: partOf('styles'),
    sheets: sheets.map(({ name, isHidden, id }) => {
      const relation = relations.get(id)
      const part = relation?.type === 'worksheet' ? directory.get(relation.target) : undefined
      return { name, isHidden, part: part ?? null }
    }),
  }
}

/** `state` may be `hidden` or `veryHidden`. */
const sheetOf = (attributes: Attributes) => ({
  name: attributes['name'] ?? '',
  isHidden: (attributes['state'] ?? 'visible') !== 'visible',
  id: attributes['id'] ?? '',
})

export const isTrue = (text: string | undefined): boolean => text === '1' || text === 'true'

interface Relation {
  /** The last step of its type, in which the two forms of the standard agree. */
  readonly type: string
  /** Name of the part, in small letters. */
  readonly target: string
}

/** The relations of a part, by their identifiers; those of the package itself for the empty path. */
async function readRelations(
  directory: Directory,
  open: OpenPart,
  path: string,
): Promise<ReadonlyMap<string, Relation>> {
  const slash = path.lastIndexOf('/') + 1
  const part = directory.get(`${path.slice(0, slash)}_rels/${path.slice(slash)}.rels`)
  const relations = new Map<string, Relation>()
  if (!part) return relations
  await readWholePart(open(part), part.name, {
    open(name, attributes) {
      if (name !== 'Relationship' || attributes['TargetMode'] === 'External') return
      const target = resolved(path.slice(0, slash), attributes['Target'] ?? '')
      const type = attributes['Type'] ?? ''
      if (relations.size >= PARTS_MAX) throw tooLarge(part.name, `more than ${PARTS_MAX} relations`)
      relations.set(attributes['Id'] ?? '', { type: type.slice(type.lastIndexOf('/') + 1), target })
    },
  })
  return relations
}

/** A target is relative to the folder of its part, or begins with a slash. */
function resolved(folder: string, target: string): string {
  const steps: string[] = []
  const whole = target.startsWith('/') ? target : folder + target
  for (const step of whole.replaceAll('\\', '/').toLowerCase().split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '' && step !== '.') steps.push(step)
  }
  return steps.join('/')
}

function otherPackage(directory: Directory) {
  if (directory.has('xl/workbook.bin')) return notWorkbook('binary')
  if (directory.has('word/document.xml')) return notWorkbook('word')
  if (directory.has('content.xml')) return notWorkbook('open_document')
  return refuseTable('no_workbook', 'zip directory')
}
