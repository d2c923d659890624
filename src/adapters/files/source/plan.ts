import { AdapterError, type Words } from '#adapters/adapter.ts'
import { contentTypeOf, isArchive, packingOf, unpackedName } from './content-type.ts'
import { compilePattern, type NameMatch, type NamePattern } from './pattern.ts'
import type { FilesSettings, NameSetting } from './settings.ts'

/** A file that is to be read, by its name. */
export interface Fit {
  readonly match: NameMatch
  /** Undefined: that of the channel. */
  readonly record: string | undefined
  /** Of the file, or of what is packed in it; null: nothing tells it. */
  readonly contentType: string | null
}

export interface Plan {
  readonly fit: (name: string) => Fit | null
  /** A member of an archive, by the last part of its name. */
  readonly fitMember: (name: string, archive: Fit) => Fit | null
  /** A record for what cannot be opened, and so is of none: it is kept under the first that the settings name. */
  readonly firstRecord: string | undefined
}

export interface PlanFault {
  readonly setting: string
  readonly reason: Words
}

interface Rule {
  readonly pattern: NamePattern
  readonly setting: NameSetting
}

/** All patterns compiled, or everything that is wrong with them. */
export function planOf(
  settings: FilesSettings,
): { readonly plan: Plan } | { readonly faults: readonly PlanFault[] } {
  const records = settings.records ?? {}
  const datasets = Object.keys(records)
  const faults: PlanFault[] = []
  const rulesOf = (names: readonly NameSetting[], at: string): Rule[] =>
    names.flatMap((setting, index) => {
      const compiled = compilePattern(setting.name, datasets)
      if ('pattern' in compiled) return [{ pattern: compiled.pattern, setting }]
      faults.push({ setting: `/settings/${at}/${index}/name`, reason: compiled.fault })
      return []
    })
  const files = rulesOf(settings.files, 'files')
  const members = settings.members && rulesOf(settings.members, 'members')
  if (faults.length > 0) return { faults }
  const fitting = (rules: readonly Rule[], name: string): Fit | null => {
    for (const { pattern, setting } of rules) {
      const match = pattern.match(name)
      if (!match) continue
      const record = setting.record ?? (match.dataset === null ? undefined : records[match.dataset])
      return { match, record, contentType: setting.contentType ?? typeOf(name) }
    }
    return null
  }
  return {
    plan: {
      firstRecord:
        [...settings.files, ...(settings.members ?? [])].find(({ record }) => record)?.record ??
        Object.values(records)[0],
      fit: (name) => fitting(files, name),
      fitMember: (name, archive) => {
        const last = name.slice(name.lastIndexOf('/') + 1)
        if (!members) return { ...archive, contentType: contentTypeOf(last) ?? archive.contentType }
        const fit = fitting(members, last)
        return fit && { ...fit, record: fit.record ?? archive.record }
      },
    },
  }
}

/**
 * Patterns whose files are of no record by themselves. What is in a package is named by its manifest, and what is in an archive by the
 * pattern of its members, where there are such.
 */
export function unnamedFiles(settings: FilesSettings): string[] {
  const { files, members = [], records = {}, package: packages } = settings
  if (packages) return []
  const byDataset = Object.keys(records).length > 0
  const isNamed = ({
    name,
    record,
  }: {
    readonly name: string
    readonly record?: string | undefined
  }): boolean => record !== undefined || (byDataset && name.includes('{dataset}'))
  const unnamed = files.flatMap((file, i) => (isNamed(file) ? [] : [{ ...file, i }]))
  const [archives, plain] = [
    unnamed.filter(({ name }) => members.length > 0 && packingOf(name) === 'zip'),
    unnamed.filter(({ name }) => members.length === 0 || packingOf(name) !== 'zip'),
  ]
  return [
    ...plain.map(({ i }) => `/settings/files/${i}/record`),
    ...(archives.length === 0
      ? []
      : members.flatMap((member, i) => (isNamed(member) ? [] : [`/settings/members/${i}/record`]))),
  ]
}

/** @throws AdapterError for the first thing that is wrong */
export function validPlan(settings: FilesSettings): Plan {
  const made = planOf(settings)
  if ('plan' in made) return made.plan
  const [fault] = made.faults
  throw new AdapterError('config', fault?.reason.en ?? 'a pattern is wrong', {
    setting: fault?.setting ?? '/settings/files',
    zh: fault?.reason.zh,
  })
}

function typeOf(name: string): string | null {
  const packing = packingOf(name)
  if (packing === 'zip') return null
  return packing === 'gzip' ? contentTypeOf(unpackedName(name)) : isArchive(name) ? null : contentTypeOf(name)
}
