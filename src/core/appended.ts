/**
 * A list with one more element, made with the room for one where there is none yet. An empty list takes room for seventeen when the first is appended,
 * which is most of what it weighs where a million records have one of something each.
 */
export function appended<T>(list: T[] | undefined, element: T): T[] {
  if (list === undefined) return [element]
  list.push(element)
  return list
}
