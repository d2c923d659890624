import type { Words } from '#adapters/adapter.ts'
import type { MqttSettings } from './settings.ts'

/** What is wrong with a topic filter, and where it stands. */
export interface TopicFault {
  /** JSON pointer, such as `/settings/topics/0/topic`. */
  readonly setting: string
  readonly reason: Words
}

/** Filters that cannot be subscribed to (MQTT 5.0 §4.7), or may not be: `#` and `$SYS` bring what is of others, unless that was asked for. */
export function topicFaults({ topics, wide }: Pick<MqttSettings, 'topics' | 'wide'>): TopicFault[] {
  return topics.flatMap(({ topic }, i) => {
    const reason = faultOf(unshared(topic), wide) ?? (isShared(topic) ? faultOfShare(topic) : null)
    return reason === null ? [] : [{ setting: `/settings/topics/${i}/topic`, reason }]
  })
}

function faultOf(filter: string, wide: boolean): Words | null {
  const levels = filter.split('/')
  if (filter === '' || filter.includes('\0')) return { zh: '主题为空或含空字符', en: 'empty, or with a NUL' }
  if (levels.some((level) => level.includes('+') && level !== '+'))
    return { zh: '+ 必须独占一级', en: '+ has to be a level of its own' }
  if (levels.some((level, i) => level.includes('#') && (level !== '#' || i < levels.length - 1)))
    return { zh: '# 必须独占最后一级', en: '# has to be the last level, alone' }
  if (!wide && (filter.startsWith('$') || levels.every((level) => level === '#' || level === '+')))
    return { zh: '主题过宽，须显式允许', en: 'so wide a topic has to be allowed by "wide"' }
  return null
}

const isShared = (filter: string): boolean => filter.startsWith('$share/')

function faultOfShare(filter: string): Words | null {
  return /^\$share\/[^/+#\0]+\/./.test(filter)
    ? null
    : { zh: '$share 之后须为组名和主题', en: '$share is followed by a group and a topic' }
}

/** `$share/group/a/b` is `a/b` for all but the broker. */
const unshared = (filter: string): string => filter.replace(/^\$share\/[^/]*\//, '')

/** Whether messages of a topic come by a filter (MQTT 5.0 §4.7.1). */
export function fits(topic: string, filter: string): boolean {
  const levels = topic.split('/')
  const wanted = unshared(filter).split('/')
  // Wildcards of the first level do not stand for topics of the broker itself.
  if (topic.startsWith('$') && /^[+#]/.test(wanted[0] ?? '')) return false
  for (const [i, one] of wanted.entries()) {
    if (one === '#') return true
    if (i >= levels.length || (one !== '+' && one !== levels[i])) return false
  }
  return levels.length === wanted.length
}

/** What the first filter that fits says of a message; null where none does. */
export const topicOf = (
  topic: string,
  { topics }: Pick<MqttSettings, 'topics'>,
): MqttSettings['topics'][number] | null => topics.find((one) => fits(topic, one.topic)) ?? null
