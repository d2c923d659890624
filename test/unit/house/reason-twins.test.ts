import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseAst } from 'vitest/node'
import { requestIssues, validatorCompiler } from '#api/validation.ts'
import { CALL_TWINS } from '#core/call-reasons.ts'
import { chineseOfPart } from '#core/decode-reasons.ts'
import { chineseReason } from '#core/mapping/reasons.ts'
import { KINDS } from '#core/model/kinds.ts'
import { bodyIssues } from '#core/model/validate.ts'
import { chineseOfSource } from '#core/source-reasons.ts'
import { type Source, sources } from '../../lint/sources.ts'

interface Node {
  readonly type: string
  readonly [member: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string'

/** What is no sentence of an issue: a mistake of the program, or words that have both languages beside each other. */
const isElsewhere = (node: Node): boolean => {
  const callee = node['callee']
  return (
    node.type === 'ImportDeclaration' ||
    (node.type === 'NewExpression' && isNode(callee) && callee['name'] === 'Error')
  )
}

/** The text of a literal or template, with 7 in the place of what differs. */
function textOf(node: Node): string | null {
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : null
  if (node.type !== 'TemplateLiteral') return null
  const pieces = node['quasis'] as readonly { readonly value: { readonly cooked: string } }[]
  return pieces.map(({ value }) => value.cooked).join('7')
}

function textsOf(code: string): string[] {
  const texts: string[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one)
    if (!isNode(value) || isElsewhere(value)) return
    const text = textOf(value)
    if (text !== null) texts.push(text)
    for (const member of Object.values(value)) walk(member)
  }
  walk(parseAst(code, { lang: 'ts' }).body)
  return texts
}

/** `line 3, column 5`, `cell B7`, `end of text`: places are codes and the same in each language. */
const PLACE =
  /^(?:(?:line|row|column|cell|byte|record|day|type) 7(?:,.*| of 7| \(7\))?|7row 7|7, text 7|7 \(at 7\)|end of (?:text|file)|around the list|first bytes|record list|zip directory)$/u
/** Two words of letters at least. */
const SENTENCE = /[a-z7"] [a-z7"]/u

/** Words of English one after the other: a twin left a part of the sentence as it was. */
const ENGLISH = /\b[a-z]{2,} [a-z]{2,}\b/iu
/** Commands are the same in each language, and what is said in both at once ends with English. */
const SAME = /\bhub [a-z]+(?: [a-z]+)*| · .*/giu
const isChinese = (text: string): boolean =>
  /\p{Script=Han}/u.test(text) && !ENGLISH.test(text.replace(SAME, ''))

const hasTwin = (text: string): boolean =>
  isChinese(chineseOfPart(text) ?? '') || isChinese(chineseReason(text))

const untold = (files: readonly Source[]): string[] =>
  files.flatMap(({ path, text }) =>
    textsOf(text)
      .filter((one) => SENTENCE.test(one) && !PLACE.test(one.trim()) && !hasTwin(one))
      .map((one) => `${path}: ${one}`),
  )

it('a text of a reader is told from places and from mistakes of the program', () => {
  const code = `throw new DecodeRefusal('E_SCHEMA', \`line \${n}\`, \`the \${name} fell over\`, 'the body is empty')
    throw new Error('never said to anyone')`
  expect(untold([{ path: 'x.ts', text: code }])).toEqual(['x.ts: the 7 fell over'])
})

it('each text that the readers of bytes say has a Chinese twin', () => {
  const readers = sources('.ts').filter(({ path }) => path.startsWith('src/adapters/push/'))
  expect(readers.length).toBeGreaterThan(50)
  expect(untold(readers)).toEqual([])
})

/** Texts given as `reason` or `fix`, or to a function that makes an issue of them. */
function reasonsOf(code: string): string[] {
  const texts: string[] = []
  const walk = (value: unknown, inside: boolean): void => {
    if (Array.isArray(value)) for (const one of value) walk(one, inside)
    if (!isNode(value) || isElsewhere(value)) return
    const text = inside ? textOf(value) : null
    if (text !== null) texts.push(text)
    const named = isNode(value['key']) ? value['key']['name'] : isNode(value['id']) ? value['id']['name'] : ''
    const called = isNode(value['callee']) ? value['callee']['name'] : ''
    const said = ['reason', 'fix'].includes(String(named)) || /^(?:issue|tooManyEdges)$/u.test(String(called))
    for (const member of Object.values(value)) walk(member, inside || said)
  }
  walk(parseAst(code, { lang: 'ts' }).body, false)
  return texts
}

it('each reason for which a record is not taken as it is has a Chinese twin', () => {
  const folders = /^src\/(?:core\/(?:model|lineage)|flow\/(?:intake|replay|documents))\//u
  const reasons = sources('.ts')
    .filter(({ path }) => folders.test(path))
    .flatMap(({ path, text }) => reasonsOf(text).map((one) => ({ path, one })))
    .filter(({ one }) => SENTENCE.test(one))
  expect(reasons.length).toBeGreaterThan(15)
  expect(reasons.filter(({ one }) => !hasTwin(one))).toEqual([])
})

/** Functions that make a refusal of what they are given, or answer with why. */
const REFUSES = /^(?:issue|refuse\w*|AddressRefused|wrong|invalid|oneOf|problem|no|\w*Fault|reasonOf)$/u
/** Fields and parameters that say why, or what to do. */
const SAYS: ReadonlySet<string> = new Set(['detail', 'reason', 'fix', 'law'])
/** Examples and descriptions of schemas, and what is said in both languages beside each other. */
const NO_REFUSAL: ReadonlySet<string> = new Set(['examples', 'description', 'en', 'zh'])

/** Texts given as `detail`, `reason` or `fix` of a refusal, or to a function that makes one. */
function refusalsOf(code: string): string[] {
  const texts: string[] = []
  const walk = (value: unknown, inside: boolean): void => {
    if (Array.isArray(value)) for (const one of value) walk(one, inside)
    if (!isNode(value) || isElsewhere(value)) return
    // Of a field, a function or constant, a call, and a parameter that has a text where none is given.
    const named = ['key', 'id', 'callee', 'left'].map((part) => value[part]).find(isNode)
    const name = String(named?.['name'])
    if (value.type === 'Property' && NO_REFUSAL.has(name)) return
    const text = inside ? textOf(value) : null
    if (text !== null) texts.push(text)
    const said = SAYS.has(name) || REFUSES.test(name)
    for (const member of Object.values(value)) walk(member, inside || said)
  }
  walk(parseAst(code, { lang: 'ts' }).body, false)
  return texts
}

/** What is said to no person in his language: to hubs and receivers, of single bytes of certificates, and where a standard wants ASCII. */
const TO_PROGRAMS = [
  /^src\/api\/(?:schemas|soap)\//u,
  /^src\/api\/(?:\w|-)*examples(?:-\w+)?\.ts$/u,
  /^src\/(?:api\/routes\/oauth|flow\/oauth\/|flow\/operators\/(?:id-token|provider)|api\/operators\/provider-pages)/u,
  /^src\/flow\/(?:conformance|delivery|follow|peers\/(?:change|decide-change))/u,
]

it('each reason for which a call is refused has a Chinese twin, also of the routes of administrators', () => {
  const code = "throw new HubError('conflict', { detail: 'the key fell over', examples: ['no one saw it'] })"
  expect(refusalsOf(code)).toEqual(['the key fell over'])
  const reasons = sources('.ts')
    .filter(({ path }) =>
      /^src\/(?:api|cli(?!\/doctor)|flow|core\/(?:cases|reconcile|retention)|adapters\/http\/(?:addresses|egress|guard))\b/u.test(
        path,
      ),
    )
    .filter(({ path }) => !TO_PROGRAMS.some((one) => one.test(path)))
    .flatMap(({ path, text }) => refusalsOf(text).map((one) => ({ path, one })))
    .filter(({ one }) => SENTENCE.test(one) && one !== '7 7')
  expect(reasons.length).toBeGreaterThan(350)
  expect(reasons.filter(({ one }) => !isChinese(chineseReason(one)))).toEqual([])
}, 30_000)

it('what is made of several reasons, rights or names is told whole, and no other words are taken for a name', () => {
  expect(chineseReason('needs the scope read or case or admin')).toBe('需要权限 read 或 case 或 admin')
  expect(
    chineseReason('not_told: the result was not told yet; no_mass: how many kilograms were disposed of'),
  ).toBe('not_told：结果尚未告知；no_mass：请填写处置的公斤数')
  expect(chineseReason('key 6f1c')).toBe('密钥 6f1c')
  expect(chineseReason('key words of the sender')).toBe('key words of the sender')
})

it('what the schemas of records say has a Chinese twin', () => {
  const wrongs: readonly unknown[] = [
    { product: 7, flags: ['NO_SUCH'], occurredAt: 'yesterday', parties: {}, lots: [{ code: 7 }], sites: [] },
    { product: { name: '' }, documents: [{ type: 'no such', number: '' }], quantity: { value: 'many' } },
    { origin: { code: '33', at: 2024 }, test: { verdict: 'perhaps' }, more: true },
  ]
  const reasons = KINDS.flatMap((kind) => wrongs.flatMap((body) => bodyIssues(kind, body)))
  expect(new Set(reasons.map(({ reason }) => reason)).size).toBeGreaterThan(5)
  const said = reasons.flatMap(({ reason, fix = '' }) => [reason, fix])
  expect([...new Set(said)].filter((text) => !hasTwin(text))).toEqual([])
})

/** A value that the schema refuses by the keyword alone, for each keyword that the schemas of calls have. */
const REFUSED_BY: Readonly<Record<string, readonly [schema: object, value: unknown]>> = {
  type: [{ type: ['string', 'null'] }, 7],
  required: [{ type: 'object', properties: { a: {} }, required: ['a'] }, {}],
  enum: [{ type: 'string', enum: ['a', 'b'] }, 'c'],
  minimum: [{ type: 'integer', minimum: 6 }, 5],
  maximum: [{ type: 'integer', maximum: 6 }, 7],
  exclusiveMinimum: [{ type: 'integer', exclusiveMinimum: 6 }, 6],
  additionalProperties: [{ type: 'object', additionalProperties: false }, { a: 1 }],
  uniqueItems: [{ type: 'array', uniqueItems: true }, ['a', 'a']],
  minItems: [{ type: 'array', minItems: 1 }, []],
  maxItems: [{ type: 'array', maxItems: 1 }, ['a', 'b']],
  pattern: [{ type: 'string', pattern: '^x+$' }, 'y'],
  minLength: [{ type: 'string', minLength: 1 }, ''],
  maxLength: [{ type: 'string', maxLength: 1 }, 'ab'],
  minProperties: [{ type: 'object', minProperties: 1 }, {}],
  maxProperties: [
    { type: 'object', maxProperties: 1 },
    { a: 1, b: 2 },
  ],
  anyOf: [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 7],
  oneOf: [{ oneOf: [{ type: 'string' }, { type: 'null' }] }, 7],
  format: [{ type: 'string', format: 'uuid' }, 'x'],
}
const KEYWORDS =
  /^(?:enum|const|pattern|format|required|uniqueItems|additionalProperties|type|(?:exclusive)?(?:min|max)\w+|\w+Of|not|contains|dependent\w+|propertyNames)$/iu

it('what the schemas of calls say has a Chinese twin, and none tells a bound as a type', () => {
  const used = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const isSchema = ['string', 'object'].includes(typeof (value as Partial<Node>).type) || 'anyOf' in value
    for (const [name, member] of Object.entries(value)) {
      if (isSchema && KEYWORDS.test(name)) used.add(name)
      walk(member)
    }
  }
  walk(JSON.parse(readFileSync('openapi/hub.json', 'utf8')))
  expect([...used].filter((keyword) => REFUSED_BY[keyword] === undefined)).toEqual([])
  const said = Object.values(REFUSED_BY).flatMap(([schema, value]) => {
    const check = validatorCompiler()({ schema, httpPart: 'body', method: 'POST', url: '/' })
    expect(check(value), JSON.stringify(schema)).toBe(false)
    const issues = ['body', 'querystring'].flatMap((part) => requestIssues(check.errors ?? [], part))
    return issues.flatMap(({ reason, fix = reason }) => [reason, fix])
  })
  expect([...new Set(said)].filter((text) => !hasTwin(text))).toEqual([])
  expect(said.map(chineseReason)).toContain('不得小于 6')
})

it('each fault that the XML parser names has a Chinese twin', () => {
  const said: string[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one)
    if (!isNode(value)) return
    const { callee } = value
    const property = isNode(callee) ? callee['property'] : null
    if (value.type === 'CallExpression' && isNode(property) && property['name'] === 'fail')
      said.push(...faultsOf((value['arguments'] as readonly Node[])[0]))
    for (const member of Object.values(value)) walk(member)
  }
  walk(parseAst(readFileSync('node_modules/saxes/saxes.js', 'utf8')).body)
  const faults = said.map((text) => text.replace(/\.$/u, '')).filter((text) => !text.includes('after close'))
  expect(faults.length).toBeGreaterThan(50)
  expect(faults.filter((text) => !hasTwin(text))).toEqual([])
})

/** Both languages of what is said in pairs: `words(en, zh)` and `{ en, zh }`. */
function pairsOf(code: string): (readonly [en: string, zh: string])[] {
  const pairs: (readonly [string, string])[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one)
    if (!isNode(value)) return
    const pair = pairOf(value).map((node) => node && textOf(node))
    if (typeof pair[0] === 'string' && typeof pair[1] === 'string') pairs.push([pair[0], pair[1]])
    for (const member of Object.values(value)) walk(member)
  }
  walk(parseAst(code, { lang: 'ts' }).body)
  return pairs
}

function pairOf(node: Node): readonly (Node | undefined)[] {
  const { callee } = node
  if (node.type === 'CallExpression' && isNode(callee) && PAIRING.has(String(callee['name'])))
    return node['arguments'] as readonly Node[]
  if (node.type !== 'ObjectExpression') return []
  const properties = node['properties'] as readonly Node[]
  return ['en', 'zh'].map((name) => {
    const found = properties.find(({ key }) => isNode(key) && key['name'] === name)
    return found?.['value'] as Node | undefined
  })
}

const PAIRING: ReadonlySet<string> = new Set(['words', 'skipped'])

it('what is said in both languages is Chinese in the second, in all of the program', () => {
  expect(pairsOf("words('the end', '结束')")).toEqual([['the end', '结束']])
  const pairs = sources('.ts')
    .filter(({ path, text }) => path.startsWith('src/') && /\bzh\b|\b(?:words|skipped)\(/u.test(text))
    .flatMap(({ path, text }) => pairsOf(text).map((pair) => [path, ...pair] as const))
  expect(pairs.length).toBeGreaterThan(300)
  const isWords = (en: string): boolean => /[a-z]{3}/u.test(en)
  expect(pairs.filter(([, en, zh]) => isWords(en) && !/\p{Script=Han}/u.test(zh))).toEqual([])
}, 30_000)

const faultsOf = (node: Node | undefined): string[] => {
  if (!node) return []
  if (node.type === 'ConditionalExpression')
    return [...faultsOf(node['consequent'] as Node), ...faultsOf(node['alternate'] as Node)]
  const text = textOf(node)
  return text === null ? [] : [text]
}

it('a reason has one Chinese twin among those of calls: of two nobody knows which is told', () => {
  const english = CALL_TWINS.map(([one]) => one)
  expect(english.filter((one, at) => english.indexOf(one) !== at)).toEqual([])
})

/** Texts of the errors of adapters, and of what failed on the way to a receiver: given to them, or standing behind their class. */
function failuresOf(code: string): string[] {
  const texts: string[] = []
  const walk = (value: unknown, inside: boolean): void => {
    if (Array.isArray(value)) for (const one of value) walk(one, inside)
    if (!isNode(value) || isElsewhere(value)) return
    const text = inside ? textOf(value) : null
    if (text !== null) texts.push(text)
    const named = ['key', 'callee'].map((part) => value[part]).find(isNode)
    const [first] = value.type === 'ArrayExpression' ? (value['elements'] as readonly Node[]) : []
    const isMeaning = isNode(first) && /^(?:retry|auth|config|source)$/u.test(textOf(first) ?? '')
    const said = /^(?:AdapterError|badState|detail)$/u.test(String(named?.['name'])) || isMeaning
    for (const member of Object.values(value)) walk(member, inside || said)
  }
  walk(parseAst(code, { lang: 'ts' }).body, false)
  return texts
}

it('each error of a channel or a link that the hub words itself has a Chinese twin, and the words of others stay as they are', () => {
  const folders = /^src\/(?:adapters\/(?!push\/)|flow\/(?:channels|delivery)\/)/u
  const texts = sources('.ts')
    .filter(({ path }) => folders.test(path) && !/^src\/adapters\/\w+\/(?:\w+\/)*words\.ts$/u.test(path))
    .flatMap(({ path, text }) => failuresOf(text).map((one) => ({ path, one })))
    // What ends with Chinese is said in both languages at once.
    .filter(({ one }) => SENTENCE.test(one) && !/ · \p{Script=Han}/u.test(one))
  expect(texts.length).toBeGreaterThan(200)
  expect(texts.filter(({ one }) => !isChinese(chineseOfSource(one)))).toEqual([])
  expect(chineseOfSource('user or password is wrong (28P01)')).toBe('用户名或密码错误（28P01）')
  expect(chineseOfSource('login: no answer within 500 ms')).toBe('login：500 毫秒内无应答')
  expect(chineseOfSource('FAIL: row 7 (of 9) is not ours')).toBe('FAIL: row 7 (of 9) is not ours')
})
