const maxEmailLength = 254

/** One address and nothing beside it, so that it can stand in the header of a mail. */
export const isEmail = (text: string) =>
  text.length <= maxEmailLength && /^[^\s@,;:<>()"\\\p{C}]+@[^\s@,;:<>()"\\\p{C}]+$/u.test(text)
