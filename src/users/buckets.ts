// A page deep in the order of logins begins inside a counted bucket: docs/decisions/0009-buckets.md.

/** An offset so small that to pass over those before costs less than to look at the buckets. */
export const shallow = 1_000

const everybody = "(SELECT n FROM counters WHERE kind = 'users' AND owner_id = 0)"

const reached = (order: string, before: string, isThere: string, isNearer: string) =>
  `SELECT * FROM (SELECT first_login, ${before} AS before FROM
    (SELECT first_login, n, sum(n) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS passed FROM login_buckets)
    WHERE ${isThere} LIMIT (SELECT ${isNearer}))`

/** `bucket`: where the one of an offset starts and how many people come before it, counted from the nearer end. */
export const bucketAt = (offset: string) => `bucket AS MATERIALIZED (
  ${reached('first_login', 'passed - n', `passed > ${offset}`, `${offset} * 2 < ${everybody}`)} UNION ALL
  ${reached('first_login DESC', `${everybody} - passed`, `passed >= ${everybody} - ${offset}`, `${offset} * 2 >= ${everybody}`)})`
