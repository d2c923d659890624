import { fileURLToPath } from 'node:url'
import { mappingSchemaText } from '#core/mapping/schema.ts'
import { modelPage } from './model-page.ts'
import { openapiDocument } from './openapi-document.ts'
import { PUSH_EXAMPLES, pushExamplesText } from './push-examples.ts'

const mappings = fileURLToPath(new URL('../../mappings/', import.meta.url))

/** Text of every generated file by its path; a test compares them with those in the repository. */
export async function generatedFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    'openapi/hub.json': `${JSON.stringify(await openapiDocument(), null, 2)}\n`,
    [PUSH_EXAMPLES]: await pushExamplesText(mappings),
    'docs/model.md': modelPage(),
    'mappings/mapping.schema.json': mappingSchemaText(),
  }
}
