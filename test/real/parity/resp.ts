/** A value of the server's protocol (RESP2); a character of a string is a byte. */
export type Reply = string | number | null | readonly Reply[];

/** The first reply in the bytes that a server sent. */
export function parseReply(bytes: Buffer): Reply {
  return readReply({ text: bytes.toString('latin1'), at: 0 });
}

interface Cursor {
  readonly text: string;
  at: number;
}

function readReply(cursor: Cursor): Reply {
  const end = cursor.text.indexOf('\r\n', cursor.at);
  if (end < 0) throw new Error('the reply was cut off');
  const [type, rest] = [cursor.text[cursor.at], cursor.text.slice(cursor.at + 1, end)];
  cursor.at = end + 2;
  switch (type) {
    case ':':
      return Number(rest);
    case '$':
      return readBulk(cursor, Number(rest));
    case '*':
      return Array.from({ length: Number(rest) }, () => readReply(cursor));
    default:
      throw new Error(`the server said ${type}${rest}`);
  }
}

function readBulk(cursor: Cursor, length: number): string | null {
  if (length < 0) return null;
  const value = cursor.text.slice(cursor.at, cursor.at + length);
  cursor.at += length + 2;
  return value;
}
