/** The last line of what a program said: mostly the one that tells why it ended. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? text;
}
