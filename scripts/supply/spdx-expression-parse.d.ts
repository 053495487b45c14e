declare module 'spdx-expression-parse' {
  /** Throws where the text is no licence expression of SPDX. */
  export default function parse(expression: string): unknown;
}
