/** What a thread that knows nothing else of its process must know, to load modules as it does: without the compiler of types, which takes 40 MB (`bin/stripped.mjs`). */
export const LOADING_FLAGS: readonly string[] = process.execArgv.filter((flag) =>
  flag.startsWith('--import='),
)
