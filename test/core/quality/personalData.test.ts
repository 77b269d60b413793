// Which columns are about people, and which only look like it.
import { describe, expect, it } from 'vitest';
import { writeCsv } from '../../../src/core/data/csvWriter';
import { randomStream } from '../../../src/shared/random';
import { csvFolder } from '../data/tempCsv';
import { findingsOf } from './support';

const folder = csvFolder();
const ROWS = 60;
const stream = randomStream(3, 'personal data');
const digits = (count: number): string =>
  Array.from({ length: count }, () => String(stream.nextInt(10))).join('');
const rows = (of: (row: number) => string): string[] => Array.from({ length: ROWS }, (_, row) => of(row));
const pick = (texts: readonly string[], row: number): string => texts[row % texts.length]!;

async function found(columns: Readonly<Record<string, readonly string[]>>): Promise<Record<string, string>> {
  const names = Object.keys(columns);
  const csv = writeCsv(
    names,
    Array.from({ length: ROWS }, (_, row) => names.map((name) => columns[name]![row]!)),
  );
  const findings = await findingsOf(folder, csv, 'personalData');
  return Object.fromEntries(
    findings.map(({ columns, message }) => [columns.join(), /: (.*?) in /.exec(message)?.[1] ?? ''] as const),
  );
}

function luhnDigit(digitsBefore: string): string {
  const sum = Array.from(digitsBefore)
    .reverse()
    .reduce((total, char, i) => {
      const value = i % 2 === 0 ? Number(char) * 2 : Number(char);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return String((10 - (sum % 10)) % 10);
}

const GIVEN = ['Anna', 'John', 'Mary', 'Wei', 'José', 'Olga', 'Peter', 'Fatima', 'Lars', 'Priya'];
const FAMILY = ['Kowalski', 'Smith', "O'Neill", 'García', 'Ivanova', 'Lee-Jones', 'Müller', 'Haddad'];

describe('data about people', () => {
  it('is found in columns of numbers and addresses', async () => {
    const card = (prefix: string): string => prefix + luhnDigit(prefix);
    expect(
      await found({
        mail: rows((row) => (row % 3 === 0 ? '' : `p${String(row)}@mail.example.com`)),
        note: rows((row) =>
          row === 5
            ? 'please write to me@example.org about the order'
            : `order number ${String(row)} was sent on some day of week ${String(row % 7)}`,
        ),
        intl: rows(() => `+49 30 ${digits(7)}`),
        us: rows(() => `(212) 555-${digits(4)}`),
        mobile: rows(() => `13${digits(9)}`),
        telephone: rows(() => `0${digits(3)}/${digits(6)}`),
        card: rows(() => card(`4${digits(14)}`).replaceAll(/(\d{4})(?=\d)/g, '$1 ')),
        ssn: rows(
          () =>
            `${String(100 + stream.nextInt(500))}-${String(10 + stream.nextInt(80))}-${String(1000 + stream.nextInt(8000))}`,
        ),
      }),
    ).toEqual({
      mail: 'e-mail addresses',
      note: 'e-mail addresses',
      intl: 'phone numbers',
      us: 'phone numbers',
      mobile: 'phone numbers',
      telephone: 'phone numbers',
      card: 'payment card numbers',
      ssn: 'US social security numbers',
    });
  });

  it('is found in columns of names, by their headers or by the names themselves', async () => {
    expect(
      await found({
        first_name: rows((row) => pick(GIVEN, row * 7)),
        lastName: rows((row) => pick(FAMILY, row * 5)),
        姓名: rows((row) => pick(['王小明', '李雷', '韩梅梅', '欧阳娜娜'], row)),
        name: rows(
          (row) => `${pick(FAMILY, row)}, ${row % 2 === 0 ? 'Mr.' : 'Mrs.'} ${pick(GIVEN, row * 3)}`,
        ),
        buyer: rows(
          (row) =>
            `${pick(GIVEN, row)} ${pick(['A', 'B', 'C', 'D', 'E', 'F'], Math.floor(row / 10))}. ${pick(FAMILY, row * 11 + 1)}`,
        ),
      }),
    ).toEqual({
      first_name: 'names of people',
      lastName: 'names of people',
      姓名: 'names of people',
      name: 'names of people',
      buyer: 'names of people',
    });
  });

  it('is found in Chinese names whatever the column is called, and in numbers inside of texts', async () => {
    const families = ['王', '李', '张', '刘', '陈', '杨', '欧阳', '黄'];
    const given = ['伟', '芳', '小娜', '敏', '静', '建国', '磊'];
    const name = (row: number): string =>
      `${pick(families, row)}${pick(given, row * 3 + Math.floor(row / 8))}`;
    expect(
      await found({
        负责人: rows(name),
        name: rows(name),
        城市: rows((row) => pick(['北京', '上海', '张家口', '黄山', '广州', '深圳', '成都'], row)),
        饮料: rows(
          (row) =>
            `${pick(['黄', '白', '红', '绿', '清', '花'], row)}${pick(['酒', '茶', '水', '油'], row * 5)}`,
        ),
        备注: rows((row) => (row === 7 ? '身份证 11010519491231002X 已核' : `第${String(row)}次`)),
        remark: rows((row) =>
          row % 9 === 2 ? `caller gave ${String(200 + row)}-45-6789 twice` : `call ${String(row)}`,
        ),
        ssn: rows(() => `${String(100 + stream.nextInt(500))}45${String(1000 + stream.nextInt(8000))}`),
        part: rows(() => `${String(100 + stream.nextInt(500))}45${String(1000 + stream.nextInt(8000))}`),
      }),
    ).toEqual({
      负责人: 'names of people',
      name: 'names of people',
      备注: 'Chinese identity numbers',
      remark: 'US social security numbers',
      ssn: 'US social security numbers',
    });
  });

  it('is not seen in codes, dates, places, amounts or names of things', async () => {
    const towns = [
      'San Jose',
      'New York',
      'Bay Springs',
      'Fort Worth',
      'Saint Paul',
      'Los Angeles',
      'Grand Rapids',
    ];
    expect(
      await found({
        order: rows(() => digits(16)),
        snowflake: rows(() => `1${digits(17)}`),
        uuid: rows(() => `${digits(8)}-${digits(4)}-4${digits(3)}-8${digits(3)}-${digits(12)}`),
        address: rows((row) => `192.168.${String(row)}.${String((row * 7) % 255)}`),
        date: rows((row) => `2020-0${String(1 + (row % 9))}-1${String(row % 10)}`),
        time_ms: rows(() => `16${digits(11)}`),
        amount: rows(() => `${digits(7)}.${digits(2)}`),
        name: rows((row) => `${pick(towns, row)} Municipal`),
        town: rows(
          (row) => `${pick(towns, row)}${row < 20 ? '' : ` ${pick(['North', 'South', 'East'], row)}`}`,
        ),
        product: rows((row) => `Widget ${String(row)}`),
        storm: rows((row) => pick(GIVEN, row)),
        isbn: rows(() => `978-3-${digits(2)}-${digits(6)}-${digits(1)}`),
      }),
    ).toEqual({});
  });

  it('shows no value in full', async () => {
    const secrets = rows((row) => `user${String(row)}@example.org`);
    const csv = writeCsv(
      ['contact'],
      secrets.map((text) => [text]),
    );
    const [finding] = await findingsOf(folder, csv, 'personalData');
    const said = JSON.stringify(finding);
    expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
    expect(finding?.rows[0]?.text).toBe('u****@*******.***');
  });

  it('is taken out of free text without losing the column', async () => {
    const text = rows(
      (row) => `customer ${String(row)} asked for a refund, write to c${String(row)}@example.org or call`,
    );
    const [finding] = await findingsOf(
      folder,
      writeCsv(
        ['note', 'n'],
        text.map((t, i) => [t, String(i % 7)]),
      ),
      'personalData',
    );
    const [first] = finding?.remedies ?? [];
    expect(first?.kind === 'steps' && first.steps[0]?.step).toBe('replaceText');
  });
});
