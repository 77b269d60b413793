// Owns what tells a card, account or identity number from other digits: its own check digits. And how a personal value
// is shown: never in full. Pure.

function digitsOf(text: string): string {
  return text.replaceAll(/[^0-9]/g, '');
}

/** Check digit of payment cards. @see ISO/IEC 7812-1, annex B (Luhn) */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** Visa, Mastercard, American Express, Discover, UnionPay, JCB, Diners by their first digits, length and Luhn. */
export function isCardNumber(text: string): boolean {
  const digits = digitsOf(text);
  const isIssued =
    /^4(\d{12}|\d{15}|\d{18})$/.test(digits) ||
    /^(5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$/.test(digits) ||
    /^3[47]\d{13}$/.test(digits) ||
    /^(6011|65\d\d|64[4-9]\d)\d{12}$/.test(digits) ||
    /^62\d{14,17}$/.test(digits) ||
    /^35(2[89]|[3-8]\d)\d{12}$/.test(digits) ||
    /^3(0[0-5]\d|[689]\d\d)\d{10}$/.test(digits);
  return isIssued && passesLuhn(digits);
}

/** @see ISO 13616: the first four characters go to the end, letters are 10 to 35, the number mod 97 is 1 */
export function isIban(text: string): boolean {
  const plain = text.replaceAll(/\s/g, '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(plain)) return false;
  let remainder = 0;
  for (const char of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** Resident identity number of China: region, a date of birth, order, check digit. @see GB 11643-1999 */
export function isChineseId(text: string): boolean {
  const match = /^[1-9]\d{5}((?:19|20)\d{2})(\d{2})(\d{2})\d{3}[\dXx]$/.exec(text.trim());
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return false;
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += Number(text.trim()[i]) * (2 ** (17 - i) % 11);
  return '10X98765432'[sum % 11] === text.trim().slice(-1).toUpperCase();
}

/** Parts that are never issued are none. @see SSA, "Social Security Number Randomization", 2011 */
export function isSocialSecurityNumber(text: string): boolean {
  return /^(?!000|666|9)\d{3}([- ]?)(?!00)\d{2}\1(?!0000)\d{4}$/.test(text.trim());
}

const MAX_MASKED = 40;

/** The shape of a value: its first letter or digit and its marks; everything else is a star. */
export function mask(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ').slice(0, MAX_MASKED);
  const letters = line.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  // Of one or two characters the first would be too much.
  let shown = letters > 2 ? 1 : 0;
  const masked = line.replaceAll(/[\p{L}\p{N}]/gu, (char) => (shown-- > 0 ? char : '*'));
  return line.length < text.trim().length ? `${masked}…` : masked;
}
