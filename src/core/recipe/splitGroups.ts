// Owns splits that keep groups whole: no group has rows in two parts. Shares of rows are met as nearly as groups allow.
import type { RandomStream } from '../../shared/random';
import type { CodedTexts } from './codedTexts';
import { compareCodePoints } from './codePoints';
import { rowsByPart, type PartName, type Shares, type SplitRows } from './splitParts';

/** Groups in the order of a draw that does not depend on the order of the rows. */
interface Groups {
  /** Group of each row. */
  readonly of: Int32Array;
  readonly sizes: Int32Array;
  readonly shuffled: Uint32Array;
}

/** Each row without a group is a group of its own. */
export function drawGroups(groups: CodedTexts, stream: RandomStream): Groups {
  const names = groups.names.length;
  const of = Int32Array.from(groups.codes);
  let count = names;
  for (const [row, code] of groups.codes.entries()) if (code < 0) of[row] = count++;
  const sizes = new Int32Array(count);
  for (const group of of) sizes[group] = (sizes[group] ?? 0) + 1;
  const byName = Array.from({ length: names }, (_, group) => group).sort((a, b) =>
    compareCodePoints(groups.names[a] ?? '', groups.names[b] ?? ''),
  );
  const ordered = new Uint32Array(count);
  for (let i = 0; i < count; i++) ordered[i] = byName[i] ?? i;
  return { of, sizes, shuffled: stream.shuffle(ordered) };
}

/** Assumes three groups or more. */
export function groupParts(groups: Groups, shares: Shares): SplitRows {
  const { of, sizes, shuffled } = groups;
  const partOf = new Array<PartName>(sizes.length).fill('train');
  for (const group of pickGroups(shuffled, sizes, of.length * shares.test, shuffled.length - 2)) {
    partOf[group] = 'test';
  }
  const rest = shuffled.filter((group) => partOf[group] === 'train');
  for (const group of pickGroups(rest, sizes, of.length * shares.validation, rest.length - 1)) {
    partOf[group] = 'validation';
  }
  return rowsByPart(of.length, (row) => partOf[of[row] ?? 0] ?? 'train');
}

/** Groups for a part: one after the other where it brings the rows nearer to the target, one at least. */
function pickGroups(order: Uint32Array, sizes: Int32Array, target: number, most: number): Set<number> {
  const picked = new Set<number>();
  let rows = 0;
  for (const group of order) {
    if (picked.size === most) break;
    const size = sizes[group] ?? 0;
    if (Math.abs(rows + size - target) >= Math.abs(rows - target)) continue;
    picked.add(group);
    rows += size;
  }
  if (picked.size > 0) return picked;
  let smallest = order[0] ?? 0;
  for (const group of order) if ((sizes[group] ?? 0) < (sizes[smallest] ?? 0)) smallest = group;
  return picked.add(smallest);
}

/**
 * Assumes one group more than folds. The rest behind the test in folds of equally many rows: the largest group first,
 * always to the fold with the fewest rows, as scikit-learn's GroupKFold.
 */
export function groupFold(
  groups: Groups,
  { test, folds, fold }: { readonly test: number; readonly folds: number; readonly fold: number },
): SplitRows {
  const { of, sizes, shuffled } = groups;
  const isTest = pickGroups(shuffled, sizes, of.length * test, shuffled.length - folds);
  const rest = [...shuffled].filter((group) => !isTest.has(group));
  rest.sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
  const foldRows = new Float64Array(folds);
  const foldOf = new Int32Array(sizes.length).fill(-1);
  for (const group of rest) {
    const lightest = foldRows.indexOf(Math.min(...foldRows));
    foldOf[group] = lightest;
    foldRows[lightest] = (foldRows[lightest] ?? 0) + (sizes[group] ?? 0);
  }
  return rowsByPart(of.length, (row) => {
    const group = of[row] ?? 0;
    return isTest.has(group) ? 'test' : foldOf[group] === fold - 1 ? 'validation' : 'train';
  });
}
