import { describe, expect, it } from 'vitest';
import { editConfig } from '../../../src/core/experiment/editConfig';

describe('editConfig', () => {
  const text = `{
  "name": "a",
  "training": {
    "optimizer": { "type": "adam", "learningRate": 0.001 },
    "description": "mine"
  }
}
`;

  it('changes a value and nothing else', () => {
    const path = ['training', 'optimizer', 'learningRate'];
    expect(editConfig(text, [{ path, value: 0.02 }])).toBe(text.replace('0.001', '0.02'));
  });

  it('puts in what is not there, and keeps the line ends of the file', () => {
    const windows = text.replaceAll('\n', '\r\n');
    const edited = editConfig(windows, [{ path: ['training', 'batchSize'], value: 64 }]);
    expect(JSON.parse(edited)).toMatchObject({ training: { batchSize: 64, description: 'mine' } });
    expect(edited.replaceAll('\r\n', '')).not.toContain('\n');
  });
});
