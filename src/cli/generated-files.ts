import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { mappingSchemaText } from '#core/mapping/schema.ts'
import { adaptersPage } from './adapters-page.ts'
import { modelPage } from './model-page.ts'
import { openapiDocument } from './openapi-document.ts'
import { personalPage } from './personal-page.ts'
import { PUSH_EXAMPLES, pushExamplesText } from './push-examples.ts'

/** Pages of which a part is made; the rest is written by hand. */
const adapters = fileURLToPath(new URL('../../docs/adapters.md', import.meta.url))
const personal = fileURLToPath(new URL('../../docs/personal-data.md', import.meta.url))
const mappings = fileURLToPath(new URL('../../mappings/', import.meta.url))

/** Text of every generated file by its path; a test compares them with those in the repository. */
export async function generatedFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    'openapi/hub.json': `${JSON.stringify(await openapiDocument(), null, 2)}\n`,
    [PUSH_EXAMPLES]: await pushExamplesText(mappings),
    'docs/adapters.md': adaptersPage(await readFile(adapters, 'utf8')),
    'docs/model.md': modelPage(),
    'docs/personal-data.md': personalPage(await readFile(personal, 'utf8')),
    'mappings/mapping.schema.json': mappingSchemaText(),
  }
}
