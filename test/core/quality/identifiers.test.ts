// Check digits of cards, accounts and identity numbers, and how a personal value is masked.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isCardNumber,
  isChineseId,
  isIban,
  isSocialSecurityNumber,
  mask,
  passesLuhn,
} from '../../../src/core/quality/identifiers';

describe('check digits', () => {
  // Test numbers that Visa, Mastercard, American Express and UnionPay publish.
  it.each([
    '4111 1111 1111 1111',
    '5555-5555-5555-4444',
    '378282246310005',
    '6200000000000005',
    '4222222222222',
  ])('take the card number %s', (text) => expect(isCardNumber(text)).toBe(true));

  it.each(['4111 1111 1111 1112', '1234567812345670', '0000000000000000', '411111111111', ''])(
    'refuse %s as a card number',
    (text) => expect(isCardNumber(text)).toBe(false),
  );

  it('notice any one wrong digit of a card number', () => {
    fc.assert(
      fc.property(fc.nat(15), fc.integer({ min: 1, max: 9 }), (at, by) => {
        const digits = Array.from('4111111111111111');
        digits[at] = String((Number(digits[at]) + by) % 10);
        expect(passesLuhn(digits.join(''))).toBe(false);
      }),
    );
  });

  // Examples of the IBAN registry.
  it('take an IBAN, written in groups or not', () => {
    expect(['GB82 WEST 1234 5698 7654 32', 'DE89370400440532013000'].map(isIban)).toEqual([true, true]);
    expect(['GB82 WEST 1234 5698 7654 33', 'DE8937040044053201300', 'AB12'].map(isIban)).toEqual([
      false,
      false,
      false,
    ]);
  });

  // The example of GB 11643.
  it('take an identity number of China with its date and its X', () => {
    expect(['11010519491231002X', '11010519491231002x', '440524188001010014'].map(isChineseId)).toEqual([
      true,
      true,
      false,
    ]);
    expect(['110105194912310021', '11010519490231002X', '11010519491331002X'].map(isChineseId)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('refuse parts of a social security number that are never issued', () => {
    expect(
      ['078-05-1120', '000-12-3456', '666-12-3456', '900-12-3456', '123-00-4567', '123-45-0000'].map(
        isSocialSecurityNumber,
      ),
    ).toEqual([true, false, false, false, false, false]);
  });
});

describe('a mask', () => {
  it('shows the first letter and the marks', () => {
    expect(mask('ann.lee@example.org')).toBe('a**.***@*******.***');
    expect(mask('+49 30 1234567')).toBe('+4* ** *******');
    expect(mask('王小明')).toBe('王**');
    expect(mask('Al')).toBe('**');
  });

  it('never shows a second letter or digit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect((mask(text).match(/[\p{L}\p{N}]/gu) ?? []).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
