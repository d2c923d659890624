import type { FieldProfile } from './field-profile.ts'
import { lastName } from './meaning.ts'

const ROW_NUMBER = /^(序号|编号|行号|no|xh|serialno|serial)$/u
/** `1`, `2`, `3`: a row, not a record. */
const COUNTED = /^\d{1,4}$/u

/** Whether a field is called as the numbers of rows in a sheet or file are. */
export const isRowName = (name: string): boolean => ROW_NUMBER.test(lastName(name))

/** Whether the texts of a field are small whole numbers, as those of rows and lines are. */
export const isCounted = ({ texts }: FieldProfile): boolean =>
  texts.length > 0 && texts.every((text) => COUNTED.test(text))
