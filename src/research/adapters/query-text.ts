import type { SearchQuery } from '../ports';

/** As much of a query as fits, cut between words; a cut never splits a character. */
export function clipQuery(text: string, maxLength: number): string {
  const words = text.trim().split(/\s+/).join(' ');
  if (words.length <= maxLength) return words.toWellFormed();
  const clipped = words.slice(0, maxLength + 1);
  const lastSpace = clipped.lastIndexOf(' ');
  return (lastSpace > 0 ? clipped.slice(0, lastSpace) : words.slice(0, maxLength)).toWellFormed();
}

/** What an engine takes as one query, of characters and of words. */
export interface QueryLimits {
  maxLength: number;
  maxWords: number;
}

/** A longer list would leave no room for the question: what it would keep away is sorted out later. */
const MAX_SITES = 8;

/** The question with its sites as the operators that most engines know. */
export function withSiteOperators(query: SearchQuery, limits: QueryLimits): string {
  const { include = [], exclude = [] } = query.sites ?? {};
  const wanted = include.slice(0, MAX_SITES).map((site) => `site:${site}`);
  const unwanted = exclude.slice(0, MAX_SITES - wanted.length).map((site) => `-site:${site}`);
  const operators = [wanted.length > 1 ? `(${wanted.join(' OR ')})` : wanted.join(''), ...unwanted]
    .filter((part) => part !== '')
    .join(' ');
  const operatorWords = operators === '' ? 0 : operators.split(' ').length;
  const words = query.text
    .trim()
    .split(/\s+/)
    .slice(0, limits.maxWords - operatorWords);
  const text = clipQuery(words.join(' '), limits.maxLength - operators.length - 1);
  return operators === '' ? text : `${text} ${operators}`;
}
