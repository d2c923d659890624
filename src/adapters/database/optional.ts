import { AdapterError } from '#adapters/adapter.ts'

/**
 * A driver that is not part of every installation.
 * @throws AdapterError with the command that installs it
 */
export async function optionalDriver<T>(name: string, version: string): Promise<T> {
  try {
    return (await import(name)) as T
  } catch (cause) {
    throw new AdapterError(
      'config',
      `the driver ${name} is not installed: npm install --save-exact ${name}@${version}`,
      {
        setting: '/settings/kind',
        cause,
      },
    )
  }
}
