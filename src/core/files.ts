// Owns small questions to the file system.
import * as fs from 'node:fs/promises';

export async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
