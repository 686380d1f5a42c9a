/** How many words a text has: runs of anything but white space. */
export function wordCount(text: string): number {
  let count = 0;
  let isInWord = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > LAST_OF_ASCII) return text.match(/\S+/g)?.length ?? 0;
    const isSpace = unit === SPACE || (unit >= TAB && unit <= CARRIAGE_RETURN);
    if (!isSpace && !isInWord) count++;
    isInWord = !isSpace;
  }
  return count;
}

const LAST_OF_ASCII = 0x7f;
const SPACE = 0x20;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
