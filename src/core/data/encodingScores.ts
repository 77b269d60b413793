// Owns how plausible bytes are as text of an encoding: the share of its characters that such texts are made of. Byte
// ranges from the standards' own order: GB 2312, Big5, JIS X 0208 and KS X 1001 put the frequent characters first.

export interface Plausibility {
  /** Mean weight of the characters beyond ASCII, 0 none to 1 all frequent; what is no character counts -5. */
  readonly score: number;
  /** Characters beyond ASCII. */
  readonly characters: number;
}

interface Character {
  readonly length: number;
  /** 0 to 1, or undefined: not a character of the encoding. */
  readonly weight: number | undefined;
}

const BAD = -5;
const NO_CHARACTER: Character = { length: 1, weight: undefined };

/** Encodings that detection knows, in order of preference where two are as plausible. */
export const SCORED = {
  gb18030: (bytes) => meanWeight(bytes, gb18030),
  big5: (bytes) => meanWeight(bytes, big5),
  shift_jis: (bytes) => meanWeight(bytes, shiftJis),
  'windows-1252': (bytes) => meanWeight(bytes, windows1252),
  'euc-kr': (bytes) => meanWeight(bytes, eucKr),
  'euc-jp': (bytes) => meanWeight(bytes, eucJp),
  'windows-1251': (bytes) => meanWeight(bytes, windows1251),
} as const satisfies Record<string, (bytes: Uint8Array) => Plausibility>;

function meanWeight(bytes: Uint8Array, read: (bytes: Uint8Array, at: number) => Character): Plausibility {
  let sum = 0;
  let characters = 0;
  for (let at = 0; at < bytes.length;) {
    if (byteAt(bytes, at) < 0x80) {
      at++;
      continue;
    }
    const { length, weight = BAD } = read(bytes, at);
    sum += weight;
    characters++;
    at += length;
  }
  return { score: characters === 0 ? 0 : sum / characters, characters };
}

/** 0 outside: an ASCII byte that is no letter. */
function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function isBetween(byte: number, first: number, last: number): boolean {
  return byte >= first && byte <= last;
}

function isLetter(byte: number): boolean {
  return isBetween(byte | 0x20, 0x61, 0x7a);
}

/** Chinese and Japanese characters do not stand alone between Latin letters: "\xc4gypten" is no Big5. */
function standsAlone(bytes: Uint8Array, at: number): boolean {
  const trail = byteAt(bytes, at + 1);
  if (!isLetter(trail)) return false;
  return isLetter(byteAt(bytes, at - 1)) || isLetter(byteAt(bytes, at + 2));
}

function gb18030(bytes: Uint8Array, at: number): Character {
  const [lead, trail] = [byteAt(bytes, at), byteAt(bytes, at + 1)];
  if (lead === 0x80 || lead === 0xff) return NO_CHARACTER;
  if (isBetween(trail, 0x30, 0x39)) {
    const isFour =
      isBetween(byteAt(bytes, at + 2), 0x81, 0xfe) && isBetween(byteAt(bytes, at + 3), 0x30, 0x39);
    return isFour ? { length: 4, weight: 0.05 } : NO_CHARACTER;
  }
  if (trail < 0x40 || trail === 0x7f || trail === 0xff) return NO_CHARACTER;
  return { length: 2, weight: gb2312Weight(lead, trail) };
}

function gb2312Weight(lead: number, trail: number): number {
  // GBK's additions: rare characters.
  if (trail < 0xa1) return 0.02;
  // Level 1: the 3,755 most frequent.
  if (isBetween(lead, 0xb0, 0xd7)) return 1;
  if (isBetween(lead, 0xd8, 0xf7)) return 0.3;
  // Punctuation, full-width forms.
  if (lead === 0xa1 || lead === 0xa3) return 0.9;
  return isBetween(lead, 0xa2, 0xa9) ? 0.3 : 0.02;
}

function big5(bytes: Uint8Array, at: number): Character {
  const [lead, trail] = [byteAt(bytes, at), byteAt(bytes, at + 1)];
  const isTrail = isBetween(trail, 0x40, 0x7e) || isBetween(trail, 0xa1, 0xfe);
  if (lead < 0x87 || lead === 0xff || !isTrail) return NO_CHARACTER;
  if (standsAlone(bytes, at)) return { length: 2, weight: 0.1 };
  const code = lead * 256 + trail;
  // Level 1: the 5,401 most frequent.
  if (isBetween(code, 0xa440, 0xc67e)) return { length: 2, weight: 1 };
  if (isBetween(code, 0xa140, 0xa3bf)) return { length: 2, weight: 0.9 };
  return { length: 2, weight: isBetween(code, 0xc940, 0xf9d5) ? 0.15 : 0.02 };
}

function shiftJis(bytes: Uint8Array, at: number): Character {
  const [lead, trail] = [byteAt(bytes, at), byteAt(bytes, at + 1)];
  // Half-width katakana.
  if (isBetween(lead, 0xa1, 0xdf)) return { length: 1, weight: 0.25 };
  const isLead = isBetween(lead, 0x81, 0x9f) || isBetween(lead, 0xe0, 0xfc);
  if (!isLead || !isBetween(trail, 0x40, 0xfc) || trail === 0x7f) return NO_CHARACTER;
  if (standsAlone(bytes, at)) return { length: 2, weight: 0.1 };
  const code = lead * 256 + trail;
  const isKana = isBetween(code, 0x829f, 0x82f1) || isBetween(code, 0x8340, 0x8396);
  if (isKana) return { length: 2, weight: 1 };
  const isSymbol = isBetween(code, 0x8140, 0x81ac) || isBetween(code, 0x824f, 0x829a);
  // Level 1 of JIS X 0208.
  if (isSymbol || isBetween(code, 0x889f, 0x9872)) return { length: 2, weight: 0.9 };
  const isLevel2 = isBetween(code, 0x9873, 0x9ffc) || isBetween(code, 0xe040, 0xeaa4);
  return { length: 2, weight: isLevel2 ? 0.2 : 0.02 };
}

function eucKr(bytes: Uint8Array, at: number): Character {
  const [lead, trail] = [byteAt(bytes, at), byteAt(bytes, at + 1)];
  if (lead < 0x81 || lead === 0xff || trail < 0x41 || trail === 0xff) return NO_CHARACTER;
  if (trail < 0xa1) return { length: 2, weight: 0.05 };
  if (isBetween(lead, 0xb0, 0xc8)) return { length: 2, weight: 1 };
  return { length: 2, weight: lead === 0xa1 || lead === 0xa3 ? 0.9 : 0.1 };
}

function eucJp(bytes: Uint8Array, at: number): Character {
  const [lead, trail] = [byteAt(bytes, at), byteAt(bytes, at + 1)];
  if (lead === 0x8e && isBetween(trail, 0xa1, 0xdf)) return { length: 2, weight: 0.25 };
  if (lead < 0xa1 || lead === 0xff || trail < 0xa1 || trail === 0xff) return NO_CHARACTER;
  // Hiragana and katakana.
  if (lead === 0xa4 || lead === 0xa5) return { length: 2, weight: 1 };
  if (lead === 0xa1 || lead === 0xa3 || isBetween(lead, 0xb0, 0xcf)) return { length: 2, weight: 0.9 };
  return { length: 2, weight: isBetween(lead, 0xd0, 0xf4) ? 0.2 : 0.02 };
}

const LATIN_UNUSED = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);
/** Letters below 0xc0: Š Œ Ž Ÿ š œ ž. */
const LATIN_UPPER = new Set([0x8a, 0x8c, 0x8e, 0x9f]);
const LATIN_LOWER = new Set([0x9a, 0x9c, 0x9e]);
/** Signs that texts have: € … ' ' " " – — ™ and, from 0xa0, space ¡ £ § © ª « ® ° ± ² ³ ´ µ · º » ¿. */
const LATIN_SIGNS = new Set([
  0x80, 0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0x99, 0xa0, 0xa1, 0xa3, 0xa7, 0xa9, 0xaa, 0xab, 0xae, 0xb0,
  0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb7, 0xba, 0xbb, 0xbf,
]);
/** Apostrophes, the middle dot of Catalan and the no-break space stand between letters. */
const LATIN_INSIDE = new Set([0x92, 0xa0, 0xb4, 0xb7]);

/** Letters with accents stand alone or in pairs among ASCII letters. */
function windows1252(bytes: Uint8Array, at: number): Character {
  const byte = byteAt(bytes, at);
  if (LATIN_UNUSED.has(byte)) return NO_CHARACTER;
  let first = at;
  while (byteAt(bytes, first - 1) >= 0x80 && at - first < 4) first--;
  let last = at;
  while (byteAt(bytes, last + 1) >= 0x80 && last - at < 4) last++;
  const run = [1, 0.7, 0.3][last - first] ?? 0.05;
  return { length: 1, weight: latinWeight(bytes, at) * run };
}

function latinWeight(bytes: Uint8Array, at: number): number {
  const [before, byte, after] = [byteAt(bytes, at - 1), byteAt(bytes, at), byteAt(bytes, at + 1)];
  const isUpper = LATIN_UPPER.has(byte) || (isBetween(byte, 0xc0, 0xde) && byte !== 0xd7);
  const isLower = LATIN_LOWER.has(byte) || (byte >= 0xdf && byte !== 0xf7);
  const isAfterLower = isBetween(before, 0x61, 0x7a) || before >= 0xdf;
  if (isUpper) return isAfterLower ? 0.1 : 1;
  if (isLower) return isLetter(before) || isLetter(after) ? 1 : 0.6;
  if (!LATIN_SIGNS.has(byte)) return 0.2;
  const isInside = isLetter(before) && isLetter(after);
  return isInside && !LATIN_INSIDE.has(byte) ? 0.2 : 0.8;
}

/** Cyrillic words are runs of such letters, mostly lower case. */
function windows1251(bytes: Uint8Array, at: number): Character {
  const [before, byte, after] = [byteAt(bytes, at - 1), byteAt(bytes, at), byteAt(bytes, at + 1)];
  if (byte === 0x98) return NO_CHARACTER;
  const isInRun = before >= 0x80 && after >= 0x80;
  const isBesideLatin = isLetter(before) || isLetter(after);
  if (isBesideLatin) return { length: 1, weight: 0.05 };
  if (byte < 0xc0 && byte !== 0xb8) return { length: 1, weight: 0.3 };
  if (byte < 0xe0 && byte !== 0xb8) return { length: 1, weight: before >= 0xe0 ? 0.1 : 0.9 };
  return { length: 1, weight: isInRun || before >= 0x80 || after >= 0x80 ? 0.95 : 0.3 };
}
