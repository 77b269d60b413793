// Owns the options that say how a file is read, the same for every command that reads one.
import * as l10n from '@vscode/l10n';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { ENCODINGS, readingSchema, type Reading } from '../shared/schema/reading';

export interface ReadingFlags {
  readonly encoding?: Reading['encoding'];
  readonly delimiter?: string;
  readonly header?: Reading['header'];
  readonly decimal?: Reading['decimal'];
  readonly thousands?: Reading['thousands'];
  readonly missing?: readonly string[];
}

export function withReadingOptions(command: Command): Command {
  return command
    .addOption(new Option('--encoding <name>', l10n.t('encoding of the file')).choices(ENCODINGS))
    .option('--delimiter <character>', l10n.t('what parts cells; "tab" for a tab'), delimiterOf)
    .addOption(
      new Option('--header <yes|no>', l10n.t('whether the first record names the columns')).choices([
        'yes',
        'no',
      ]),
    )
    .addOption(new Option('--decimal <mark>', l10n.t('decimal mark of numbers')).choices(['.', ',']))
    .addOption(
      new Option('--thousands <mark>', l10n.t('thousands separator of numbers')).choices([
        ',',
        '.',
        ' ',
        "'",
      ]),
    )
    .option('--missing <texts...>', l10n.t('texts that mean "no value", besides the usual ones'));
}

function delimiterOf(text: string): string {
  const character = text === 'tab' || text === String.raw`\t` ? '\t' : text;
  // Emoji are two units of UTF-16: the reader takes one.
  if (character.length === 1 && !/["'\r\n]/.test(character)) return character;
  throw new InvalidArgumentError(
    l10n.t('Expected one character that is neither a quote nor a line end, or "tab".'),
  );
}

/** Whether any of them was said. */
export function isReadingGiven({
  encoding,
  delimiter,
  header,
  decimal,
  thousands,
  missing,
}: ReadingFlags): boolean {
  return [encoding, delimiter, header, decimal, thousands, missing].some((flag) => flag !== undefined);
}

/** @param base what a config says; a flag wins */
export function readingOf(flags: ReadingFlags, base?: Reading): Reading {
  const { encoding, delimiter, header, decimal, thousands, missing } = flags;
  const chosen = { encoding, delimiter, header, decimal, thousands, missing };
  const said = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  return readingSchema.parse({ ...base, ...said });
}
