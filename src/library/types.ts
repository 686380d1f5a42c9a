/** The readable text of a file or page, as it will be quoted: offsets everywhere are UTF-16 code
 * units into `text`. */
export interface ParsedDocument {
  title: string;
  /** By content, not by suffix: text/plain, text/markdown, text/html or application/pdf. */
  mediaType: string;
  text: string;
  /** The SHA-256 of `text` in hexadecimal: worked out where the text is made, for a page of it costs
   * as much as compressing it. */
  hash: string;
  /** Where each page begins in `text`; null for what has no pages. */
  pageStarts: number[] | null;
  /** What a web page says of itself; absent for everything else. It is not kept. */
  head?: PageHead;
}

/** A text as it is stored, under its SHA-256. */
export interface PackedSnapshot {
  hash: string;
  mediaType: string;
  pageStarts: number[] | null;
  textZstd: Uint8Array;
  /** Of the text, in UTF-16 code units. */
  length: number;
}

/** What a page's head asks of machines. */
export interface PageHead {
  /** The absolute address under which the page wants to be known; null when it names none. */
  canonicalUrl: string | null;
  /** What `<meta name="robots">` restricts, and `<meta>` for one crawler; names in lower case. */
  robots: { agent: string; content: string }[];
  /** The `tdm-reservation` of TDMRep as it was written; null when there is none. */
  tdmReservation: string | null;
}

export interface ParseInput {
  bytes: Uint8Array;
  /** The file's name or the last part of the URL: a hint only. */
  name: string;
  /** The Content-Type that the sender claims: a hint only. */
  declaredType?: string | undefined;
  /** Where it came from, to resolve what is relative. */
  url?: string | undefined;
}

/** A page whose content is wanted as a whole, beside its text. */
export interface ContentInput {
  bytes: Uint8Array;
  /** The Content-Type that the sender claims: a hint only. */
  declaredType?: string | undefined;
  kind: 'markdown' | 'html';
}

/** A text kept under its SHA-256, so that a quote can be checked at any time. */
export type Snapshot = Omit<ParsedDocument, 'title'>;

export interface Document {
  id: string;
  ownerId: string;
  /** Visible to the whole team. */
  shared: boolean;
  title: string;
  /** A path as it was given, or a URL. */
  origin: string;
  mediaType: string;
  bytes: number;
  snapshotHash: string;
  chunkCount: number;
  createdMs: number;
}

/** A passage of a document that the searching user may see. */
export interface LibraryHit {
  documentId: string;
  title: string;
  origin: string;
  mediaType: string;
  snapshotHash: string;
  start: number;
  end: number;
  text: string;
  /** Higher is better; comparable within one answer only. */
  score: number;
}

export interface Added {
  document: Document;
  /** False when the owner had the same text already. */
  added: boolean;
}
