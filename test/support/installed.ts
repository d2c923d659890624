import { readdirSync } from 'node:fs'

/** Folders of systems under `mappings/`, in the order of their names. */
export const installedSystems: readonly string[] = readdirSync('mappings', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()
