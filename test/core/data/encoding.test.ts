// Which encoding a text is in, from few bytes, and its decoding in pieces.
import * as iconv from 'iconv-lite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalEncoding,
  createTextStream,
  detectEncoding,
  encodingByFirstBytes,
  NonAsciiSample,
} from '../../../src/core/data/encoding';
import '../../support/properties';
import { ENCODED, encode } from './encodings';

function sampleOf(bytes: Uint8Array, chunk = bytes.length): Uint8Array {
  const sample = new NonAsciiSample(64 * 1024);
  for (let at = 0; at < bytes.length; at += chunk) sample.add(bytes.subarray(at, at + chunk));
  return sample.bytes();
}

function detected(text: string, encoding: string, defaultEncoding?: string): string {
  return detectEncoding(sampleOf(encode(text, { encoding, hasBom: false })), defaultEncoding).encoding;
}

describe('the encoding of a text that is not UTF-8', () => {
  it.each([
    ['姓名,年龄\n张伟,31\n', 'gb18030'],
    ['城市\n北京\n', 'gb18030'],
    ['产品,价格\n苹果,3.5\n香蕉,2\n', 'gb18030'],
    ['姓名,年齡\n陳大文,31\n', 'big5'],
    ['城市,人口\n臺北市,2600000\n', 'big5'],
    ['名前,年齢\n佐藤,31\n', 'shift_jis'],
    ['ﾃﾞｰﾀ,値\nテスト,1\nカタカナ,2\n', 'shift_jis'],
    ['name\nJosé\n', 'iso-8859-1'],
    ['Größe,Länge\n1,2\n', 'iso-8859-1'],
    ['nom\nBesançon\nÉvreux\n', 'iso-8859-1'],
    ['ÄRGER,ÖL,ÜBER\nÄ,Ö,Ü\n', 'iso-8859-1'],
    ['price\n5 €\n', 'windows-1252'],
    ['note\nit’s “fine” – ok…\n', 'windows-1252'],
    ['temperature °C,area m²\n20,5\n', 'iso-8859-1'],
    // Of no encoding that can be chosen, but told from those.
    ['имя,город\nИван,Москва\nОльга,Казань\n', 'windows-1251'],
    ['이름,도시\n김철수,서울특별시\n이영희,부산광역시\n박민수,대구광역시\n', 'euc-kr'],
  ])('is told from %j: %s', (text, encoding) => {
    expect(detected(text, encoding)).toBe(encoding);
  });

  it('is what files.encoding says where the bytes could be two', () => {
    // A name of two bytes that are a character in each of them.
    const sample = Buffer.from([0x31, 0x2c, 0xb0, 0xa1, 0x0a]);
    expect(detectEncoding(sample, 'gbk').encoding).toBe('gb18030');
    expect(detectEncoding(sample, 'euckr').encoding).toBe('euckr');
    expect(detectEncoding(sample, 'euckr').reason).toContain('files.encoding');
    // The usual setting says nothing: the file is not UTF-8.
    expect(detectEncoding(sample, 'utf8').encoding).toBe('gb18030');
    // One that does not fit is not taken.
    expect(detectEncoding(Buffer.from('a,\xe9,b', 'latin1'), 'gbk').encoding).toBe('iso-8859-1');
  });

  it('stays UTF-8 where few of many characters are damaged', () => {
    const text = Buffer.concat([Buffer.from('é,ü,中,文,ж,и,ß,ñ,ō,ů,ş\n'), Buffer.of(0xe4, 0x0a)]);
    expect(detectEncoding(text, undefined).encoding).toBe('utf-8');
  });

  it('does not depend on the chunks in which a file is read', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ENCODED), fc.integer({ min: 1, max: 40 }), (encoded, chunk) => {
        const text = `id,name\n${'1,plain\n'.repeat(20)}${encoded.rows.flat().join(`\n${'x'.repeat(50)},`)}\n`;
        const bytes = encode(text, encoded);
        expect(sampleOf(bytes, chunk)).toEqual(sampleOf(bytes));
      }),
    );
  });

  it('is known by names that VS Code and others use', () => {
    expect(
      [
        'utf8',
        'utf8bom',
        'utf16le',
        'gbk',
        'gb2312',
        'cp950',
        'shiftjis',
        'windows1252',
        'iso88591',
        'koi8r',
      ].map(canonicalEncoding),
    ).toEqual([
      'utf-8',
      'utf-8',
      'utf-16le',
      'gb18030',
      'gb18030',
      'big5',
      'shift_jis',
      'windows-1252',
      'iso-8859-1',
      'koi8r',
    ]);
    expect(canonicalEncoding('klingon')).toBeUndefined();
  });
});

describe('the first bytes', () => {
  it.each([
    ['utf-8', [0xef, 0xbb, 0xbf, 0x61]],
    ['utf-16le', [0xff, 0xfe, 0x61, 0]],
    ['utf-16be', [0xfe, 0xff, 0, 0x61]],
    ['utf-32le', [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]],
    ['gb18030', [0x84, 0x31, 0x95, 0x33, 0x61]],
  ])('say %s by a mark', (encoding, bytes) => {
    expect(encodingByFirstBytes(Uint8Array.from(bytes), true)?.encoding).toBe(encoding);
  });

  it.each(['a,b\n1,2\n', '名,数\n张伟,1\n李娜,2\n', 'Größe\n5\n'])(
    'say UTF-16 of %j without a mark',
    (text) => {
      for (const encoding of ['utf-16le', 'utf-16be']) {
        const bytes = iconv.encode(text, encoding);
        expect(encodingByFirstBytes(bytes, true)?.encoding).toBe(encoding);
      }
    },
  );

  it.each(['a,b\n1,2\n', 'a,b\n1,2\n3\0,4\0\n', '\0\0\0\0\0\0', 'a,b\n1,"x\0"\n3,4\n5,6\n', '张伟,1\n'])(
    'say nothing of %j in UTF-8',
    (text) => {
      expect(encodingByFirstBytes(Buffer.from(text), true)).toBeUndefined();
    },
  );
});

describe('a stream of text', () => {
  it('gives the same text wherever it is split', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ENCODED), fc.integer({ min: 1, max: 7 }), (encoded, chunk) => {
        const text = `${encoded.rows.flat().join(',')}\n`;
        const bytes = encode(text, encoded);
        const stream = createTextStream(encoded.encoding);
        let found = '';
        for (let at = 0; at < bytes.length; at += chunk)
          found += stream.write(bytes.subarray(at, at + chunk));
        expect(found + stream.end()).toBe(text);
      }),
    );
  });

  it('has U+FFFD for what is no character, also at the end', () => {
    for (const encoding of ['utf-8', 'gb18030', 'shift_jis', 'big5']) {
      const stream = createTextStream(encoding);
      const text = stream.write(Buffer.from([0x61, 0xff, 0x0a, 0x62, 0x81])) + stream.end();
      expect(text.startsWith('a\uFFFD\nb'), encoding).toBe(true);
      expect(text.endsWith('\uFFFD'), encoding).toBe(true);
    }
  });
});
