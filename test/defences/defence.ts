/** One defence of docs/threat-model.md, how to take it away, and the test that has to notice. */
export type Defence = {
  /** The class there, like `C5`. */
  of: string
  /** From the root of the project. */
  file: string
  /** Text that stands in the file once: the defence, or the part of it that decides. */
  without: string
  /** What stands there instead: code that still compiles and answers, only undefended. */
  put: string
  /** The file of tests behind `test/`, and words of the titles of the tests that must fail, as docs/threat-model.md names them. */
  test: string
  title: string
}
