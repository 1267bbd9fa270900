/** The range of names in small letters that start with a text; both sides are folded as SQLite's lower() folds, which knows ASCII alone. */
export function prefixRange(text: string) {
  const from = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return { from, before: `${from}\u{10ffff}` }
}
