import { agreeing } from '#core/in-number.ts'
import type { Sentence } from '#core/model/finding-parts.ts'

/** Sentences of findings; `{…}` stands for a value, `{records:has|have}` for the word that agrees with it. Those of papers are the ones of `core/documents/paper-reasons`. */
const SENTENCES = {
  paper: ['Paper {number}: {en}', '凭证 {number}：{zh}'],
  no_longer: ['No longer so, by what is known now. Found was: {was}', '按现有记录已不成立。原发现：{was}'],
  no_paper: [
    '{records} {records:record|records} of {goods} at {site} on {day} {records:lacks|lack} papers that the rules of the day ask for: {missing}.',
    '{site} {day} 的 {goods} 有 {records} 条记录缺少当日规则要求的凭证：{missing}。',
  ],
  no_paper_of_some: [
    '{records} {records:record|records} of {goods} at {site} on {day} {records:lacks|lack} papers that the rules of the day ask for: {missing}. Papers that are told elsewhere cover {covered} of {among} records of about one mass at one trader; which, nobody tells.',
    '{site} {day} 的 {goods} 有 {records} 条记录缺少当日规则要求的凭证：{missing}。同一商户、重量相近的 {among} 条中，他处所报凭证只够 {covered} 条，无法确认是哪几条。',
  ],
  test_failed: ['{goods} failed the test {item} on {day}.', '{goods} 于 {day} 检测不合格（{item}）。'],
  lot_over: [
    'More went out of lot {lot} than came into it: in {in}, out {out}, {over} {unit} too many.',
    '批次 {lot} 出多于入：入 {in}，出 {out}，超出 {over} {unit}。',
  ],
  lots_over: [
    'More went out of the lots {lots} together than came into them: in {in}, out {out}, {over} {unit} too many.',
    '批次 {lots} 合计出多于入：入 {in}，出 {out}，超出 {over} {unit}。',
  ],
  goods_over: [
    'More {goods} left {site} on {day} than was there: stock {opening}, in {in}, out {out}, {over} {unit} too many.',
    '{site} {day} 的 {goods} 出多于入：结存 {opening}，入 {in}，出 {out}，超出 {over} {unit}。',
  ],
  yield_above: [
    'More came out than can come of what went in: in {in} kg, out {out} kg, {yield} %; at most {most} % is usual.',
    '产出超过合理出成率：投入 {in} 千克，产出 {out} 千克，{yield}%，通常不超过 {most}%。',
  ],
  yield_below: [
    'Less came out than usually comes of what went in: in {in} kg, out {out} kg, {yield} %; at least {least} % is usual.',
    '产出低于合理出成率：投入 {in} 千克，产出 {out} 千克，{yield}%，通常不低于 {least}%。',
  ],
  source_silent: [
    '{source} has sent nothing since {last}; it was due by {due}.',
    '{source} 自 {last} 起未上报，应于 {due} 前上报。',
  ],
  unit_suspect: [
    '{records} {records:record|records} of {goods} at {site} on {day} {records:has|have} masses, units or prices that cannot be right.',
    '{site} {day} 的 {goods} 有 {records} 条记录的重量、单位或单价可疑。',
  ],
} as const satisfies Readonly<Record<string, readonly [en: string, zh: string]>>

export type SentenceName = keyof typeof SENTENCES

/** A value that is the same in both languages, or one for each. */
type Value = string | Sentence

export function sentenceOf(name: SentenceName, values: Readonly<Record<string, Value | null>>): Sentence {
  const [en, zh] = SENTENCES[name]
  return { en: filled(en, values, 'en'), zh: filled(zh, values, 'zh') }
}

const [, NO_LONGER] = SENTENCES.no_longer

/** What is said of a finding that was so and is no longer; said once, however often it is resolved. */
export const noLonger = (was: Sentence): Sentence =>
  was.zh.startsWith(NO_LONGER.replace('{was}', '')) ? was : sentenceOf('no_longer', { was })

function filled(
  text: string,
  values: Readonly<Record<string, Value | null>>,
  language: keyof Sentence,
): string {
  return agreeing(text, values).replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = values[name] ?? '0'
    return typeof value === 'string' ? value : value[language]
  })
}
