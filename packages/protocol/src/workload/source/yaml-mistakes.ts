/** One thing that makes a text no YAML, in words for whoever wrote it. */
export interface YamlMistake {
  message: string
  mend: string
}

const quotes = 'put a text that is meant as it stands into quotes'

/** By what the parser says of it: js-yaml knows its grammar's terms and no mends, and repeats names that may be secrets. */
const mistakes: readonly (readonly [said: RegExp, message: string, mend: string])[] = [
  [
    /^missed comma between flow collection entries/,
    'A comma is missing before this, or a bracket that was opened is not closed.',
    'Put a comma after the entry before, or close its bracket.',
  ],
  [/^expected the node content, but found ','/, 'There is a comma too many.', 'Leave it out.'],
  [
    /^unexpected end of the stream within a flow collection/,
    'A bracket that was opened is never closed.',
    'Close it with `]` or `}`, whichever it is.',
  ],
  [
    /^unexpected end of the (stream|document) within a (single|double) quoted scalar/,
    'A quote that was opened is never closed.',
    "Close it; within single quotes write a quote twice, `''`, within double quotes `\\\"`.",
  ],
  [
    /^a whitespace character is expected after the key-value separator/,
    'A colon has no space after it.',
    'Put a space after the colon.',
  ],
  [
    /^bad indentation of a (mapping|sequence) entry/,
    'This does not fit where it stands, or what stands before it has a colon or a quote too few or too many.',
    `Begin it in the same column as what it stands beside, end the key before it with a colon, and ${quotes}.`,
  ],
  [
    /^can not read a block mapping entry|^can not read an implicit mapping pair/,
    'A key has no colon, here or just before.',
    `Write \`KEY: VALUE\`; put a text of several lines after \`|\`, each line indented, and ${quotes}.`,
  ],
  [
    /^end of the stream or a document separator is expected/,
    'This belongs to nothing that stands before it.',
    `Begin it in the same column as what it stands beside, or write it as \`KEY: VALUE\`; ${quotes}.`,
  ],
  [
    /^missing indentation for block scalar/,
    'The text after `|` or `>` is not indented.',
    'Indent each of its lines by more than the key.',
  ],
  [
    /^bad explicit indentation width|^repeat of a|^a line break is expected/,
    'After `|` or `>` stands what cannot stand there.',
    'Write `|` alone; at most one digit from 1 to 9 and one of `+` and `-` may follow.',
  ],
  [
    /^unknown escape sequence|^expected hexadecimal character/,
    'A backslash in double quotes begins no escape that there is.',
    'Write two backslashes, or put the text into single quotes.',
  ],
  [
    /non-printable characters|^expected valid JSON character/,
    'The file holds a character that cannot be seen.',
    'Leave it out, or write its number in double quotes, such as "\\u0007".',
  ],
  [
    /^unidentified alias/,
    'There is no anchor of the name that this alias has.',
    'Put the text into quotes if it is no alias, or write the anchor, `&NAME`, before it.',
  ],
  [
    /^name of an (alias|anchor) node must contain/,
    'An asterisk or ampersand begins a text without a name after it.',
    'Put the text into quotes.',
  ],
  [
    /^duplication of (an anchor|a tag) property|^alias node should not have any properties/,
    'One value has two anchors or tags, or an alias has one of its own.',
    'Keep one of them.',
  ],
  [
    /directive|YAML version|tag (handle|prefix) |previously declared suffix/,
    'A line that begins with a percent sign is for the parser, and it does not know this one.',
    `Leave the line out, or ${quotes}.`,
  ],
  [
    /\btag\b/,
    'This tag is not known, or not for such a value.',
    'Leave it out, or put the text into quotes if it begins with an exclamation mark.',
  ],
  [
    /^incomplete explicit mapping pair/,
    'A question mark begins a key that is never told.',
    `Write \`KEY: VALUE\`, or ${quotes}.`,
  ],
  [
    /^nested arrays are not supported inside keys/,
    'A list of lists cannot be a key.',
    'Put it into quotes, or write a text in its place.',
  ],
]

const tabs: YamlMistake = {
  message: 'The line is indented with a tab.',
  mend: 'Indent with spaces; YAML takes no tabs there.',
}

/** What is wrong with a text by the parser's own `reason`, `line` being the whole line at which it stopped. */
export function yamlMistake(reason: string, line: string): YamlMistake {
  if (/^\s*\t/.test(line) || reason.startsWith('tab characters')) return tabs
  const found = mistakes.find(([said]) => said.test(reason))
  if (found === undefined)
    return { message: 'This is not valid YAML.', mend: `Look at the line and the one before it; ${quotes}.` }
  const [, message, mend] = found
  return { message, mend }
}
