// A search counts its hits and picks one page of them in one pass. D1 bills a row each time that SQLite reads one, from its
// own intermediate tables too: so hits are kept as one text of numbers of 16 characters each, and only the page's are read.

/** `found` gives each hit's number as `hit`, in order. */
export const hitsOf = (found: string) =>
  `hits AS MATERIALIZED (SELECT count(*) AS total, group_concat(printf('%15d,', hit), '') AS ids FROM (${found}))`

/** One row for each of a page, in order, with the number as `p.value`; where there is none, one row that says the total. */
export const pageOfHits = (limit = '?2', offset = '?3') =>
  `hits LEFT JOIN json_each('[' || rtrim(substr(ids, 1 + 16 * ${offset}, 16 * ${limit}), ',') || ']') p`

/**
 * How many rows of an index a search may look through, `each` of them at so many rows read, so that with a page of up to
 * 1,000 it reads at most 20,000, the few of whoever is calling included. `spent` were read before; a row of a page is read
 * off the text, in its table, and in one beside it.
 */
export const walkable = (limit: number, each = 1, spent = 0) =>
  Math.floor((19_900 - spent - 3 * Math.min(limit, 1_000)) / each)
