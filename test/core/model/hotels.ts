// Owns a small table that mixes numbers, categories, dates and texts, with a target for each task.
import { writeCsv } from '../../../src/core/data/csvWriter';
import { randomStream } from '../../../src/shared/random';

const WORDS = ['good', 'bad', 'not', 'very', 'room', 'view', 'food', 'staff', 'slow', 'clean', 'old', 'the'];
export const HOTEL_TASKS = { stars: 'multiclass', again: 'binary', price: 'regression' } as const;

export function hotels(count = 40): string {
  const stream = randomStream(31, 'hotels');
  const rows = Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: 4 + stream.nextInt(8) }, () => WORDS[stream.nextInt(WORDS.length)]!);
    const size = 10 + stream.nextInt(50);
    return [
      String(size),
      ['Oslo', 'Bern', 'Rome', 'Bonn'][stream.nextInt(4)]!,
      ['yes', 'no'][stream.nextInt(2)]!,
      `2024-0${1 + (i % 9)}-1${i % 10}`,
      `${words.join(' ')} ${i}`,
      ['one', 'two', 'three'][i % 3]!,
      words.includes('good') ? 'true' : 'false',
      (3.1 * size + 10 * stream.next()).toFixed(2),
    ];
  });
  return writeCsv(['size', 'city', 'pool', 'day', 'review', 'stars', 'again', 'price'], rows);
}
