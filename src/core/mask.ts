/** A text with its middle covered: so many characters are kept before and behind; one that is shorter is covered whole. */
export function cover(text: string, [before, behind]: readonly [number, number]): string {
  const characters = [...text.trim()]
  const hidden = characters.length - before - behind
  if (hidden <= 0) return '*'.repeat(characters.length)
  return characters.map((character, i) => (i < before || i >= before + hidden ? character : '*')).join('')
}

/** The name of a person: its first character and how many follow. */
export const maskName = (name: string): string => cover(name, [1, 0])
