import { readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { mappingSchema, mappingSchemaText } from '#core/mapping/schema.ts'

test('mappings/mapping.schema.json is what the verbs and kinds say', () => {
  expect(readFileSync('mappings/mapping.schema.json', 'utf8')).toBe(mappingSchemaText())
})

const validate = new Ajv({ strict: false }).compile(mappingSchema())
const systems = readdirSync('mappings', { withFileTypes: true }).filter((entry) => entry.isDirectory())
const files = systems.flatMap(({ name }) =>
  readdirSync(`mappings/${name}`)
    .filter((file) => file.endsWith('.yaml') && file !== 'system.yaml')
    .map((file) => `mappings/${name}/${file}`),
)
const valid = readdirSync('test/unit/core/mapping/fixtures/valid').map(
  (file) => `test/unit/core/mapping/fixtures/valid/${file}`,
)

test.each([...files, ...valid])('an editor finds no mistake in %s', (file) => {
  expect(validate(parse(readFileSync(file, 'utf8'))), JSON.stringify(validate.errors)).toBe(true)
})

test('an editor marks a name that the language does not have', () => {
  const text = readFileSync('mappings/jiaxing-wholesale/trade.yaml', 'utf8').replace(
    'occurredAt:',
    'ocurredAt:',
  )
  expect(validate(parse(text))).toBe(false)
})
