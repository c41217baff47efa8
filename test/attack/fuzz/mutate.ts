import { Lexer, Source, TokenKind } from 'graphql';
import { schema } from '../../../src/schema.ts';
import type { Choices } from '../../reads/choices.ts';

/** Names that the schema knows, of whatever kind. */
const names = [
  ...Object.keys(schema.getTypeMap()),
  ...Object.values(schema.getTypeMap()).flatMap((type) => ('getFields' in type ? Object.keys(type.getFields()) : [])),
  ...['__schema', '__type', '__typename', 'on', 'query', 'mutation', 'subscription', 'fragment', 'true', 'null'],
];
const directives = ['@include(if: true)', '@skip(if: $v)', '@skip(if: false)', '@defer', '@idempotent(key: "x")'];
const pieces = [
  ...directives,
  '...',
  '... on Order',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '"',
  '"""',
  '#',
  '$',
  ':',
  '!',
  '|',
  '&',
  '-1',
  '1e9',
  '\0',
  '\u2028',
  '\ufeff',
  '😀',
];

type Word = { text: string; isName: boolean };

function wordsOf(text: string): Word[] {
  const lexer = new Lexer(new Source(text));
  const words: Word[] = [];
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    words.push({ text: text.slice(token.start, token.end), isName: token.kind === TokenKind.NAME });
  }
  return words;
}

/** Where a name is among the words, if there is any. */
function nameIn(words: Word[], { one }: Choices): number | undefined {
  return one(words.flatMap(({ isName }, index) => (isName ? [index] : [])));
}

type Change = (words: Word[], choices: Choices) => void;

const changes: Change[] = [
  (words, { below }) => void words.splice(below(words.length), 1 + below(3)),
  (words, { below }) => {
    const at = below(words.length);
    words.splice(at, 0, ...words.slice(at, at + 1 + below(12)));
  },
  (words, { below }) => {
    const [one, other] = [below(words.length), below(words.length)];
    [words[one], words[other]] = [words[other] as Word, words[one] as Word];
  },
  ...Array<Change>(3).fill((words, choices) => {
    const at = nameIn(words, choices);
    if (at !== undefined) words[at] = { text: choices.one(names), isName: true };
  }),
  // Where a field is, both leave an operation behind.
  (words, choices) => {
    const at = nameIn(words, choices);
    if (at !== undefined) words.splice(at, 0, { text: 'a', isName: true }, { text: ':', isName: false });
  },
  (words, choices) => {
    const at = nameIn(words, choices);
    if (at !== undefined) words.splice(at + 1, 0, { text: choices.one(directives), isName: false });
  },
  (words, { below, one }) => void words.splice(below(words.length), 0, { text: one(pieces), isName: false }),
  (words, { below }) => void words.splice(below(words.length)),
  (words, { below }) => {
    const at = below(words.length);
    const word = words[at];
    if (word) words[at] = { ...word, text: word.text.repeat(2 + below(30)) };
  },
];

/** The operation with so many things wrong with it as its author could not have meant. */
export function mutated(text: string, choices: Choices): string {
  // More often than not what is asked for is allowed, and what it is asked with is not.
  if (choices.chance(65)) return text;
  const words = wordsOf(text);
  for (let count = 1 + choices.below(3); count > 0 && words.length > 0; count -= 1)
    choices.one(changes)(words, choices);
  const written = words.map((word) => word.text).join(' ');
  if (!choices.chance(5)) return written;
  const at = choices.below(written.length);
  return `${written.slice(0, at)}${String.fromCharCode(choices.below(0x3000))}${written.slice(at + 1)}`;
}
