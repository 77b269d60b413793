// Owns texts in the languages of the encodings that are read, and their bytes.
import * as iconv from 'iconv-lite';

/** name, kind, note: words as they stand in tables. */
const SIMPLIFIED = [
  ['张伟', '北京市朝阳区', '价格很便宜'],
  ['王芳', '上海市', '质量不错，推荐😀'],
  ['李娜', '广州', '还没有收到货'],
];
const TRADITIONAL = [
  ['陳大文', '臺北市', '價格很便宜'],
  ['林美玲', '高雄市', '品質不錯，推薦'],
  ['黃志明', '新竹', '還沒有收到貨'],
];
const JAPANESE = [
  ['佐藤', '東京都', 'とても安いです'],
  ['鈴木', '大阪府', 'カメラは良い'],
  ['高橋', '札幌', 'まだ届いていません'],
];
const WESTERN = [
  ['José', 'São Paulo', 'muito barato, não é'],
  ['Müller', 'Köln', 'schöne Größe'],
  ['Françoise', 'Besançon', 'à bientôt'],
];
/** Quotes, dashes and the euro sign, which Latin-1 does not have. */
const WINDOWS = [
  ['José', 'São Paulo’s', 'it’s 5 €'],
  ['Müller', 'Köln – Süd', '“schön” – ja'],
  ['Françoise', 'Besançon', 'œuvre à voir'],
];
const MIXED = [
  ['张伟 😀', 'Köln', 'まだ'],
  ['Zoë', 'Ђорђе', 'नमस्ते'],
  ['Ω', '서울', 'naïve'],
];

export interface Encoded {
  /** As the dialect calls it. */
  readonly encoding: string;
  readonly hasBom: boolean;
  readonly rows: readonly (readonly string[])[];
}

export const ENCODED: readonly Encoded[] = [
  { encoding: 'utf-8', hasBom: false, rows: MIXED },
  { encoding: 'utf-8', hasBom: true, rows: MIXED },
  { encoding: 'utf-16le', hasBom: true, rows: MIXED },
  { encoding: 'utf-16le', hasBom: false, rows: SIMPLIFIED },
  { encoding: 'utf-16be', hasBom: true, rows: MIXED },
  { encoding: 'utf-16be', hasBom: false, rows: WESTERN },
  { encoding: 'gb18030', hasBom: false, rows: SIMPLIFIED },
  { encoding: 'big5', hasBom: false, rows: TRADITIONAL },
  { encoding: 'shift_jis', hasBom: false, rows: JAPANESE },
  { encoding: 'iso-8859-1', hasBom: false, rows: WESTERN },
  { encoding: 'windows-1252', hasBom: false, rows: WINDOWS },
];

export function encode(text: string, { encoding, hasBom }: Pick<Encoded, 'encoding' | 'hasBom'>): Buffer {
  if (!iconv.encodingExists(encoding)) throw new Error(encoding);
  return iconv.encode(text, encoding, { addBOM: hasBom });
}
