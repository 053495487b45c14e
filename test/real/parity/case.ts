/** One configuration that our reader and the real server both read. `@dir@` in texts and arguments stands for the case's directory. */
export interface ParityCase {
  readonly name: string;
  /** Files by their path in the case's directory, which is the working directory; a character is a byte. */
  readonly files?: Readonly<Record<string, string>>;
  readonly folders?: readonly string[];
  /** The server's arguments; `main.conf` where none are given. */
  readonly args?: readonly string[];
  readonly stdin?: string;
}

/** A module that takes any arguments. */
export const echo = (number: 0 | 1 | 2 | 3): string => `/opt/stand-ins/echo${number}.so`;

/** A case of one text. */
export const text = (name: string, main: string): ParityCase => ({ name, files: { 'main.conf': main } });
