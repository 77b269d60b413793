// Owns what becomes of one slice of columns: numbers are copied, ids become one-hot or stay in order, tokens become
// TF-IDF. @see sklearn TfidfTransformer(smooth_idf=True, norm='l2')

export type MatrixSlice =
  | { readonly kind: 'numbers'; readonly start: number; readonly width: number }
  /** `size`: ids are 0 (unknown) to size - 1. Each of `width` columns is for itself. */
  | { readonly kind: 'ids'; readonly start: number; readonly width: number; readonly size: number }
  /** `width` places of a text, 0: no token there. */
  | { readonly kind: 'tokens'; readonly start: number; readonly width: number; readonly size: number };
type Slice<K extends MatrixSlice['kind']> = Extract<MatrixSlice, { kind: K }>;

export interface SliceWriter {
  readonly features: number;
  readonly merged: number;
  /** Writes one row into zeros. */
  write(from: Float32Array, fromStart: number, to: Float32Array, toStart: number): void;
}

interface Rows {
  readonly x: Float32Array;
  readonly rows: number;
  readonly width: number;
}

/** Vocabularies in a slice. */
export function sliceWidth(slice: Slice<'ids' | 'tokens'>): number {
  return slice.kind === 'ids' ? slice.width : 1;
}

/** What is no id of the vocabulary is the unknown one. */
function idOf(value: number | undefined, size: number): number {
  const id = Math.trunc(value ?? 0);
  return id > 0 && id < size ? id : 0;
}

export function numbersWriter({ start, width }: Slice<'numbers'>): SliceWriter {
  return {
    features: width,
    merged: 0,
    write: (from, fromStart, to, toStart) => {
      to.set(from.subarray(fromStart + start, fromStart + start + width), toStart);
    },
  };
}

/** Ids as they are: trees cut between them. */
export function ordinalWriter({ start, width, size }: Slice<'ids'>): SliceWriter {
  return {
    features: width,
    merged: 0,
    write: (from, fromStart, to, toStart) => {
      for (let j = 0; j < width; j++) to[toStart + j] = idOf(from[fromStart + start + j], size);
    },
  };
}

/** A column an id; where there are too many, the rarest in the train rows count as unknown. */
export function idsWriter(train: Rows, slice: Slice<'ids'>, most: number): SliceWriter {
  const { start, width, size } = slice;
  const places = Array.from({ length: width }, (_, j) => {
    const counts = new Float64Array(size);
    for (let row = 0; row < train.rows; row++) {
      const id = idOf(train.x[row * train.width + start + j], size);
      counts[id] = (counts[id] ?? 0) + 1;
    }
    counts[0] = Infinity;
    return placesOf(counts, most);
  });
  const starts = startsOf(places);
  return {
    features: starts[width] ?? 0,
    merged: mergedIn(places, size),
    write: (from, fromStart, to, toStart) => {
      for (const [j, place] of places.entries()) {
        const id = idOf(from[fromStart + start + j], size);
        to[toStart + (starts[j] ?? 0) + Math.max(0, place[id] ?? 0)] = 1;
      }
    },
  };
}

/** Place of each id among the most frequent ones, which keep their order; -1: it has none. */
function placesOf(counts: Float64Array, most: number): Int32Array {
  const places = new Int32Array(counts.length).fill(-1);
  const order = Uint32Array.from(counts.keys());
  if (order.length > most)
    order.sort((a, b) => (counts[a] === counts[b] ? a - b : (counts[b] ?? 0) - (counts[a] ?? 0)));
  const kept = order.slice(0, most).sort();
  kept.forEach((id, place) => (places[id] = place));
  return places;
}

function startsOf(places: readonly Int32Array[]): number[] {
  const starts = [0];
  for (const place of places)
    starts.push((starts[starts.length - 1] ?? 0) + place.filter((p) => p >= 0).length);
  return starts;
}

function mergedIn(places: readonly Int32Array[], size: number): number {
  return places.reduce((sum, place) => sum + size - place.filter((p) => p >= 0).length, 0);
}

/** A column a token: count * (ln((1 + rows) / (1 + rows with it)) + 1), each row of length 1. The rarest are left out. */
export function tokensWriter(train: Rows, slice: Slice<'tokens'>, most: number): SliceWriter {
  const { start, width, size } = slice;
  const documents = documentCounts(train, slice);
  documents[0] = Infinity;
  const places = placesOf(documents, most + 1);
  const features = places.filter((place) => place >= 0).length - 1;
  const idf = Float64Array.from(documents, (count) => Math.log((1 + train.rows) / (1 + count)) + 1);
  return {
    features,
    merged: size - 1 - features,
    write: (from, fromStart, to, toStart) => {
      let squares = 0;
      for (const [id, count] of tokenCounts(from, fromStart + start, width, size)) {
        // Place 0 is that of no token.
        const place = (places[id] ?? 0) - 1;
        if (place < 0) continue;
        const value = count * (idf[id] ?? 0);
        to[toStart + place] = value;
        squares += value * value;
      }
      if (squares === 0) return;
      const length = Math.sqrt(squares);
      for (let j = toStart; j < toStart + features; j++) to[j] = (to[j] ?? 0) / length;
    },
  };
}

/** How often each token is in a text; none is not counted. */
function tokenCounts(from: Float32Array, start: number, width: number, size: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let j = 0; j < width; j++) {
    const id = idOf(from[start + j], size);
    if (id > 0) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

function documentCounts(train: Rows, { start, width, size }: Slice<'tokens'>): Float64Array {
  const counts = new Float64Array(size);
  for (let row = 0; row < train.rows; row++) {
    for (const id of tokenCounts(train.x, row * train.width + start, width, size).keys()) {
      counts[id] = (counts[id] ?? 0) + 1;
    }
  }
  return counts;
}
