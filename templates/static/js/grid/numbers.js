// Numbers as the fields take them. The server has the last word; this serves totals and the preview of a paste.

const ACCEPTED = /^(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)$/;
const LARGEST = 1_000_000;

/** The number in a text: null where it is empty, NaN where it is no number of people. */
export function readNumber(text) {
  const typed = text.trim();
  if (!typed) return null;
  if (!ACCEPTED.test(typed)) return NaN;
  const number = Number(typed.replaceAll(".", ""));
  return number <= LARGEST ? number : NaN;
}

/** "1.960"; an empty text for null. */
export function showNumber(number) {
  return number === null ? "" : String(number).replace(/\B(?=(?:[0-9]{3})+$)/g, ".");
}

/** As tables show sums: zero is an empty cell. */
export function showSum(number) {
  return number ? showNumber(number) : "";
}
