import sniffHtmlEncoding from 'html-encoding-sniffer';
import iconv from 'iconv-lite';

const CHARSET_PARAMETER = /;\s*charset\s*=\s*["']?([\w.:-]+)/i;
const SAMPLE_BYTES = 4096;

/**
 * Decodes text whose encoding is only hinted at. In order: byte-order mark, the charset of the
 * declared type, `<meta>`, the pattern of zero bytes that UTF-16 leaves, UTF-8, windows-1252.
 */
export function decodeText(bytes: Uint8Array, declaredType: string | undefined): string {
  const declared = declaredType?.match(CHARSET_PARAMETER)?.[1];
  const sniffed = sniffHtmlEncoding(bytes, {
    ...(declared ? { transportLayerEncodingLabel: declared } : {}),
    defaultEncoding: utf16WithoutMark(bytes) ?? 'UTF-8',
  });
  const encoding = sniffed ?? 'UTF-8';
  if (encoding === 'UTF-8' || !iconv.encodingExists(encoding)) return utf8OrWindows1252(bytes);
  return iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), encoding);
}

/** A stray bad byte in a UTF-8 file costs one character; a file in an old 8-bit encoding is all bad. */
function utf8OrWindows1252(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8').decode(bytes);
  if (!text.includes('\ufffd')) return text;
  const badCount = text.match(/\ufffd/g)?.length ?? 0;
  const goodCount = text.match(/[^\p{ASCII}\ufffd]/gu)?.length ?? 0;
  if (badCount * 10 <= goodCount) return text;
  return new TextDecoder('windows-1252').decode(bytes);
}

/** Western text in UTF-16 has a zero in every second byte; no 8-bit text has any. */
export function utf16WithoutMark(bytes: Uint8Array): 'UTF-16LE' | 'UTF-16BE' | undefined {
  const sample = bytes.subarray(0, SAMPLE_BYTES - (bytes.length % 2));
  if (bytes.length < 4 || bytes.length % 2 !== 0 || !sample.includes(0)) return undefined;
  let evenZeros = 0;
  let oddZeros = 0;
  for (let at = 0; at < sample.length; at++) {
    if (sample[at] !== 0) continue;
    if (at % 2 === 0) evenZeros++;
    else oddZeros++;
  }
  const half = sample.length / 2;
  if (oddZeros > half * 0.6 && evenZeros < half * 0.1) return 'UTF-16LE';
  if (evenZeros > half * 0.6 && oddZeros < half * 0.1) return 'UTF-16BE';
  return undefined;
}
