import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { excerpt } from './excerpt';
import { isSurelyWithin, maxInputTokens, maxTokens, withinTokens } from './tokens';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

describe('the bound of tokens', () => {
  /** The most that a vocabulary of GPT-4, GPT-4o, Claude, Llama 2, Llama 3 or Mistral makes of each,
   * counted by their own tokenizers. */
  test.each([
    ['The survey of 1998 found 24 turbines, of which the harbour board had paid for nineteen.', 29],
    ["It isn't known why the board's estimate (3.2 million) was twice as high — or was it?", 26],
    ['DER AUSSCHUSS TAGT NICHT: ALL STAFF MUST LEAVE THE BUILDING AT ONCE.', 32],
    ['Die Donaudampfschifffahrtsgesellschaft übernahm die Straßenbahnhaltestellen.', 25],
    ['Wszyscy chrząszcze brzmią w trzcinie w Szczebrzeszynie, źdźbło po źdźble.', 43],
    ['Lentokonesuihkuturbiinimoottoriapumekaanikko heräsi yöllä järven äärellä.', 37],
    ['Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm.', 50],
    ['Все мосты города были построены до войны, кроме одного.', 30],
    ['Барлық адамдар тумысынан азат және тең болып дүниеге келеді.', 44],
    ['Όλες οι γέφυρες της πόλης χτίστηκαν πριν από τον πόλεμο.', 66],
    ['بنيت كل جسور المدينة قبل الحرب ما عدا جسرا واحدا.', 46],
    ['כל הגשרים של העיר נבנו לפני המלחמה, מלבד אחד.', 46],
    ['शहर के सभी पुल युद्ध से पहले बनाए गए थे।', 46],
    ['สะพานทุกแห่งในเมืองสร้างก่อนสงคราม', 59],
    ['நகரத்தின் அனைத்து பாலங்களும் போருக்கு முன் கட்டப்பட்டவை.', 106],
    ['ქალაქის ყველა ხიდი ომამდე აშენდა.', 60],
    ['Քաղաքի բոլոր կամուրջները կառուցվել են պատերազմից առաջ։', 102],
    ['这座桥于一九六一年由市长揭幕,耗资三百二十万克朗。', 36],
    ['この橋は市長によって開通され、タービンは二十四基ある。', 28],
    ['이 다리는 시장이 개통하였으며 터빈은 스물네 개이다.', 44],
    ['const readsAtOnce = Math.min(READS_AT_ONCE, room, this.unreadCount); // {a: [1, 2]}', 35],
    ['{"id":"01a2023d-c783-72d6","n":[0.15,-3e8],"ok":true}', 39],
    ['https://example.com/a-b_c/x.html?id=8f14e45fceea167a&utm=Zx9Qk#top', 43],
    ['aGVsbG8gd29ybGQhIFRoaXMgaXMgYmFzZTY0IG9mIG5vdGhpbmcgYXQgYWxs', 48],
    ['9b74c9897bac770ffc029102a200c5de 6512bd43d9caa6e02c990b0a82652dca', 60],
    ['MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALP', 45],
    ['gattacagattacaccgtagctagctaacgtacgtagctagcatcgatcg', 25],
    ['xqzvk wjprtg bnmlkd qqwrtz fghjkl zxcvbn plmokn', 32],
    ['| 12 | 4,301.5 | Vessby |\n| 13 | 99.02 | Orrin |\n\n\n---\n', 40],
    ['😀👩‍👧🇵🇱✨ 𝔘𝔫𝔦 ½ ℻ ∀x∈ℝ → ﷺ', 54],
  ])('is no less than the worst of six vocabularies makes of %p', (some, worst) => {
    expect(maxTokens(some)).toBeGreaterThanOrEqual(worst);
  });

  test.each([
    ['bridge', 3, 'two letters each'],
    ['bridges', 4, 'and what is left over'],
    ['strengths', 7, 'each consonant beyond two in a row counts twice'],
    ['Bridge', 3, 'its capital is a letter like the others'],
    [' bridge', 3, 'the space before it is its own'],
    ['  bridge', 4, 'one space alone'],
    ['HALL', 3, 'three for four capitals'],
    ['MAYORS', 5, 'and what is left over'],
    ['ab', 1, 'two letters'],
    ['ab9', 3, 'two letters before a digit'],
    ['9ab', 3, 'two letters behind a digit'],
    ['XYab', 4, 'two letters behind capitals'],
    ['9abc', 3, 'three letters are a word wherever they stand'],
    ['1998', 4, 'a digit'],
    ['--', 2, 'a sign'],
    ['\u00e9ab', 3, 'nothing goes on behind what is not of ASCII'],
    ['', 0, 'nothing'],
  ])('%p is %p: %s', (some, tokens) => {
    expect(maxTokens(some)).toBe(tokens);
  });

  test('leaves plain English most of the room', () => {
    const english =
      'The bridge was opened in the spring by the mayor of the town, who had waited for it for years.';
    expect(maxTokens(english)).toBeLessThan(english.length / 1.8);
  });

  test('counts what no vocabulary knows by its bytes, after the normalisation that some do', () => {
    for (const one of ['\ufdfa', '\u{1d518}', '👩‍👧', 'ⵣ', '龘', '𒀀']) {
      const bytes = Math.max(Buffer.byteLength(one), Buffer.byteLength(one.normalize('NFKC')));
      expect(maxTokens(one)).toBeGreaterThanOrEqual(bytes);
    }
  });

  test('is sure by its bytes alone when it says so', () => {
    fc.assert(
      fc.property(text, fc.nat(60), (some, limit) => {
        if (isSurelyWithin(some, limit)) expect(maxTokens(some)).toBeLessThanOrEqual(limit);
      }),
    );
  });

  test('keeps every prompt of a hostile page within the context', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 100, max: 1_000 }), (some, room) => {
        const body = some.repeat(200);
        const shown = excerpt({
          page: { text: body, spans: null },
          questions: [],
          maxTokens: room,
        });
        expect(maxTokens(shown)).toBeLessThanOrEqual(room);
      }),
    );
  });

  test('of a call is more than that of its messages and its schema', () => {
    const messages = [{ role: 'user' as const, content: 'hello' }];
    const plain = maxInputTokens({ messages, maxOutputTokens: 1 });
    const schema = { name: 'a', schema: { type: 'object' } };
    expect(plain).toBeGreaterThan(5);
    expect(maxInputTokens({ messages, schema, maxOutputTokens: 1 })).toBeGreaterThan(plain + 20);
  });

  test('a text is cut to it, and inside no character', () => {
    fc.assert(
      fc.property(text, fc.nat(60), (some, limit) => {
        const cut = withinTokens(some, limit);
        expect(maxTokens(cut)).toBeLessThanOrEqual(limit);
        expect(some.startsWith(cut)).toBeTrue();
        if (some.isWellFormed()) expect(cut.isWellFormed()).toBeTrue();
      }),
    );
  });

  test('no excerpt of a page has more, and it holds what the question is about', () => {
    const page = (body: string) => ({ text: body, spans: null });
    fc.assert(
      fc.property(fc.array(text), fc.integer({ min: 60, max: 2_000 }), (parts, room) => {
        const questions = ['When was the Orrin bridge opened?'];
        const shown = excerpt({ page: page(parts.join('\n\n')), questions, maxTokens: room });
        expect(maxTokens(shown)).toBeLessThanOrEqual(room);
      }),
    );
    const filler = 'Nothing is said here about what is asked for.\n\n'.repeat(400);
    const shown = excerpt({
      page: page(`Lead.\n\n${filler}The Orrin bridge was opened in 1961.\n\n${filler}`),
      questions: ['When was the Orrin bridge opened?'],
      maxTokens: 1_000,
    });
    expect(shown).toStartWith('Lead.');
    expect(shown).toContain('opened in 1961');
  });
});
