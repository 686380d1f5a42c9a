import list from './common-passwords.txt' with { type: 'text' };

const COMMON = new Set(list.split(/\s+/).filter((word) => word !== ''));
/** As many digits or signs around a common word make no other password of it. */
const MAX_DECORATION = 4;
/** Longer than any two words of the list, decorated. */
const MAX_LENGTH = 32;
const LEET: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

/**
 * True for a password that a guesser tries early: one of the list, whatever its case and the usual
 * stand-ins of its letters, alone, decorated, or two of them together; a short unit repeated; a run
 * of neighbours such as `abcdefgh` or `87654321`.
 */
export function isCommonPassword(password: string): boolean {
  const plain = password.normalize('NFKC').toLowerCase();
  if (isRepetition(plain) || isRun(plain)) return true;
  if (plain.length > MAX_LENGTH) return false;
  return [plain, withoutLeet(plain)].some((spelling) => isListed(spelling)) || isDecorated(plain);
}

function isListed(text: string): boolean {
  if (COMMON.has(text)) return true;
  for (let cut = 1; cut < text.length; cut++) {
    if (COMMON.has(text.slice(0, cut)) && COMMON.has(text.slice(cut))) return true;
  }
  return false;
}

function isDecorated(text: string): boolean {
  const core = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  if (core === '' || text.length - core.length > MAX_DECORATION) return false;
  return COMMON.has(core) || COMMON.has(withoutLeet(core));
}

function withoutLeet(text: string): string {
  return text.replace(/[@4310!$57]/g, (sign) => LEET[sign] ?? sign);
}

function isRepetition(text: string): boolean {
  return /^(.{1,4})\1+$/su.test(text);
}

function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  return (
    steps.length > 0 && (steps.every((step) => step === 1) || steps.every((step) => step === -1))
  );
}
