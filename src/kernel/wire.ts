import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { Parser } from 'pg-protocol/dist/parser.js';

/**
 * A column that goes by this name is text to be passed on, not to be read: it comes as it is on the wire, a string with one
 * character for each byte of its UTF-8. To decode an answer of 70 kB and to encode it again for the client takes longer than
 * everything else that a request does; a string of bytes is copied.
 */
export const wireColumn = 'wire_text';

/** The text in a string of bytes. */
export function decodeWire(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}

type Message = { name: string; fields?: { name: string }[] };
type Reader = { encoding: BufferEncoding };

/** Hears what PostgreSQL sends, for a connection of pg's: as pg itself does, but for such columns. */
export function hear(connection: EventEmitter, stream: Readable): void {
  const parser = new Parser();
  const { reader } = parser as unknown as { reader: Reader };
  stream.on('data', (chunk: Buffer) =>
    parser.parse(chunk, (received) => {
      const message = received as Message;
      // The row that comes next is described by what came before it.
      const isWire = message.name === 'rowDescription' && message.fields?.[0]?.name === wireColumn;
      reader.encoding = isWire ? 'latin1' : 'utf8';
      connection.emit(message.name === 'error' ? 'errorMessage' : message.name, message);
    }),
  );
}
