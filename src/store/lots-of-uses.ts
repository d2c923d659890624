/**
 * Columns of records beside each of their lots. Records and lots are put together by grouping, and sought in sets below: how many there
 * are of a paper the planner does not know, and a join that it takes for one of a few rows compares ten thousand with ten thousand.
 */
export const lotsOf = (columns: string, records: string, lots: string): string => {
  const names = columns.split(', ')
  return `
    select n, record_id, ${names.map((name) => `max(${name}) as ${name}`).join(', ')}, unnest(array_agg(lot) filter (where lot is not null)) as lot
      from (select n, record_id, version, ${columns}, null as lot from ${records}
            union all select n, record_id, version, ${names.map(() => 'null').join(', ')}, lot from ${lots}) u
     group by n, record_id, version having count(${names[0]}) > 0`
}
