import { plainName } from './meaning.ts'
import { inComment, quoted } from './quoted.ts'
import type { Recognised } from './recognise.ts'

const VOID_WORDS = /^(作废|已作废|无效|撤销|撤单|删除|已删除|取消|void|cancelled|canceled|deleted|true|y)$/iu

/** Lines for `status` and `void` from the values of a status field; what the values mean a person has to check. */
export function statusLines(field: Recognised): string[] {
  const { name, texts } = field.profile
  const isDeletion = /del|cancel|void|作废|删除/u.test(plainName(name))
  const words = texts.filter((text) => VOID_WORDS.test(text))
  const seen = texts.filter((text) => !words.includes(text)).slice(0, 10)
  const active = isDeletion ? ['0'] : seen.filter((text) => !isVoidNumber(text, seen))
  const ended = isDeletion
    ? ['1']
    : words.length > 0
      ? words
      : seen.filter((text) => isVoidNumber(text, seen))
  const voids = ended.length > 0 ? ended : ['void']
  const guessed =
    isDeletion || words.length > 0 || ended.length === 0
      ? ''
      : ` (${ended.map(inComment).join(', ')} is taken for void)`
  return [
    `# CHECK with the interface document which values are valid and which are void${guessed}, and what a void sends.`,
    `status: { from: ${quoted(name)}, active: [${(active.length > 0 ? active : ['1']).map(quoted).join(', ')}], void: [${voids.map(quoted).join(', ')}]${field.profile.filled < field.profile.records ? ', absent: active' : ''} }`,
    'void: { body: new }',
  ]
}

const VOID_REMARK = /^(已?作废|已?撤销|撤单|已删除)$/u

/** Lines for `status` and `void` where no field says it and a remark of the sample is the word for a void, as in ledgers; else none. */
export function remarkStatusLines(note: Recognised | undefined): string[] {
  const words = note?.profile.texts.filter((text) => VOID_REMARK.test(text)) ?? []
  if (note === undefined || words.length === 0) return []
  const name = quoted(note.profile.name)
  return [
    `# CHECK ${words.map(inComment).join(', ')} in ${inComment(note.profile.name)} is taken for a void, any other remark for text.`,
    'status:',
    '  choose:',
    ...words.map((word) => `    - { when: { ${name}: ${quoted(word)} }, const: void }`),
    '    - { const: active }',
    '  active: [active]',
    '  void: [void]',
    'void: { body: new }',
  ]
}

/** Beside 1, these are what systems write for a void. */
const isVoidNumber = (text: string, all: readonly string[]): boolean =>
  all.includes('1') && /^(0|2|9|99|-1)$/.test(text)
