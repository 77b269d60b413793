// Owns orthonormal columns from a matrix of random numbers.

/**
 * Q of the QR decomposition in which the diagonal of R is positive, which makes it unique, and uniform among all when the
 * numbers are normal. By Gram-Schmidt, a column once more when rounding may count ("twice is enough": Giraud et al. 2005).
 * Cost: about 3 * rows * columns^2 multiply-adds, a second or two at 1,000 x 1,000.
 * @param columns each as long as the others, at least as long as there are columns; overwritten with Q
 */
export function orthonormalize(columns: readonly Float64Array[]): void {
  columns.forEach((column, at) => {
    let before = length(column);
    let after = project(columns, at, before);
    // Much of the length is gone, and so are digits of what is left.
    for (let again = 0; again < 2 && after < 0.7 * before; again++) {
      before = after;
      after = project(columns, at, before);
    }
    for (let i = 0; i < column.length; i++) column[i] = (column[i] ?? 0) / after;
  });
}

/** Takes off column `at` its share along each column before it. @returns the length of what is left */
function project(columns: readonly Float64Array[], at: number, before: number): number {
  const column = columns[at];
  if (column === undefined || at === 0) return before;
  for (let k = 0; k < at; k++) {
    const other = columns[k] ?? column;
    const share = dot(column, other);
    for (let i = 0; i < column.length; i++) column[i] = (column[i] ?? 0) - share * (other[i] ?? 0);
  }
  return length(column);
}

function length(column: Float64Array): number {
  return Math.sqrt(dot(column, column));
}

function dot(a: Float64Array, b: Float64Array): number {
  let even = 0;
  let odd = 0;
  let i = 0;
  for (; i + 1 < a.length; i += 2) {
    even += (a[i] ?? 0) * (b[i] ?? 0);
    odd += (a[i + 1] ?? 0) * (b[i + 1] ?? 0);
  }
  if (i < a.length) even += (a[i] ?? 0) * (b[i] ?? 0);
  return even + odd;
}
