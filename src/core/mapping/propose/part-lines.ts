/** Of the lines of a record those of some parts, with the comments above them and the lists below them. */
export function linesOf(lines: readonly string[], parts: RegExp): string[] {
  const kept: string[] = []
  let comments: string[] = []
  let isKept = false
  for (const line of lines) {
    if (line.startsWith('#')) {
      comments.push(line)
      continue
    }
    if (!line.startsWith(' ')) isKept = parts.test(line)
    if (isKept) kept.push(...comments, line)
    comments = []
  }
  return kept
}
