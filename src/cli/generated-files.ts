import { mappingSchemaText } from '#core/mapping/schema.ts'
import { modelPage } from './model-page.ts'
import { openapiDocument } from './openapi-document.ts'

/** Text of every generated file by its path; a test compares them with those in the repository. */
export async function generatedFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    'openapi/hub.json': `${JSON.stringify(await openapiDocument(), null, 2)}\n`,
    'docs/model.md': modelPage(),
    'mappings/mapping.schema.json': mappingSchemaText(),
  }
}
