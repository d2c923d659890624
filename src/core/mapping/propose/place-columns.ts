import type { FieldProfile } from './field-profile.ts'

/** A place that is written in several columns: province, city, county, township. */
export interface PlaceColumns {
  readonly target: 'origin' | 'destination'
  /** From the largest to the smallest. */
  readonly fields: readonly string[]
}

const LEVELS: readonly RegExp[] = [
  /[_-]?(省份|省|province)$/iu,
  /[_-]?(地级市|地市|(?<!级)市|city)$/iu,
  /[_-]?(县级市|县区|区县|县|区|county|district)$/iu,
  /[_-]?(乡镇街道|乡镇|街道|乡|镇|township|town)$/iu,
]
const TO = /到达|目的|去向|dest|arriv/iu

/** Places of columns such as 启运地点_省份, 启运地点_地级市, 启运地点_县级市: two levels at least, by what stands before the level. */
export function placeColumns(profiles: readonly FieldProfile[]): PlaceColumns[] {
  const groups = new Map<string, string[]>()
  for (const { name, filled } of profiles) {
    const level = LEVELS.findIndex((ending) => ending.test(name))
    if (level < 0 || filled === 0) continue
    const stem = name.replace(LEVELS[level] as RegExp, '')
    const group = groups.get(stem) ?? []
    group[level] ??= name
    groups.set(stem, group)
  }
  return [...groups]
    .map(
      ([stem, fields]): PlaceColumns => ({
        target: TO.test(stem) ? 'destination' : 'origin',
        fields: fields.filter((field) => field !== undefined),
      }),
    )
    .filter(({ fields }) => fields.length > 1)
}
