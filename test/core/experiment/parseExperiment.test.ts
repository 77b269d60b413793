// What is said of a config's text: every problem, at its line and column, in words that help.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { locate, parseExperiment, requireExperiment } from '../../../src/core/experiment/parseExperiment';
import { experimentSchema } from '../../../src/shared/schema/experiment';

const TEXT = `{
  "name": "t",
  "data": {
    "path": "d.csv",
    "target": { "column": "y", "task": "binary" }
  },
  "features": [
    { "column": "a", "type": "number" }
  ],
  "split": { "method": "random" },
  "model": { "layers": [] },
  "training": { "epochs": 3 }
}`;

/** \`line:column message\` of each issue of TEXT with one part replaced. */
function said(part: string, by: string): string[] {
  expect(TEXT).toContain(part);
  return issuesOf(TEXT.replace(part, () => by));
}

function issuesOf(text: string): string[] {
  const { experiment, issues } = parseExperiment(text);
  expect(experiment === undefined).toBe(issues.length > 0);
  return issues.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('a config that is fine', () => {
  it('parses, with defaults filled in', () => {
    expect(issuesOf(TEXT)).toEqual([]);
    expect(parseExperiment(TEXT).experiment?.training).toMatchObject({ epochs: 3, batchSize: 32 });
  });

  it('parses to the same again after a round trip through JSON', () => {
    const example = fs.readFileSync(
      path.resolve(__dirname, '../../../examples/penguins.experiment.json'),
      'utf8',
    );
    for (const text of [TEXT, example]) {
      const { experiment } = parseExperiment(text);
      expect(experiment).toBeDefined();
      expect(parseExperiment(JSON.stringify(experiment)).experiment).toEqual(experiment);
    }
  });

  it('may start with a byte order mark and have Windows line ends', () => {
    expect(issuesOf(`\uFEFF${TEXT.replaceAll('\n', '\r\n')}`)).toEqual([]);
  });
});

describe('text that is no JSON', () => {
  it.each([
    ['', '1:1', 'empty'],
    [' \n\n', '1:1', 'empty'],
    ['{ // why\n}', '1:3', 'comment'],
    ['{\n  /* why */ "a": 1 }', '2:3', 'comment'],
    ['{\n  "a": 1,\n}', '3:1', 'comma'],
    ['[1,\n]', '2:1', 'comma'],
    ['{ "a": 1 "b": 2 }', '1:10', 'comma'],
    ['{ "a" 1 }', '1:7', 'colon'],
    ['{ "a": tru }', '1:8', 'tru'],
    ['{ "a": "x', '1:8', 'string'],
    ['{}\n{}', '2:1', 'end of the file'],
    ['{ "a": ', '1:8', 'value'],
  ])('%j is refused at %s with a word on the %s', (text, place, word) => {
    const [first = '', ...more] = issuesOf(text);
    expect(more).toEqual([]);
    expect(first).toContain(`${place} This is not JSON: `);
    expect(first.toLowerCase()).toContain(word);
  });

  it('is refused, not thrown at, when it is nested without end', () => {
    expect(issuesOf('['.repeat(200_000))[0]).toContain('nested');
  });
});

describe('unknown keys', () => {
  it('at the top, with the nearest that exists, at the key', () => {
    expect(said('"split":', '"spilt":')).toEqual([
      '1:1 "split" is missing; expected object.',
      '10:3 Unknown key "spilt" in the config. Did you mean "split"?',
    ]);
  });

  it('in training', () => {
    expect(said('"epochs"', '"epohcs"')).toEqual([
      '12:17 Unknown key "epohcs" in "training". Did you mean "epochs"?',
    ]);
  });

  it('in the variant of a feature: only keys of that variant are offered', () => {
    expect(said('"type": "number"', '"type": "number", "scal": "none"')).toEqual([
      '8:40 Unknown key "scal" in "features.0". Did you mean "scale"?',
    ]);
    expect(said('"type": "number"', '"type": "boolean", "scal": "none"')).toEqual([
      '8:41 Unknown key "scal" in "features.0". Remove it.',
    ]);
  });

  it('in the variant of a split', () => {
    expect(said('"method": "random"', '"method": "random", "sed": 1')).toEqual([
      '10:34 Unknown key "sed" in "split". Did you mean "seed"?',
    ]);
    expect(said('"method": "random"', '"method": "column", "column": "a", "seed": 1')).toEqual([
      '10:49 Unknown key "seed" in "split". Remove it.',
    ]);
  });

  it('in a value that may also be false', () => {
    expect(said('"epochs": 3', '"earlyStopping": { "patiense": 3 }')).toEqual([
      '12:36 Unknown key "patiense" in "training.earlyStopping". Did you mean "patience"?',
    ]);
  });

  it('that every object has, or that would reach its prototype', () => {
    expect(said('"epochs"', '"toString"')[0]).toMatch(/^12:17 Unknown key "toString" in "training"/);
    expect(said('"epochs": 3', '"constructor": { "prototype": {} }')[0]).toMatch(
      /^12:17 Unknown key "constr/,
    );
    for (const [part, by] of [
      ['"name"', '"__proto__": { "polluted": 1 }, "name"'],
      ['"epochs": 3', '"__proto__": { "epochs": 5 }'],
      ['"type": "number"', '"type": "number", "__proto__": null'],
      ['"layers": []', '"layers": [], "description": "x", "__proto__": []'],
    ] as const) {
      const issues = said(part, by);
      expect(issues).toHaveLength(1);
      expect(issues[0]).toContain('Unknown key "__proto__"');
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('written twice are refused: which one counts would be a guess', () => {
    expect(said('"epochs": 3', '"epochs": 3, "epochs": 4')).toEqual([
      '12:30 The key "epochs" is written twice. Remove one.',
    ]);
  });
});

describe('values', () => {
  it.each([
    ['"epochs": 3', '"epochs": "many"', '12:27 "training.epochs": expected number. Found "many".'],
    ['"epochs": 3', '"epochs": null', '12:27 "training.epochs": expected number. Found null.'],
    ['"epochs": 3', '"epochs": 1.5', '12:27 "training.epochs": expected a whole number. Found 1.5.'],
    ['"epochs": 3', '"epochs": 0', '12:27 "training.epochs": expected at least 1. Found 0.'],
    ['"epochs": 3', '"epochs": 1000001', '12:27 "training.epochs": expected at most 1000000. Found 1000001.'],
    ['"epochs": 3', '"batchSize": 0', '12:30 "training.batchSize": expected at least 1. Found 0.'],
    [
      '"epochs": 3',
      '"optimizer": { "type": "adam", "beta1": 1 }',
      '12:57 "training.optimizer.beta1": expected less than 1. Found 1.',
    ],
    [
      '"epochs": 3',
      '"optimizer": { "type": "adam", "learningRate": 0 }',
      '12:64 "training.optimizer.learningRate": expected more than 0. Found 0.',
    ],
    [
      '"epochs": 3',
      '"optimizer": { "type": "adamw" }',
      '12:40 "training.optimizer.type": expected "adam" | "adamW" | "sgd" | "rmsProp" | "adagrad" | "adadelta" | "nadam" | "lion". Found "adamw". Did you mean "adamW"?',
    ],
    [
      '"epochs": 3',
      '"optimizer": { "learningRate": 1 }',
      '12:30 "training.optimizer.type" is missing; expected "adam" | "adamW" | "sgd" | "rmsProp" | "adagrad" | "adadelta" | "nadam" | "lion".',
    ],
    [
      '"epochs": 3',
      '"batchSize": "ful"',
      '12:30 "training.batchSize": expected number | "full". Found "ful".',
    ],
    [
      '"epochs": 3',
      '"earlyStopping": true',
      '12:34 "training.earlyStopping": expected object | false. Found true.',
    ],
    ['"name": "t"', '"name": ""', '2:11 "name": expected at least 1 character. Found "".'],
    ['"name": "t"', `"name": "${'x'.repeat(101)}"`, '2:11 "name": expected at most 100 characters.'],
    ['"name": "t",', '', '1:1 "name" is missing; expected string.'],
    [
      '"task": "binary"',
      '"task": "binry"',
      '5:40 "data.target.task": expected "regression" | "binary" | "multiclass". Found "binry". Did you mean "binary"?',
    ],
    [
      ', "task": "binary"',
      '',
      '5:15 "data.target.task" is missing; expected "regression" | "binary" | "multiclass".',
    ],
    ['{ "column": "a", "type": "number" }', '"a"', '8:5 "features.0": expected object. Found "a".'],
    [
      '\n    { "column": "a", "type": "number" }\n  ',
      '',
      '7:15 "features": expected at least 1 entry. Found [].',
    ],
    [
      '{ "column": "a", "type": "number" }',
      '{ "column": "a",\n "type":\n "numbr" }',
      '10:2 "features.0.type": expected "number" | "category" | "boolean" | "datetime" | "text" | "id". Found "numbr". Did you mean "number"?',
    ],
    [
      '"split": { "method": "random" }',
      '"split": [\n1,\n2]',
      '10:12 "split": expected object. Found [ 1, 2].',
    ],
  ])('%j as %j: %s', (part, by, expected) => {
    const [first = '', ...more] = said(part, by);
    expect(first.slice(0, expected.length)).toBe(expected);
    expect(more).toEqual([]);
  });

  it('of another kind than an object, at the top', () => {
    expect(issuesOf('[]')).toEqual(['1:1 the config: expected object.']);
    expect(issuesOf('"x"')).toEqual(['1:1 the config: expected object.']);
  });

  it('are all reported, each in its place', () => {
    const issues = issuesOf(TEXT.replace('"epochs": 3', '"epochs": 0, "seed": -1').replace('"t"', '7'));
    expect(issues.map((text) => text.split(' ')[0]).sort()).toEqual(['12:27', '12:38', '2:11']);
  });

  it('on a line with Windows ends keep their place', () => {
    expect(issuesOf(TEXT.replace('"epochs": 3', '"epochs": 0').replaceAll('\n', '\r\n'))[0]).toMatch(
      /^12:27 /,
    );
  });

  it('behind a byte order mark keep the column that an editor shows', () => {
    expect(issuesOf('\uFEFF{ "nam": "x" }').find((text) => text.includes('nam"'))).toMatch(/^1:3 /);
  });
});

describe('a config that is required', () => {
  it('throws the first problem with file, line and column, and how many more there are', () => {
    const text = TEXT.replace('"epochs": 3', '"epochs": 0, "seed": -1');
    expect(() => requireExperiment(text, 'x.json')).toThrow(
      'x.json:12:27: "training.epochs": expected at least 1. Found 0. (1 more)',
    );
    try {
      requireExperiment(text, 'x.json');
    } catch (error) {
      expect(error).toMatchObject({ code: 'config.invalid', isBadInput: true, details: { line: 12 } });
    }
    expect(requireExperiment(TEXT, 'x.json')).toEqual(experimentSchema.parse(JSON.parse(TEXT)));
  });
});

describe('a place', () => {
  it('is found by its path', () => {
    const found = locate(TEXT, ['features', 0, 'column']);
    expect(found && TEXT.slice(found.offset, found.offset + found.length)).toBe('"a"');
    expect(locate(TEXT, ['features', 3])).toBeUndefined();
  });
});
