// Owns writing an Arrow file (IPC file format, also called Feather 2): record batches one by one, so that memory does
// not grow with the rows. Knows nothing of recipes.
import { closeSync, openSync, writeSync } from 'node:fs';
import type { DuckDBDataChunk } from '@duckdb/node-api';
import type * as ApacheArrow from 'apache-arrow';
import { throwIfAborted } from '../../shared/abort';
import { BenchError } from '../../shared/errors';
import type { Database, QueryOptions } from './database';

type Arrow = typeof ApacheArrow;

/** How a column is written; times are microseconds without a zone. */
export type ArrowType = 'text' | 'double' | 'integer' | 'timestamp';

export interface ArrowColumn {
  readonly name: string;
  readonly type: ArrowType;
  /** SQL: VARCHAR, DOUBLE, BIGINT, and BIGINT of microseconds since 1970. */
  readonly sql: string;
}

/** Readers take a batch at a time: large enough to be quick, small enough for memory. */
const BATCH_ROWS = 65_536;
/** Offsets of texts are 32 bits; long before that a batch is written. */
const BATCH_BYTES = 64 * 1024 * 1024;

/** @returns rows written */
export async function writeArrowFile(
  file: string,
  columns: readonly ArrowColumn[],
  source: { readonly from: string; readonly database: Database },
  options: QueryOptions = {},
): Promise<number> {
  const arrow = await import('apache-arrow');
  const out = openSync(file, 'w');
  try {
    const schema = new arrow.Schema(
      columns.map(({ name, type }) => new arrow.Field(name, arrowType(arrow, type), true)),
    );
    const writer = new arrow.RecordBatchFileWriter();
    writer.reset(diskSink(arrow, out), schema);
    const builders = columns.map(({ type }) => new ColumnBuilder(type));
    let pending = 0;
    let rows = 0;
    const flush = (): void => {
      const struct = arrow.makeData({
        type: new arrow.Struct(schema.fields),
        length: pending,
        nullCount: 0,
        children: builders.map((builder) => builder.take(arrow)),
      });
      writer.write(new arrow.RecordBatch(schema, struct));
      rows += pending;
      pending = 0;
    };
    const append = (chunk: DuckDBDataChunk): void => {
      throwIfAborted(options.signal);
      for (const [index, builder] of builders.entries()) builder.append(chunk.getColumnValues(index));
      pending += chunk.rowCount;
      if (pending >= BATCH_ROWS || builders.some(({ byteLength }) => byteLength >= BATCH_BYTES)) flush();
    };
    const selected = columns.map(({ sql }) => sql).join(', ');
    await source.database.stream(`SELECT ${selected} FROM ${source.from}`, append, options);
    // A file of no rows still says its columns.
    if (pending > 0 || rows === 0) flush();
    writer.close();
    return rows;
  } finally {
    closeSync(out);
  }
}

function arrowType(arrow: Arrow, type: ArrowType): ApacheArrow.DataType {
  switch (type) {
    case 'text':
      return new arrow.Utf8();
    case 'double':
      return new arrow.Float64();
    case 'integer':
      return new arrow.Int64();
    case 'timestamp':
      return new arrow.TimestampMicrosecond();
  }
}

/** What the writer gives goes to the file at once: its own queue would hold it all. */
function diskSink(arrow: Arrow, file: number): ApacheArrow.AsyncByteQueue {
  class DiskSink extends arrow.AsyncByteQueue {
    override write(bytes: unknown): void {
      if (!(bytes instanceof Uint8Array)) throw new BenchError('internal.arrow', 'Expected bytes');
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    }
  }
  return new DiskSink();
}

/** The values of one column of the next batch. */
class ColumnBuilder {
  byteLength = 0;
  private values: unknown[] = [];

  constructor(private readonly type: ArrowType) {}

  append(values: readonly unknown[]): void {
    for (const value of values) this.values.push(value);
    if (this.type !== 'text') return;
    for (const value of values) if (typeof value === 'string') this.byteLength += value.length;
  }

  /** All of them, as Arrow lays them out; the builder is empty then. */
  take(arrow: Arrow): ApacheArrow.Data {
    const { values, type } = this;
    [this.values, this.byteLength] = [[], 0];
    const length = values.length;
    const { nullBitmap, nullCount } = validity(values);
    const common = { length, nullCount, nullBitmap };
    switch (type) {
      case 'text': {
        const { data, valueOffsets } = texts(values);
        return arrow.makeData({ type: new arrow.Utf8(), ...common, data, valueOffsets });
      }
      case 'double': {
        const data = Float64Array.from(values, (value) => (typeof value === 'number' ? value : 0));
        return arrow.makeData({ type: new arrow.Float64(), ...common, data });
      }
      case 'integer':
        return arrow.makeData({ type: new arrow.Int64(), ...common, data: bigints(values) });
      case 'timestamp':
        return arrow.makeData({ type: new arrow.TimestampMicrosecond(), ...common, data: bigints(values) });
    }
  }
}

function bigints(values: readonly unknown[]): BigInt64Array {
  return BigInt64Array.from(values, (value) => (typeof value === 'bigint' ? value : 0n));
}

/** A bit a row, lowest first: 1 has a value. */
function validity(values: readonly unknown[]): { nullBitmap: Uint8Array; nullCount: number } {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8));
  let nullCount = 0;
  for (const [row, value] of values.entries()) {
    if (value === null) nullCount++;
    else nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return { nullBitmap, nullCount };
}

/** UTF-8 of all texts in one piece, and where each begins. */
function texts(values: readonly unknown[]): { data: Uint8Array; valueOffsets: Int32Array } {
  const valueOffsets = new Int32Array(values.length + 1);
  const joined = Buffer.from(
    values.map((value) => (typeof value === 'string' ? value : '')).join(''),
    'utf8',
  );
  let offset = 0;
  for (const [row, value] of values.entries()) {
    if (typeof value === 'string') offset += Buffer.byteLength(value, 'utf8');
    valueOffsets[row + 1] = offset;
  }
  return { data: joined, valueOffsets };
}
