const parts = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\b(?:BEGIN|CASE|END)\b|;/gi

/** The statements of a text of SQL, as D1's API takes many in one: what stands in a trigger's body is the trigger's. */
export function statementsOf(sql: string): string[] {
  const statements: string[] = []
  let [depth, from] = [0, 0]
  for (const { 0: part, index } of sql.matchAll(parts)) {
    if (/^(BEGIN|CASE)$/i.test(part)) depth++
    if (/^END$/i.test(part)) depth--
    if (part !== ';' || depth > 0) continue
    statements.push(sql.slice(from, index))
    from = index + 1
  }
  statements.push(sql.slice(from))
  return statements.filter((statement) => statement.replace(/--[^\n]*/g, '').trim())
}
